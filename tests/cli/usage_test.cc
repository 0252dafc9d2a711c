// What is typed wrongly: one line on stderr that says what and what to type, nothing on stdout,
// status 2.
#include <gtest/gtest.h>

#include "tests/cli/program.hh"
#include "viz/cli/suggest.hh"

namespace synoptic::cli {
namespace {

using test::Result;
using test::run;

struct Mistake {
  std::vector<std::string> typed;
  const char* says;
};

TEST(Usage, EachMistakeGetsOneClearLineAndStatus2) {
  const Mistake mistakes[] = {
      {{"sim", "tcp-ehco"}, "there is no demo 'tcp-ehco'; did you mean 'tcp-echo'?"},
      {{"live", "nonsense"}, "there is no demo 'nonsense'; there are tcp-echo"},
      {{"compare", ""}, "name a demo: tcp-echo"},
      {{"sim"}, "name a demo: tcp-echo"},
      {{"cmpare", "tcp-echo"}, "there is no command 'cmpare'; did you mean 'compare'?"},
      {{"frobnicate"}, "there is no command 'frobnicate'; see: synoptic --help"},
      {{"lesson", "1", "2"}, "'2' is one word too many for lesson"},
      {{"lesson", "--lang", "fr"}, "--lang fr: it is en or zh"},
      {{"sim", "tcp-echo", "--fromat", "json"},
       "sim has no option '--fromat'; did you mean '--format'?"},
      {{"live", "tcp-echo", "--fault", "drop syn"}, "live has no option '--fault'"},
      {{"sim", "tcp-echo", "--format", "html"},
       "html is not part of this version; there are txt, svg, png, json and pcapng"},
      {{"sim", "tcp-echo", "--format", "mmd"}, "mmd is not part of this version"},
      {{"sim", "tcp-echo", "--format", "xml"}, "unknown format 'xml'; there are txt"},
      {{"sim", "tcp-echo", "-o", "a.html"}, "html is not part of this version"},
      {{"sim", "tcp-echo", "-o", "picture"},
       "-o picture: the ending of the file's name says its format"},
      {{"sim", "tcp-echo", "--fault", "drop everything"}, ""},
      {{"sim", "tcp-echo", "--fault", "drop 1st syn"}, ""},
      {{"sim", "tcp-echo", "--set", "colour=blue"}, "there is no setting 'colour'"},
      {{"sim", "tcp-echo", "--set", "mtu"}, "it is KEY=VALUE"},
      {{"sim", "tcp-echo", "--profile", "bsd"}, "'bsd' is no value for profile"},
      {{"sim", "tcp-echo", "--delay", "20"}, "'20' is no value for delay"},
      {{"sim", "tcp-echo", "--loss", "2"}, "'2' is no value for loss"},
      {{"sim", "tcp-echo", "--delay", "99999999999s"},
       "give a time as 20ms, or 0; at most 1000000000s"},
      {{"sim", "tcp-echo", "--pause", "99999999999s"},
       "--pause 99999999999s: too large; the largest time is 1000000000s"},
      {{"sim", "tcp-echo", "--pause", "soon"}, "--pause soon: a time is a number with its unit"},
      {{"sim", "tcp-echo", "--clients", "0"}, "--clients"},
      {{"sim", "tcp-echo", "--port", "65536"}, "--port"},
      {{"sim", "tcp-echo", "--names", "A,,B"}, "a name is empty"},
      {{"sim", "tcp-echo", "--lang", "fr"}, "--lang fr: it is en or zh"},
      {{"open", "capture.pcap", "--lang", "fr"}, "--lang fr: it is en or zh"},
      {{"sim", "tcp-echo", "--time", "linear"}, "it is ordinal or proportional"},
      {{"sim", "tcp-echo", "--addr", "nowhere"}, "'nowhere' is no IP address"},
      {{"sim", "tcp-echo", "-6", "--addr", "127.0.0.1"}, "do not go together"},
      {{"sim", "tcp-echo", "-4", "-6"}, "do not go together"},
      {{"sim", "tcp-echo", "superfluous"}, "superfluous"},
      {{"sim", "handshake", "--flow", "7"}, "there is no flow 7"},
      {{"demo", "tcp-echo"}, "name a role of tcp-echo: server or client"},
      {{"demo", "tcp-echo", "referee"}, "tcp-echo has no role 'referee'; it is server or client"},
      {{"open"}, "name a file to open"},
      {{"open", "x.pcap", "tcp prot 9999"}, "filter"},
      {{"capture", "tcp prot 9999"}, "filter"},
      {{"capture", "--duration", "long"}, "--duration long: a time is"},
      {{"capture", "tcp", "prot", "9999"}, "'tcp prot 9999' is no capture filter"},
      {{"capture", "lo"}, "'lo' is an interface, not a filter; type: -i lo"},
      {{"capture", "--count", "0"}, "--count 0: it is a whole number from 1 on"},
      {{"capture", "--count", "-1"}, "--count -1: it is a whole number from 1 on"},
      {{"capture", "--count", "many"}, "--count many: it is a whole number from 1 on"},
      {{"capture", "--duration", "0s"}, "--duration 0s: no time at all; give more than 0"},
      {{"live", "tcp-echo", "--timeout", "0s"}, "--timeout 0s: no time at all; give more than 0"},
      {{"sim", "tcp-echo", "--pause", "1h"}, "the units are ns, us, ms, s and min"},
      {{"sim", "tcp-echo", "--pause", ""}, "--pause '': a time is a number with its unit"},
      {{"sim", "tcp-echo", "--pause"}, "--pause needs a value: --pause TIME"},
      {{"sim", "tcp-echo", "--pause", "1s", "--pause", "2s"}, "--pause is given twice"},
      {{"sim", "tcp-echo", "--names", ""}, "--names: no name is given; give them as Ada,Bob"},
      {{"sim", "tcp-echo", "--lines", "a;b"},
       "--lines: tcp-echo reads no typed lines; leave it out"},
      {{"sim", "tcp-echo", "--port", "http"}, "--port http: it is a whole number from 1 to 65535"},
      {{"sim", "tcp-echo", "--flow", "first"},
       "--flow first: it is a whole number from 0 on, all or each"},
      {{"sim", "tcp-echo", "--nope"}, "sim has no option '--nope'; see: synoptic sim --help"},
      {{"sim", "tcp-echo", "--paus", "3s"}, "did you mean '--pause'?"},
      {{"sim", "tcp-echo", "-z"}, "sim has no option '-z'"},
      {{"--nope"}, "there is no option '--nope'; see: synoptic --help"},
      {{"sim", "tcp-echo", "--fault", "drop", "2nd", "data"},
       "a fault of several words needs quotes: --fault \"drop 2nd data client>server\""},
      {{"sim", "handshake", "--format", ""}, "--format '': unknown format ''"},
      {{"doctor", "please"}, "'please' is one word too many for doctor"},
      {{"sim", "tcp-echo", "--addr", "127.0.0.1:80"}, "type: --addr 127.0.0.1 --port 80"},
      {{"sim", "tcp-echo", "--addr", "[::1]:99999"}, "'99999' is no port"},
      {{"demo", "tcp-echo", "client", "127.0.0.1:99999"},
       "'99999' is no port; a port is a whole number from 1 to 65535"},
      {{"demo", "tcp-echo", "client", "localhost:0"}, "'0' is no port"},
      {{"demo", "tcp-echo", "client", "::1:x"}, "'::1:x' is no IP address"},
      {{"demo", "tcp-echo", "client", "127.0.0.1:80", "--port", "81"}, "the port is given twice"},
      {{"sim", "handshake", "--summary", "--format", "svg"}, "--summary is text"},
      {{"sim", "handshake", "--summary", "-o", "no-such-file.svg"}, "--summary is text"},
      {{"sim", "handshake", "-o", "a.svg", "-o", "./a.svg"},
       "-o ./a.svg: the file is given twice; leave one out"},
  };
  for (const Mistake& mistake : mistakes) {
    const Result result = run(mistake.typed);
    std::string line = "synoptic";
    for (const std::string& word : mistake.typed) line += " " + word;
    EXPECT_EQ(result.status, 2) << line << "\n" << result.err;
    EXPECT_TRUE(test::is_one_line(result.err)) << line << "\n" << result.err;
    EXPECT_NE(result.err.find(mistake.says), std::string::npos) << line << "\n" << result.err;
  }
}

// Each option that the chosen demo has no use for, whichever it is, and where it has one.
TEST(Usage, OptionThatTheDemoHasNoUseFor_IsRefused) {
  struct Unused {
    std::vector<std::string> typed;
    std::string says;
  };
  const std::vector<Unused> all{
      {{"handshake", "--names", "Ada"},
       "--names: handshake sends no names; leave it out, or take tcp-echo, udp-echo, "
       "udp-echo-tasks or same-port"},
      {{"handshake", "--pause", "1ms"},
       "--pause: handshake makes no pause; leave it out, or take tcp-echo, udp-once, tcp-chat, "
       "tcp-serve-each, tcp-serve-each-mended, same-port, udp-send, udp-chat, udp-duplex-chat or "
       "bulk-slow"},
      {{"tcp-echo", "--lines", "a;b"},
       "--lines: tcp-echo reads no typed lines; leave it out, or take udp-once, "
       "tcp-chat, tcp-serve-each, tcp-serve-each-mended, udp-send, udp-chat or udp-duplex-chat"},
      {{"tcp-echo", "--bytes", "5"},
       "--bytes: tcp-echo sends what it has to say; leave it out, or take bulk or bulk-slow"},
      {{"tcp-echo", "--encoding", "gb2312"},
       "--encoding: tcp-echo sends text as UTF-8; leave it out, or take udp-send or "
       "udp-duplex-chat"},
      {{"udp-once", "--peer", "127.0.0.1:5"},
       "--peer: udp-once has a client whose port the system chooses; leave it out, or take "
       "udp-send or udp-duplex-chat"},
      {{"udp-send", "--encoding", "big5"}, "--encoding big5: it is gb2312 or utf-8"},
      {{"udp-send", "--peer", "[::1]:5"},
       "--peer: it is no address of the family of the server's; -6 asks for IPv6"},
      {{"tcp-chat", "--clients", "2"}, "--clients: tcp-chat has one client; leave it out"},
      {{"tcp-chat", "--lines", "a;bye", "--lines", "client:b"},
       "--lines: those of the client are given twice; leave one out"},
      {{"udp-echo", "--isn-client", "5"},
       "--isn-client: udp-echo is over UDP, which has no sequence numbers; leave it out, or take "
       "tcp-echo, handshake, tcp-once, tcp-chat, tcp-serve-each, tcp-serve-each-mended, "
       "same-port, http-get, bulk or bulk-slow"},
      {{"udp-echo", "--set", "isn-server=5"},
       "--set isn-server=5: udp-echo is over UDP, which has no sequence numbers; leave it out, or "
       "take tcp-echo, handshake, tcp-once, tcp-chat, tcp-serve-each, tcp-serve-each-mended, "
       "same-port, http-get, bulk or bulk-slow"},
  };
  for (const Unused& unused : all) {
    for (const char* command : {"sim", "compare"}) {
      std::vector<std::string> typed = unused.typed;
      typed.insert(typed.begin(), command);
      const Result result = run(typed);
      EXPECT_EQ(result.status, 2) << command << ' ' << unused.says;
      EXPECT_EQ(result.out, "");
      EXPECT_EQ(result.err, "synoptic: " + unused.says + "\n") << command;
    }
  }
  const Result role = run({"demo", "handshake", "server", "--names", "Ada"});
  EXPECT_EQ(role.status, 2);
  EXPECT_NE(role.err.find("--names: handshake sends no names"), std::string::npos) << role.err;
  EXPECT_NE(run({"demo", "udp-echo", "client", "--clients", "2"})
                .err.find("--clients: demo runs one client; leave it out"),
            std::string::npos);
  EXPECT_EQ(run({"sim", "tcp-echo", "--names", "Ada", "--pause", "1ms", "--summary"}).err, "");
}

TEST(Usage, FormatsMayBeWrittenLarge) {
  const test::TempDir dir;
  EXPECT_EQ(run({"sim", "handshake", "-o", dir.file("X.SVG")}).status, 0);
  EXPECT_NE(test::read_file(dir.file("X.SVG")).find("<svg"), std::string::npos);
  EXPECT_EQ(run({"sim", "handshake", "-F", "JSON"}).out,
            run({"sim", "handshake", "-F", "json"}).out);
}

TEST(Usage, HelpOfEachCommandIsOnStdout) {
  const Result all = run({"--help"});
  EXPECT_EQ(all.status, 0);
  EXPECT_EQ(all.err, "");
  for (const char* command :
       {"sim", "live", "compare", "capture", "open", "demo", "doctor", "shell"}) {
    EXPECT_NE(all.out.find(std::string("  ") + command + " "), std::string::npos) << command;
    const Result one = run({command, "--help"});
    EXPECT_EQ(one.status, 0) << one.err;
    EXPECT_NE(one.out.find("Usage: synoptic " + std::string(command)), std::string::npos)
        << one.out;
  }
  EXPECT_EQ(all.out.find("__role"), std::string::npos) << "what is internal is not shown";
  const std::string sim = run({"sim", "--help"}).out;
  for (const char* word :
       {"tcp-echo", "--fault", "client>server", "mtu", "--isn-server", "--pause"}) {
    EXPECT_NE(sim.find(word), std::string::npos) << word;
  }
  for (const char* command : {"live", "shell"}) {
    const std::string help = run({command, "--help"}).out;
    EXPECT_NE(help.find("your user id is 0"), std::string::npos) << help;
    EXPECT_NE(help.find("--quiet TIME"), std::string::npos) << help;
  }
}

TEST(Usage, Version) {
  const Result result = run({"--version"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out.find("synoptic "), 0u);
}

TEST(Suggest, TakesTheNearestWordOrNone) {
  const std::vector<std::string> known{"sim", "compare", "capture", "tcp-echo"};
  EXPECT_EQ(suggest("comapre", known), "; did you mean 'compare'?");
  EXPECT_EQ(suggest("tcp", known), "; did you mean 'tcp-echo'?");
  EXPECT_EQ(suggest("sin", known), "; did you mean 'sim'?");
  EXPECT_EQ(suggest("frobnicate", known), "");
  EXPECT_EQ(nearest("nope", std::vector<std::string>{"time", "help"}), "");
  EXPECT_EQ(suggest("", known), "");
  EXPECT_EQ(suggest(std::string(100'000, 'x'), known), "");
}

// A word that looks like a path is meant as one.
TEST(Usage, AFileThatIsNotThere_IsNoUnknownCommand) {
  const test::TempDir dir;
  test::write_file(dir.file("x.pcap"), "");
  const Mistake mistakes[] = {
      {{"nosuch.pcap"}, "there is no file 'nosuch.pcap': check the path"},
      {{"/nowhere/capture"}, "there is no file '/nowhere/capture': check the path"},
      {{"nosuch.pcap", "--raw-seq"}, "there is no file 'nosuch.pcap': check the path"},
      {{dir.path().string()}, "is a folder: name a capture file in it"},
      {{dir.file("x.pcap") + "/y"}, "there is no file"},
  };
  for (const Mistake& mistake : mistakes) {
    const Result result = run(mistake.typed);
    EXPECT_EQ(result.status, 1) << mistake.typed[0];
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(test::is_one_line(result.err)) << result.err;
    EXPECT_NE(result.err.find(mistake.says), std::string::npos) << result.err;
  }
  const Result more = run({dir.file("x.pcap"), "--raw-seq"});
  EXPECT_EQ(more.status, 2);
  EXPECT_NE(more.err.find("with options: synoptic open"), std::string::npos) << more.err;
}

}  // namespace
}  // namespace synoptic::cli
