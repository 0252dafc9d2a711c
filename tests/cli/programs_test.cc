// live with commands, and shell: programs of the user's, captured with their calls, and each way in
// which a command can go wrong.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "tests/cli/program.hh"

namespace synoptic::cli {
namespace {

using nlohmann::json;
using test::Program;
using test::Result;
using test::run;
using test::TempDir;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

const std::string server = R"(
import socket
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('127.0.0.2', 9999))
s.listen(5)
while True:
    c, a = s.accept()
    print('from', a[0])
    while True:
        d = c.recv(1024)
        if not d:
            break
        c.sendall(b'Hello, ' + d)
    c.close()
)";
const std::string client = R"(
import socket
s = socket.create_connection(('127.0.0.2', 9999))
for name in ('Ada', '世界'):
    s.sendall(name.encode())
    print(s.recv(1024).decode())
s.close()
)";
const std::string udp_server = R"(
import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.bind(('::1', 9999))
data, peer = s.recvfrom(1024)
s.sendto(data.upper(), peer)
s.close()
)";
const std::string udp_client = R"(
import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.sendto(b'hello', ('::1', 9999))
print(s.recvfrom(1024)[0].decode())
s.close()
)";

class Programs : public testing::Test {
 protected:
  std::string script(const std::string& name, const std::string& text) {
    test::write_file(dir_.file(name), text);
    return dir_.file(name);
  }
  // live ... -- python3 A + python3 B
  std::vector<std::string> pair(std::vector<std::string> arguments, const std::string& first,
                                const std::string& second) {
    arguments.insert(arguments.begin(), "live");
    for (const std::string& word : {std::string("--"), std::string("python3"), first,
                                    std::string("+"), std::string("python3"), second})
      arguments.push_back(word);
    return arguments;
  }
  TempDir dir_;
};

// "client.py send", in order of time.
std::vector<std::string> calls(const json& trace) {
  std::map<int, std::string> names;
  for (const json& end : trace.at("endpoints")) names[end.at("id")] = end.at("name");
  std::vector<std::string> found;
  for (const json& event : trace.at("events")) {
    if (event.at("kind") == "call")
      found.push_back(names[event.at("endpoint")] + " " + event.at("call").get<std::string>());
  }
  return found;
}

std::size_t count(const json& trace, const std::string& kind) {
  std::size_t n = 0;
  for (const json& event : trace.at("events")) n += event.at("kind") == kind ? 1 : 0;
  return n;
}

TEST_F(Programs, AServerAndAClientInPython_AreDrawnWithTheirCalls) {
  const Result result =
      run(pair({"--quiet", "0s"}, script("my_server.py", server), script("my_client.py", client)));
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("my_server.py + my_client.py · captured"),
                                HasSubstr("setsockopt(SOL_SOCKET,"), HasSubstr("listen(5)"),
                                HasSubstr("connect(127.0.0.2:9999)"), HasSubstr("send(\"Ada\")"),
                                HasSubstr("= \"Hello, 世界\""), ContainsRegex("● (~|✓)TIME-WAIT"),
                                Not(HasSubstr("note:"))));
  EXPECT_THAT(result.err, AllOf(HasSubstr("from 127.0.0.1\n"), HasSubstr("Hello, 世界\n"),
                                HasSubstr("'my_server.py' still ran")));
}

TEST_F(Programs, AsJson_EachCallIsOnItsOwnLane) {
  const Result result = run(
      pair({"--quiet", "0s", "--format", "json"}, script("s.py", server), script("c.py", client)));
  ASSERT_EQ(result.status, 0) << result.err;
  const json trace = json::parse(result.out);
  EXPECT_THAT(
      calls(trace),
      testing::IsSupersetOf({"s.py socket", "s.py setsockopt", "s.py bind", "s.py listen",
                             "s.py accept", "s.py recv", "s.py send", "s.py close", "c.py socket",
                             "c.py connect", "c.py send", "c.py recv", "c.py close"}));
  EXPECT_EQ(trace.at("flows").size(), 1u);
}

TEST_F(Programs, Udp_OverIPv6_EndsByItself) {
  const Result result =
      run(pair({"--format", "json"}, script("s.py", udp_server), script("c.py", udp_client)));
  ASSERT_EQ(result.status, 0) << result.err;
  const json trace = json::parse(result.out);
  EXPECT_EQ(count(trace, "datagram"), 2u);
  EXPECT_THAT(calls(trace), testing::IsSupersetOf(
                                {"s.py recvfrom", "s.py sendto", "c.py sendto", "c.py recvfrom"}));
  EXPECT_THAT(result.err, AllOf(HasSubstr("HELLO\n"), Not(HasSubstr("still ran"))));
}

TEST_F(Programs, SeveralClients_HaveLanesOfTheirOwn) {
  auto arguments =
      pair({"--quiet", "0s", "--format", "json"}, script("s.py", server), script("c.py", client));
  arguments.insert(arguments.end(), {"+", "python3", dir_.file("c.py")});
  const Result result = run(arguments);
  ASSERT_EQ(result.status, 0) << result.err;
  const json trace = json::parse(result.out);
  EXPECT_THAT(calls(trace), testing::IsSupersetOf({"c.py connect", "c.py 2 connect"}));
  EXPECT_EQ(trace.at("flows").size(), 2u);
}

TEST_F(Programs, TheProcessesOfAServerThatForks_AreToldApart) {
  const std::string forks = script("s.py", R"(
import os, socket
l = socket.create_server(('127.0.0.2', 9999))
c = l.accept()[0]
if os.fork() == 0:
    l.close()
    c.sendall(c.recv(10))
    c.recv(10)
    c.close()
    os._exit(0)
c.close()
os.wait()
l.close()
)");
  const std::string asks = script("c.py", R"(
import socket
s = socket.create_connection(('127.0.0.2', 9999))
s.sendall(b'hi')
s.recv(10)
s.close()
)");
  const Result result = run(pair({"--format", "json"}, forks, asks));
  ASSERT_EQ(result.status, 0) << result.err;
  const json trace = json::parse(result.out);
  for (const json& event : trace.at("events")) {
    if (event.value("call", "") != "accept") continue;
    EXPECT_EQ(event.at("process"), 1);
  }
  test::write_file(dir_.file("trace.json"), result.out);
  const std::string drawn = run({"open", dir_.file("trace.json")}).out;
  EXPECT_THAT(drawn, HasSubstr("close() (listener) [process 2]"));
  EXPECT_THAT(drawn, HasSubstr("close() (listener) [process 1]"));
  EXPECT_THAT(drawn, HasSubstr("accept() [process 1]"));
  EXPECT_THAT(drawn, HasSubstr("close() [process 1]"));
  EXPECT_THAT(drawn, HasSubstr("close() [process 2]"));
  EXPECT_THAT(drawn, Not(HasSubstr("close() (listener)\n")));
}

TEST_F(Programs, SeveralConnectionsOfOneProgram_AreToldApart) {
  const std::string two = script("c.py", R"(
import socket
one = socket.create_connection(('127.0.0.2', 9999))
other = socket.create_connection(('127.0.0.2', 9999))
for s in (one, other):
    s.sendall(b'hi')
    s.recv(10)
    s.close()
)");
  const std::string serves = script("s.py", R"(
import socket
l = socket.create_server(('127.0.0.2', 9999))
ends = [l.accept()[0] for _ in range(2)]
for s in ends:
    s.sendall(s.recv(10))
    s.recv(10)
    s.close()
)");
  const Result result = run(pair({"--format", "json"}, serves, two));
  ASSERT_EQ(result.status, 0) << result.err;
  std::multiset<std::string> names;
  const json trace = json::parse(result.out);
  for (const json& end : trace.at("endpoints")) names.insert(end.at("name").get<std::string>());
  EXPECT_EQ(names, (std::multiset<std::string>{"c.py", "c.py (2)", "s.py"}));
  EXPECT_THAT(calls(trace), testing::IsSupersetOf({"c.py connect", "c.py (2) connect"}));
}

// The kernel refuses by itself: no program is missing there.
TEST_F(Programs, APortThatNobodyHas_AnswersWithoutAProgram) {
  const std::string knocks = script("knocks.py", R"(
import socket
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.connect(('127.0.0.1', 7777))
u.send(b'hello')
try:
    u.recv(10)
except ConnectionRefusedError as refused:
    print(refused)
try:
    socket.create_connection(('127.0.0.1', 7778))
except ConnectionRefusedError as refused:
    print(refused)
)");
  const Result result = run({"live", "--quiet", "0s", "--", "python3", knocks});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("ICMP Port unreachable for"), HasSubstr("RST"),
                                HasSubstr("ECONNREFUSED"), Not(HasSubstr("no socket calls"))));
}

TEST_F(Programs, TheLastOne_ReadsWhatIsTyped) {
  const std::string asks = script("asks.py", R"(
import socket
s = socket.create_connection(('127.0.0.2', 9999))
s.sendall(input().encode())
print(s.recv(1024).decode())
)");
  Program program(pair({"--quiet", "0s", "--summary"}, script("s.py", server), asks));
  program.write("typed\n");
  const Result result = program.wait();
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.err, HasSubstr("Hello, typed\n"));
}

TEST_F(Programs, AStaticOne_HasItsPackets_AndItIsSaidWhyItsCallsAreMissing) {
  const std::string asks = script("c.py", R"(
import socket
s = socket.create_connection(('127.0.0.1', 9999))
s.sendall(b'Ada')
s.recv(1024)
s.close()
)");
  const std::vector<std::string> rest{"--", SOCKET_CALLS_STATIC, "serve", "9999",
                                      "+",  "python3",           asks};
  std::vector<std::string> arguments{"live"};
  arguments.insert(arguments.end(), rest.begin(), rest.end());
  const Result text = run(arguments);
  EXPECT_EQ(text.status, 0) << text.err;
  EXPECT_THAT(text.out,
              AllOf(HasSubstr("'socket_calls_static' are not shown: it is linked statically"),
                    HasSubstr("send(\"Ada\")"), HasSubstr("[SYN, ACK]")));
  arguments.insert(arguments.begin() + 1, {"--lang", "zh"});
  EXPECT_THAT(run(arguments).out, HasSubstr("静态链接"));
}

// Its calls are made inside the C library; those on the socket itself are there.
TEST_F(Programs, WhatGoesThroughAStdioStream_IsSaidToBeMissing) {
  const std::vector<std::string> rest{"--quiet", "0s", "--", SOCKET_CALLS_DYNAMIC, "stdio", "9999"};
  std::vector<std::string> arguments{"live"};
  arguments.insert(arguments.end(), rest.begin(), rest.end());
  const Result text = run(arguments);
  EXPECT_EQ(text.status, 0) << text.err;
  EXPECT_THAT(text.out, AllOf(HasSubstr("connect(127.0.0.1:9999)"), HasSubstr("Len=6"),
                              HasSubstr("! the calls of 'socket_calls_dynamic' through a stdio "
                                        "stream (fdopen) are not shown"),
                              Not(HasSubstr("send("))));
  arguments.insert(arguments.begin() + 1, {"--lang", "zh"});
  EXPECT_THAT(run(arguments).out, HasSubstr("通过 stdio 流（fdopen）进行的调用"));
}

// The address sanitizer wants to be the first of all libraries.
TEST_F(Programs, OneWithTheAddressSanitizer_RunsAndHasItsCalls) {
  const Result result =
      run({"live", "--quiet", "0s", "--", SOCKET_CALLS_SANITIZED, "families", "9999"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("bind(127.0.0.1:9999)"), HasSubstr("recvfrom(64)")));
}

TEST_F(Programs, WhatAProgramStarts_IsCalledByItsOwnName) {
  const std::string both =
      "python3 " + script("s.py", udp_server) + " & python3 " + script("c.py", R"(
import socket, time
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.connect(('::1', 9999))
s.settimeout(0.05)
while True:
    try:
        s.send(b'hello')
        s.recv(1024)
        break
    except (ConnectionRefusedError, TimeoutError):
        pass
)") + "; wait";
  const Result result = run({"live", "--format", "json", "--", "sh", "-c", both});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(calls(json::parse(result.out)),
              testing::IsSupersetOf({"s.py bind", "s.py sendto", "c.py connect", "c.py send"}));
}

TEST_F(Programs, AShell_IsCaptured) {
  Program program({"shell", "--summary"}, {.variables = {"SHELL=/bin/sh"}});
  program.write(std::string(SOCKET_CALLS_DYNAMIC) + " families 9999\necho seen >&1\n");
  const Result result = program.wait();
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("socket_calls_dynamic 127.0.0.1:9999"), Not(HasSubstr("seen\n"))));
  EXPECT_THAT(result.err, HasSubstr("seen\n"));
}

TEST_F(Programs, WhatAShellLeavesInTheBackground_IsEndedAfterQuiet) {
  Program program({"shell", "--quiet", "0s", "--summary"}, {.variables = {"SHELL=/bin/sh"}});
  program.write("sleep 1000 &\nexit\n");
  EXPECT_THAT(program.wait().err,
              HasSubstr("what was left in the background still ran when nothing had happened for 0 "
                        "ns: ended (--quiet TIME)"));
}

// On a terminal of its own (script(1) makes one): Ctrl-C there is for what the shell runs.
TEST_F(Programs, AShellOnATerminal_HasItsCtrlC) {
  Program program({"-qec", std::string(SYNOPTIC_BINARY) + " shell --summary", "/dev/null"},
                  {.variables = {"SHELL=/bin/bash"}, .program = "script"});
  program.write("sh -c 'echo re\"a\"dy; exec sleep 1000'\n");  // who says it is who is meant
  ASSERT_TRUE(program.await_output("ready\r\n"));
  program.write("\x03");
  ASSERT_TRUE(program.await([](const Result& so_far) {  // it asks again
    const std::size_t at = so_far.out.find("^C");
    return at != std::string::npos && (so_far.out.find("# ", at) != std::string::npos ||
                                       so_far.out.find("$ ", at) != std::string::npos);
  }));
  program.write(std::string(SOCKET_CALLS_DYNAMIC) + " families 9999; exit\n");
  ASSERT_TRUE(program.await_output("socket_calls_dynamic 127.0.0.1:9999"));
  EXPECT_EQ(program.wait().status, 0);
}

// --- what can go wrong

TEST_F(Programs, OneThatIsNotThere_IsSaid_AndTheNextIsNotStarted) {
  const Result result = run({"live", "--", "/no/such/program", "+", "true"});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out + result.err,
              AllOf(HasSubstr("'program' could not be started: /no/such/program: No such file"),
                    HasSubstr("'true' was not started: 'program' could not be started")));
}

TEST_F(Programs, OneThatFailsAtOnce_IsSaidInItsOwnWords) {
  const Result result = run(
      pair({"--summary"}, script("s.py", "raise SystemExit('no good')"), script("c.py", client)));
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out + result.err,
              AllOf(HasSubstr("'s.py' ended with status 1: no good"),
                    HasSubstr("'c.py' was not started: 's.py' had failed")));
}

TEST_F(Programs, WhatOnePrintedIsNotTheReasonForItsEnd) {
  const std::string killed = script("burst.py", R"(
import os, signal
print('errors 0', flush=True)
os.kill(os.getpid(), signal.SIGKILL)
)");
  const Result result = run({"live", "--", "python3", killed});
  EXPECT_THAT(result.err, AllOf(HasSubstr("errors 0\n"),
                                HasSubstr("'burst.py' was ended by signal 9 (Killed)\n")));
}

TEST_F(Programs, OneThatExitsAtOnce_LetsTheNextOneStart) {
  const Result result = run({"live", "--", "true", "+", "true"});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("no packet was captured"));
}

TEST_F(Programs, OneThatNeverListens_IsWaitedForSoLong) {
  const Result result =
      run({"live", "--wait", "50ms", "--quiet", "0s", "--", "sleep", "1000", "+", "true"});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, AllOf(HasSubstr("'sleep' neither listens nor has a port after 50 ms"),
                                HasSubstr("'sleep' still ran")));
}

TEST_F(Programs, OneThatIgnoresSigterm_IsKilled) {
  const std::string stubborn = script("s.py", R"(
import signal, socket, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
s = socket.socket()
s.bind(('127.0.0.2', 9999))
s.listen()
while True:
    time.sleep(1000)
)");
  const Result result = run(pair({"--quiet", "0s", "--summary"}, stubborn, script("c.py", "")));
  EXPECT_THAT(result.err, HasSubstr("'s.py' did not heed SIGTERM, and was killed"));
}

TEST_F(Programs, OneThatForksAway_IsAwaited_AndEndedWithTheRun) {
  const std::string daemon = script("s.py", R"(
import os
if os.fork():
    os._exit(0)
os.setsid()
if os.fork():
    os._exit(0)
)" + server);
  const Result result = run(pair({"--quiet", "0s", "--summary"}, daemon, script("c.py", client)));
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("s.py 127.0.0.2:9999"));
  EXPECT_THAT(result.err, HasSubstr("what was left in the background still ran"));
}

TEST_F(Programs, BytesThatAreNoText_AreShownAsSuch) {
  const Result result =
      run({"live", "--", "printf", "a\\033]0;b\\007\\377\\n\\033[31mred\\033[0m\\n"});
  EXPECT_THAT(result.err, AllOf(HasSubstr("a\\x1b]0;b\\x07\\xff\n\x1b[31mred\x1b[0m\n"),
                                HasSubstr("'printf' printed bytes that are no text")));
}

TEST_F(Programs, CtrlC_EndsAll_AndKeepsWhatCame) {
  const std::string stays = script("c.py", client + "input()\nimport time\ntime.sleep(1000)\n");
  Program program(pair({}, script("s.py", server), stays));
  ASSERT_TRUE(program.await_output("Hello, 世界"));
  program.signal(SIGINT);
  const Result result = program.wait();
  EXPECT_THAT(result.out, AllOf(HasSubstr("send(\"Ada\")"), HasSubstr("FIN")));
}

TEST_F(Programs, OneThatHangs_IsEndedAfterTheTimeout) {
  const Result result = run({"live", "--timeout", "100ms", "--", "sleep", "1000"});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("the run was ended after 100 ms"));
}

// Its commands hold a lock for as long as one of them lives.
TEST_F(Programs, KilledItself_LeavesNoCommand) {
  const std::string lock = dir_.file("lock");
  const std::string holds = script("s.py", R"(
import fcntl, os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
f = open(sys.argv[1], 'w')
fcntl.flock(f, fcntl.LOCK_EX)
if os.fork() == 0:
    os.setsid()
    print('held', flush=True)
time.sleep(1000)
)");
  Program program({"live", "--", "python3", holds, lock});
  ASSERT_TRUE(program.await_output("held"));
  const int fd = ::open(lock.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_NE(::flock(fd, LOCK_EX | LOCK_NB), 0);
  program.signal(SIGKILL);
  EXPECT_EQ(program.wait().status, 128 + SIGKILL);
  EXPECT_EQ(::flock(fd, LOCK_EX), 0);  // hangs, and fails by the test's own limit, if one survives
  ::close(fd);
}

// As on a student's machine: no rights, and nothing asked for.
TEST_F(Programs, AnOrdinaryAccount_HasItsCallsToo) {
  if (::geteuid() != 0) return;  // then all of this has just run as one
  const std::string install = "cmake --install '" +
                              std::filesystem::path(SYNOPTIC_BINARY).parent_path().string() +
                              "' --prefix '" + dir_.file("x") + "' >/dev/null && cp " +
                              SOCKET_CALLS_DYNAMIC + " '" + dir_.file("x/calls") + "'";
  ASSERT_EQ(std::system(install.c_str()), 0);
  std::filesystem::permissions(dir_.path(), std::filesystem::perms(0755));
  const Result result =
      run({"live", "--", dir_.file("x/calls"), "families", "9999"},
          {.prefix = {"runuser", "-u", "nobody", "--"}, .program = dir_.file("x/bin/synoptic")});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("bind(127.0.0.1:9999)"), HasSubstr("recvfrom(64)")));
}

TEST_F(Programs, WhatMakesNoSense_IsSaid) {
  for (const auto& [arguments, says] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"live", "--"}, "a command is missing"},
           {{"live", "--", "true", "+"}, "a command is missing"},
           {{"live", "tcp-echo", "--", "true"}, "a demo or commands"},
           {{"live", "--port", "99", "--", "true"}, "are for demos"},
           {{"live", "--wait", "1s", "tcp-echo"}, "commands after a --"},
           {{"live", "--wait", "x", "--", "true"}, "--wait"}}) {
    const Result result = run(arguments);
    EXPECT_EQ(result.status, 2) << result.err;
    EXPECT_TRUE(test::is_one_line(result.err)) << result.err;
    EXPECT_THAT(result.err, HasSubstr(says));
  }
}

}  // namespace
}  // namespace synoptic::cli
