// demo NAME ROLE beside the tutorials' own programs: small Python programs with the same calls,
// against each of our roles, both ways round. Whoever is who, the same lines are printed.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/cli/ports.hh"
#include "tests/cli/program.hh"

namespace synoptic::cli {
namespace {

using test::free_port;
using test::Program;
using test::Result;
using test::taken;

// --- the tutorials' programs: HOST PORT LANG
const std::string prelude = R"(
import socket, sys
host, port, zh = sys.argv[1], int(sys.argv[2]), sys.argv[3] == 'zh'
family = socket.AF_INET6 if ':' in host else socket.AF_INET
CALL = '接到来自%s的电话' if zh else 'A call from %s'
CLIENT = '客户端说：%s' if zh else 'The client says: %s'
SERVER = '服务器端说：%s' if zh else 'The server says: %s'
def shown(addr):
    return ('[%s]:%d' if ':' in addr[0] else '%s:%d') % addr[:2]
)";
const std::string stream = "s = socket.socket(family, socket.SOCK_STREAM)\n";
const std::string datagram = "s = socket.socket(family, socket.SOCK_DGRAM)\n";
const std::string listens = stream + "s.bind((host, port))\ns.listen(5)\n";
const std::string connects = stream + "s.connect((host, port))\n";

const std::map<std::string, std::string> programs{
    {"tcp-once server", listens + R"(
conn, addr = s.accept()
print(CALL % addr[0])
print(conn.recv(1024).decode())
conn.send(b'hi')
conn.close()
s.close()
)"},
    {"tcp-once client", stream + R"(
assert s.connect_ex((host, port)) == 0
s.send(b'hello world')
print(s.recv(1024).decode())
s.close()
)"},
    {"udp-once server", datagram + R"(
s.bind((host, port))
data, addr = s.recvfrom(1024)
print(data.decode(), shown(addr))
s.sendto(b'hello', addr)
s.close()
)"},
    {"udp-once client", datagram + R"(
s.sendto(input('>>: ').encode(), (host, port))
data, addr = s.recvfrom(1024)
print(data.decode(), shown(addr))
s.close()
)"},
    {"tcp-chat server", listens + R"(
conn, addr = s.accept()
while True:
    text = conn.recv(1024).decode()
    print(CLIENT % text)
    if text == 'bye':
        break
    conn.send(input('>>').encode())
conn.close()
s.close()
)"},
    {"tcp-chat client", connects + R"(
while True:
    text = input('>')
    s.send(text.encode())
    if text == 'bye':
        break
    print(SERVER % s.recv(1024).decode())
s.close()
)"},
    {"tcp-serve-each server", listens + R"(
while True:
    conn, addr = s.accept()
    print(CALL % addr[0])
    while True:
        print(conn.recv(1024).decode())
        conn.send(input('>>>').encode())
)"},
    {"tcp-serve-each client", connects + R"(
while True:
    try:
        text = input('>>: ')
    except EOFError:
        break
    if not text:
        continue
    s.send(text.encode())
    print(s.recv(1024).decode())
s.close()
)"},
};

struct Pair {
  std::string demo, host;
  bool zh = false, python_serves = false, python_asks = false;
  std::string server_types, client_types;
};

std::unique_ptr<Program> role(const Pair& pair, const std::string& name, const std::string& port,
                              bool python) {
  const std::string language = pair.zh ? "zh" : "en";
  if (!python) {
    return std::make_unique<Program>(std::vector<std::string>{"demo", pair.demo, name, pair.host,
                                                              "--port", port, "--lang", language});
  }
  const std::string text = prelude + programs.at(pair.demo + " " + name);
  return std::make_unique<Program>(
      std::vector<std::string>{"-u", "-c", text, pair.host, port, language},
      test::Start{.variables = {"PYTHONUTF8=1"}, .prefix = {}, .program = "python3"});
}

struct Said {
  std::string server, client;
};

Said run_pair(const Pair& pair) {
  const std::string port = free_port();
  const auto server = role(pair, "server", port, pair.python_serves);
  server->write(pair.server_types);
  const std::string protocol = pair.demo.substr(0, 3);
  EXPECT_TRUE(server->await([&](const Result&) { return taken(protocol, std::stoi(port)); }))
      << "the server never was ready";
  const auto client = role(pair, "client", port, pair.python_asks);
  client->write(pair.client_types);
  const Result asked = client->wait();
  EXPECT_EQ(asked.status, 0) << asked.err;
  const Result served = server->wait();
  std::string said = served.out;
  if (protocol == "udp") {  // the client's port is the system's choice
    const std::size_t colon = said.rfind(':');
    EXPECT_NE(colon, std::string::npos) << said;
    said = said.substr(0, colon + 1) + "P\n";
  }
  std::string answers = asked.out;
  if (const std::size_t at = answers.find(":" + port); at != std::string::npos)
    answers.replace(at + 1, port.size(), "P");
  return {said, answers};
}

// `expect` is told what both printed, for each language, family, and who is Python.
template <typename F>
void each_way(Pair pair, F expect) {
  for (const char* host : {"127.0.0.1", "::1"})
    for (const bool zh : {false, true})
      for (const bool serves : {false, true})
        for (const bool asks : {false, true}) {
          pair.host = host;
          pair.zh = zh;
          pair.python_serves = serves;
          pair.python_asks = asks;
          SCOPED_TRACE(fmt::format("{} at {}, {}, server {}, client {}", pair.demo, host,
                                   zh ? "zh" : "en", serves ? "Python" : "ours",
                                   asks ? "Python" : "ours"));
          expect(pair, run_pair(pair));
        }
}

std::string call(const Pair& pair) {
  return pair.zh ? "接到来自" + pair.host + "的电话\n" : "A call from " + pair.host + "\n";
}

TEST(Interop, TcpOnce) {
  each_way({.demo = "tcp-once"}, [](const Pair& pair, const Said& said) {
    EXPECT_EQ(said.server, call(pair) + "hello world\n");
    EXPECT_EQ(said.client, "hi\n");
  });
}

TEST(Interop, UdpOnce) {
  each_way({.demo = "udp-once", .client_types = "你好\n"}, [](const Pair& pair, const Said& said) {
    const std::string host = pair.host == "::1" ? "[::1]" : pair.host;
    EXPECT_EQ(said.server, "你好 " + host + ":P\n");
    EXPECT_EQ(said.client, ">>: hello " + host + ":P\n");
  });
}

TEST(Interop, TcpChat) {
  each_way(
      {.demo = "tcp-chat", .server_types = "hi\n很好\n", .client_types = "hello\n你好吗\nbye\n"},
      [](const Pair& pair, const Said& said) {
        const std::string client = pair.zh ? "客户端说：" : "The client says: ",
                          server = pair.zh ? "服务器端说：" : "The server says: ";
        EXPECT_EQ(said.server, client + "hello\n>>" + client + "你好吗\n>>" + client + "bye\n");
        EXPECT_EQ(said.client, ">" + server + "hi\n>" + server + "很好\n>");
      });
}

// Two answers, one into the void, and one that fails: the rest is never asked for.
TEST(Interop, TcpServeEach) {
  each_way({.demo = "tcp-serve-each",
            .server_types = "hi\nfine\nstill there?\nhello?\nhello?\nhello?\nhello?\n",
            .client_types = "hello\n\nhow are you?\n"},
           [](const Pair& pair, const Said& said) {
             const std::string begins = call(pair) + "hello\n>>>how are you?\n>>>\n>>>\n>>>";
             EXPECT_EQ(said.server.substr(0, begins.size()), begins) << said.server;
             if (!pair.python_serves) {
               const std::string end =
                   pair.zh ? "send: 管道已断开 (EPIPE)\n" : "send: broken pipe (EPIPE)\n";
               EXPECT_TRUE(said.server.ends_with(end)) << said.server;
             }
             EXPECT_EQ(said.client, ">>: hi\n>>: >>: fine\n>>: ");
           });
}

}  // namespace
}  // namespace synoptic::cli
