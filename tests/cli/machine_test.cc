// capture, demo, doctor: what depends on this machine's own network and on what it allows.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>

#include "tests/cli/own_network.hh"
#include "tests/cli/ports.hh"
#include "tests/cli/program.hh"

namespace synoptic::cli {
namespace {

using nlohmann::json;
using test::BoundSocket;
using test::free_port;
using test::in_own_network;
using test::Program;
using test::Result;
using test::run;
using test::TempDir;

std::size_t datagrams(const json& doc) {
  std::size_t count = 0;
  for (const json& event : doc["events"]) count += event["kind"] == "datagram" && event["len"] == 5;
  return count;
}

TEST(Capture, EndsAfterTheCountAskedFor) {
  if (const auto there = in_own_network()) {
    EXPECT_EQ(there->status, 0) << there->out << there->err;
    return;
  }
  const BoundSocket socket(SOCK_DGRAM);
  Program program({"capture", "udp port " + socket.port(), "--count", "2", "--format", "json"});
  ASSERT_TRUE(program.await_output("capturing on lo"));
  for (int i = 0; i < 3; ++i) socket.send_to_itself();
  const Result result = program.wait();
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.err.find("2 packets captured; dropped: 0 by the kernel, 0 here"),
            std::string::npos)
      << result.err;
  EXPECT_EQ(datagrams(json::parse(result.out)), 2u);
}

TEST(Capture, CtrlCShowsAndWritesWhatCameSoFar) {
  if (const auto there = in_own_network()) {
    EXPECT_EQ(there->status, 0) << there->out << there->err;
    return;
  }
  const TempDir dir;
  const BoundSocket socket(SOCK_DGRAM);
  Program program(
      {"capture", "udp port " + socket.port(), "--format", "json", "-o", dir.file("x.pcapng")});
  ASSERT_TRUE(program.await_output("capturing on lo"));
  for (int i = 0; i < 3; ++i) socket.send_to_itself();
  program.signal(SIGINT);
  const Result result = program.wait();
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(datagrams(json::parse(result.out)), 3u);
  EXPECT_EQ(datagrams(test::run_json({"open", dir.file("x.pcapng")})), 3u);
}

TEST(Capture, TerminalThatIsClosedLosesNothing) {
  if (const auto there = in_own_network()) {
    EXPECT_EQ(there->status, 0) << there->out << there->err;
    return;
  }
  const TempDir dir;
  const BoundSocket socket(SOCK_DGRAM);
  Program program({"capture", "udp port " + socket.port(), "-o", dir.file("x.json")});
  ASSERT_TRUE(program.await_output("capturing on lo"));
  for (int i = 0; i < 3; ++i) socket.send_to_itself();
  program.signal(SIGHUP);
  program.signal(SIGHUP);
  EXPECT_EQ(program.wait().status, 0);
  EXPECT_EQ(datagrams(json::parse(test::read_file(dir.file("x.json")))), 3u);
}

TEST(Capture, FilterMayBeSeveralWords) {
  if (const auto there = in_own_network()) {
    EXPECT_EQ(there->status, 0) << there->out << there->err;
    return;
  }
  const BoundSocket socket(SOCK_DGRAM), other(SOCK_DGRAM);
  Program program(
      {"capture", "-i", "lo", "udp", "port", socket.port(), "--count", "1", "--format", "json"});
  ASSERT_TRUE(program.await_output("capturing on lo"));
  other.send_to_itself();
  socket.send_to_itself();
  const Result result = program.wait();
  EXPECT_EQ(result.status, 0) << result.err;
  const json doc = json::parse(result.out);
  EXPECT_EQ(datagrams(doc), 1u);
  EXPECT_EQ(std::to_string(doc["endpoints"][0]["port"].get<int>()), socket.port());
}

TEST(Capture, NothingThatMatchesIsSaidAndNoEmptyDiagramDrawn) {
  if (const auto there = in_own_network()) {
    EXPECT_EQ(there->status, 0) << there->out << there->err;
    return;
  }
  const BoundSocket silent(SOCK_DGRAM);
  const TempDir dir;
  const Result result = run({"capture", "udp", "port", silent.port(), "--duration", "10ms", "-o",
                             dir.file("x.json"), "--format", "txt"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err.find("synoptic: no packet on lo matched 'udp port " + silent.port() + "'\n"),
            std::string::npos)
      << result.err;
  EXPECT_EQ(json::parse(test::read_file(dir.file("x.json")))["events"].size(), 0u);
}

TEST(Capture, InterfaceThatDoesNotExist) {
  const Result result = run({"capture", "-i", "nosuch0"});
  EXPECT_EQ(result.status, 1);
  EXPECT_TRUE(test::is_one_line(result.err)) << result.err;
  EXPECT_NE(result.err.find("nosuch0"), std::string::npos) << result.err;
}

// The program as an ordinary account runs it, from a folder that it may read.
class AsOrdinaryAccount {
 public:
  AsOrdinaryAccount() {
    std::filesystem::permissions(dir_.path(), std::filesystem::perms(0755));
    std::filesystem::copy_file(SYNOPTIC_BINARY, dir_.file("synoptic"));
    std::filesystem::permissions(dir_.file("synoptic"), std::filesystem::perms(0755));
    std::filesystem::copy_file(SYNOPTIC_CAPTURE_HELPER, dir_.file("synoptic-capture"));
    start_.program = dir_.file("synoptic");
    if (::geteuid() == 0) start_.prefix = {"runuser", "-u", "nobody", "--"};
  }
  Result run(const std::vector<std::string>& arguments) const {
    return test::run(arguments, start_);
  }
  const std::string& program() const { return start_.program; }

 private:
  TempDir dir_;
  test::Start start_;
};

TEST(OrdinaryAccount, MayNotCaptureTheMachinesInterfaceAndIsToldWhatToType) {
  const AsOrdinaryAccount account;
  const Result result = account.run({"capture", "-i", "lo"});
  EXPECT_EQ(result.status, 1);
  EXPECT_TRUE(test::is_one_line(result.err)) << result.err;
  EXPECT_EQ(result.err, fmt::format("synoptic: no right to capture on 'lo'; run once: sudo setcap "
                                    "cap_net_raw+ep {}-capture\n",
                                    account.program()));
}

TEST(OrdinaryAccount, ComparesAllTheSame) {
  const AsOrdinaryAccount account;
  const Result result = account.run({"compare", "handshake", "--format", "json"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(json::parse(result.out)["unexplained"], 0);
}

TEST(OrdinaryAccount, FolderOfAnotherIsOneLine) {
  const AsOrdinaryAccount account;
  const Result result = account.run({"sim", "handshake", "-o", "/x.json"});
  EXPECT_EQ(result.status, 1);
  EXPECT_TRUE(test::is_one_line(result.err)) << result.err;
}

// --- Ctrl-C as it is typed
// ------------------------------------------------------------------------

// The last number of packets, from two on, that the progress line told.
int packets_told(const std::string& screen) {
  const std::size_t end = screen.rfind(" packets (");
  if (end == std::string::npos) return 0;
  return std::atoi(screen.c_str() + screen.rfind(' ', end - 1) + 1);
}

TEST(Terminal, CtrlCEndsALiveRunAndShowsWhatWasCaptured) {
  const TempDir dir;
  // exec: a shell that stays would say by its own exit status that it was interrupted
  const std::string typed = fmt::format("exec {} live tcp-echo --pause 50s --timeout 50s -o {}",
                                        SYNOPTIC_BINARY, dir.file("x.json"));
  Program program({"-qec", typed, "/dev/null"},
                  {.variables = {}, .prefix = {}, .program = "script"});
  // The client has its welcome and has sent a name: at least five segments.
  ASSERT_TRUE(program.await([](const Result& r) { return packets_told(r.out) >= 5; }));
  program.write("\x03");
  const Result result = program.wait();
  EXPECT_EQ(result.status, 1) << result.out;
  EXPECT_NE(result.out.find("synoptic: the run was ended before tcp-echo was done; what came until "
                            "then is shown"),
            std::string::npos)
      << result.out;
  const json doc = json::parse(test::read_file(dir.file("x.json")), nullptr, false);
  ASSERT_FALSE(doc.is_discarded()) << result.out;
  std::size_t segments = 0;
  for (const json& event : doc["events"]) segments += event["kind"] == "segment";
  EXPECT_GE(segments, 5u);
}

TEST(Terminal, CaptureShowsEachPacketAsItComes) {
  if (const auto there = in_own_network()) {
    EXPECT_EQ(there->status, 0) << there->out << there->err;
    return;
  }
  const BoundSocket socket(SOCK_DGRAM);
  const std::string port = socket.port();
  const std::string typed =
      fmt::format("exec {} capture udp port {} --count 2", SYNOPTIC_BINARY, port);
  Program program({"-qec", typed, "/dev/null"},
                  {.variables = {}, .prefix = {}, .program = "script"});
  ASSERT_TRUE(program.await_output("capturing on lo"));
  const std::string line = fmt::format("  127.0.0.1:{0} → 127.0.0.1:{0}  UDP Len=5", port);
  socket.send_to_itself();
  ASSERT_TRUE(program.await_output("0.000000" + line)) << "before the capture has ended";
  socket.send_to_itself();
  const Result result = program.wait();
  EXPECT_EQ(result.status, 0) << result.out;
  EXPECT_NE(result.out.find("2 packets captured"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("captured: 2 datagrams"), std::string::npos)
      << "the diagram follows: " << result.out;
}

// --- demo
// -----------------------------------------------------------------------------------------

TEST(Demo, ServerAndClientInTwoTerminals) {
  const std::string port = free_port();
  Program server({"demo", "tcp-echo", "server", "--port", port, "--pause", "1ms"});
  ASSERT_TRUE(server.await_output("Waiting for connection..."));
  const Result client =
      run({"demo", "tcp-echo", "client", "127.0.0.1:" + port, "--names", "Ada,Bob"});
  EXPECT_EQ(client.status, 0) << client.err;
  EXPECT_EQ(client.out, "Welcome!\nHello, Ada!\nHello, Bob!\n");
  EXPECT_TRUE(server.await_output(" closed."));
  server.signal(SIGTERM);
  const Result served = server.wait();
  EXPECT_EQ(served.out.find("Waiting for connection...\nAccept new connection from 127.0.0.1:"), 0u)
      << served.out;
}

TEST(Demo, PortInUseIsOneLineWithTheRemedy) {
  const BoundSocket taken(SOCK_STREAM);
  const Result result = run({"demo", "tcp-echo", "server", "--port", taken.port()});
  EXPECT_EQ(result.status, 1);
  EXPECT_TRUE(test::is_one_line(result.err)) << result.err;
  EXPECT_NE(result.err.find("--port"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find(taken.port()), std::string::npos) << result.err;
  const std::size_t told = (result.out + result.err).find("EADDRINUSE");
  EXPECT_NE(told, std::string::npos) << result.out;
  EXPECT_EQ((result.out + result.err).find("EADDRINUSE", told + 1), std::string::npos)
      << "told once: " << result.out << result.err;
}

TEST(Demo, OutputThatCannotBeWrittenIsStatus1) {
  const std::string port = free_port();
  Program server({"demo", "udp-echo", "server", "--port", port});
  ASSERT_TRUE(server.await_output("Bind UDP on"));
  test::Start full;
  full.prefix = {"sh", "-c", "exec \"$@\" > /dev/full", "sh"};
  const Result client = run({"demo", "udp-echo", "client", "--port", port}, full);
  EXPECT_EQ(client.status, 1);
  EXPECT_EQ(client.err,
            "synoptic: cannot write to standard output: what the demo printed is not all there\n");
}

TEST(Demo, NobodyListensIsOneLineWithTheRemedy) {
  const std::string port = free_port();
  const Result result = run({"demo", "tcp-echo", "client", "--port", port});
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.out, "connect 127.0.0.1:" + port + ": connection refused (ECONNREFUSED)\n");
  EXPECT_EQ(result.err,
            "synoptic: nobody listens there; start the server first: synoptic demo tcp-echo server "
            "--port " +
                port + "\n");
  const Result elsewhere = run({"demo", "tcp-echo", "client", "127.0.0.9:" + port});
  EXPECT_NE(elsewhere.err.find("server 127.0.0.9 --port " + port + "\n"), std::string::npos)
      << elsewhere.err;
}

TEST(Doctor, SaysWhatWorksHere) {
  const Result result = run({"doctor"});
  EXPECT_EQ(result.status, 0) << result.out;
  EXPECT_EQ(result.err, "");
  EXPECT_NE(result.out.find("works    private loopback: "), std::string::npos) << result.out;
}

}  // namespace
}  // namespace synoptic::cli
