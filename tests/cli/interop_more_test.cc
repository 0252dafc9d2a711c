// demo NAME ROLE beside the tutorials' own programs, for the demos of ports, text and bulk: small
// Python programs with the same calls, against each of our roles, both ways round. Then what each
// role makes of odd input.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <map>

#include "tests/cli/ports.hh"
#include "tests/cli/program.hh"

namespace synoptic::cli {
namespace {

using test::free_ports;
using test::Program;
using test::Result;
using test::taken;
using test::TempDir;
using ::testing::EndsWith;
using ::testing::HasSubstr;

// --- the tutorials' programs: HOST PORT LANG PEER-PORT
const std::string prelude = R"(
import socket, sys, threading
host, port, zh, own = sys.argv[1], int(sys.argv[2]), sys.argv[3] == 'zh', int(sys.argv[4])
family = socket.AF_INET6 if ':' in host else socket.AF_INET
def shown(addr):
    return ('[%s]:%d' if ':' in addr[0] else '%s:%d') % addr[:2]
def datagrams(at=None):
    s = socket.socket(family, socket.SOCK_DGRAM)
    if at: s.bind((host, at))
    return s
def listener():
    s = socket.socket(family, socket.SOCK_STREAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((host, port))
    s.listen(5)
    return s
def connected():
    s = socket.socket(family, socket.SOCK_STREAM)
    s.connect((host, port))
    return s
FROM = '来自[%s]的一条消息:%s' if zh else 'A message from [%s]: %s'
)";

const std::map<std::string, std::string> programs{
    {"same-port server", R"(
u, t = datagrams(port), listener()
def udp():
    while True:
        data, addr = u.recvfrom(1024)
        u.sendto(b'Hello, %s!' % data, addr)
threading.Thread(target=udp, daemon=True).start()
def tcp(c):
    c.send(b'Welcome!')
    while (data := c.recv(1024)) not in (b'', b'exit'):
        c.send(b'Hello, %s!' % data)
    c.close()
while True:
    threading.Thread(target=tcp, args=(t.accept()[0],), daemon=True).start()
)"},
    {"same-port client", R"(
t, u = connected(), datagrams()
print(t.recv(1024).decode())
for name in (b'Michael', b'Tracy', b'Sarah'):
    t.send(name)
    print(t.recv(1024).decode())
    u.sendto(name, (host, port))
    print(u.recv(1024).decode())
t.send(b'exit')
t.close()
u.close()
)"},
    {"http-get server", R"(
t = listener()
while True:
    c, addr = t.accept()
    request = b''
    while b'\r\n\r\n' not in request:
        request += c.recv(1024)
    print(shown(addr) + ': ' + request.decode().split('\r\n')[0])
    c.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n' + '你好'.encode() * 1000 + b'\r\n\r\nend')
    c.close()
)"},
    {"http-get client", R"(
s = connected()
s.send(b'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
data = b''
while piece := s.recv(1024):
    data += piece
s.close()
header, page = data.split(b'\r\n\r\n', 1)
print('\n'.join(header.decode().split('\r\n')))
open('http-get.html', 'wb').write(page)
)"},
    {"udp-send server", R"(
s = datagrams(port)
data, addr = s.recvfrom(1024)
print(data.decode('gb2312'))
s.sendto(('收到' if zh else 'received').encode('gb2312'), addr)
s.close()
)"},
    {"udp-send client", R"(
s = datagrams(own)
text = input('请输入要发送的内容: ' if zh else 'Type the text to send: ')
s.sendto(text.encode('gb2312'), (host, port))
print(s.recvfrom(1024)[0].decode('gb2312'))
s.close()
)"},
    {"udp-chat server", R"(
s = datagrams(port)
while True:
    data, addr = s.recvfrom(1024)
    print(FROM % (shown(addr), data.decode()))
    s.sendto(input('回复消息: ' if zh else 'Reply: ').encode(), addr)
)"},
    {"udp-chat client", R"(
s = datagrams()
contacts = {'乔治': port, 'james': port + 1, '苯环': port + 2, '岳岳': port + 3}
try:
    while True:
        name = input('请选择聊天对象: ' if zh else 'Choose whom to chat with: ')
        if name not in contacts:
            continue
        while True:
            text = input('请输入消息,回车发送: ' if zh else 'Type a message, Enter sends it: ')
            if text == 'quit':
                break
            if not text:
                continue
            s.sendto(text.encode(), (host, contacts[name]))
            data, addr = s.recvfrom(1024)
            print(FROM % (shown(addr), data.decode()))
except EOFError:
    pass
)"},
    {"udp-duplex-chat", R"(
def receive():
    while True:
        data, addr = s.recvfrom(1024)
        print('>>%s:%s' % (shown(addr), data.decode('gb2312')))
def write():
    try:
        while True:
            s.sendto(input('<<:').encode('gb2312'), (host, to))
    except EOFError:
        pass
for task in (receive, write):
    threading.Thread(target=task).start()
)"},
    {"bulk server", R"(
c, addr = listener().accept()
total = 0
while piece := c.recv(65536):
    total += len(piece)
print('收到 %d 字节。' % total if zh else 'Received %d bytes.' % total)
)"},
    {"bulk client", R"(
s = connected()
s.sendall(b'x' * 3000000)
print('发送 3000000 字节。' if zh else 'Sent 3000000 bytes.')
s.close()
)"},
};

// Where two roles talk, and in which language.
struct Pair {
  std::string demo, host = "127.0.0.1";
  bool zh = false, python_serves = false, python_asks = false;
  int port = 0, peer_port = 0;
  std::string folder = "/tmp";

  std::string at() const { return host == "::1" ? "[::1]" : host; }
  std::string protocol() const { return demo.starts_with("udp") ? "udp" : "tcp"; }
};

std::unique_ptr<Program> start(const Pair& pair, const std::string& role, bool python, int port,
                               const std::vector<std::string>& more = {}) {
  const std::string language = pair.zh ? "zh" : "en";
  const std::vector<std::string> in_folder{"env", "-C", pair.folder};
  if (!python) {
    std::vector<std::string> arguments{
        "demo", pair.demo, role, pair.host, "--port", std::to_string(port), "--lang", language};
    arguments.insert(arguments.end(), more.begin(), more.end());
    if (pair.peer_port != 0)
      arguments.push_back(fmt::format("--peer={}:{}", pair.at(), pair.peer_port));
    return std::make_unique<Program>(arguments, test::Start{.prefix = in_folder});
  }
  std::string text = prelude;
  if (pair.demo == "udp-duplex-chat") {
    const bool server = role == "server";
    text += fmt::format("s, to = datagrams({}), {}\n", server ? "port" : "own",
                        server ? "own" : "port");
    text += programs.at(pair.demo);
  } else {
    text += programs.at(pair.demo + " " + role);
  }
  return std::make_unique<Program>(
      std::vector<std::string>{"-u", "-c", text, pair.host, std::to_string(port), language,
                               std::to_string(pair.peer_port)},
      test::Start{.variables = {"PYTHONUTF8=1"}, .prefix = in_folder, .program = "python3"});
}

std::unique_ptr<Program> start_server(const Pair& pair, int port,
                                      const std::vector<std::string>& more = {}) {
  auto server = start(pair, "server", pair.python_serves, port, more);
  EXPECT_TRUE(server->await([&](const Result&) { return taken(pair.protocol(), port); }))
      << "the server never was ready";
  return server;
}

// Ends who serves for ever.
std::string ended(Program& server) {
  server.signal(SIGTERM);
  return server.wait().out;
}

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
          pair.port = free_ports(4);
          SCOPED_TRACE(fmt::format("{} at {}, {}, server {}, client {}", pair.demo, host,
                                   zh ? "zh" : "en", serves ? "Python" : "ours",
                                   asks ? "Python" : "ours"));
          expect(pair);
        }
}

TEST(Interop, SamePort) {
  each_way({.demo = "same-port"}, [](const Pair& pair) {
    const auto server = start_server(pair, pair.port, {"--pause=1ms"});
    const auto client =
        start(pair, "client", pair.python_asks, pair.port, {"--names=Michael,Tracy,Sarah"});
    const Result asked = client->wait();
    EXPECT_EQ(asked.out,
              "Welcome!\nHello, Michael!\nHello, Michael!\nHello, Tracy!\nHello, Tracy!\n"
              "Hello, Sarah!\nHello, Sarah!\n")
        << asked.err;
    ended(*server);
  });
}

TEST(Interop, HttpGet) {
  each_way({.demo = "http-get"}, [](Pair pair) {
    const TempDir dir;
    pair.folder = dir.path().string();
    const auto server = start_server(pair, pair.port);
    const Result asked = start(pair, "client", pair.python_asks, pair.port)->wait();
    EXPECT_EQ(asked.status, 0) << asked.err;
    EXPECT_THAT(asked.out, ::testing::StartsWith("HTTP/1.1 200 OK\n")) << asked.err;
    const std::string page = test::read_file(dir.file("http-get.html"));
    if (pair.python_serves)
      EXPECT_EQ(page.size(), 6000u + 7u);
    else
      EXPECT_THAT(asked.out, HasSubstr(fmt::format("Content-Length: {}\n", page.size())));
    EXPECT_TRUE(server->await_output(": GET / HTTP/1.1"));
    ended(*server);
  });
}

TEST(Interop, UdpSend) {
  each_way({.demo = "udp-send"}, [](Pair pair) {
    pair.peer_port = pair.port + 1;
    const auto server = start_server(pair, pair.port);
    const auto client = start(pair, "client", pair.python_asks, pair.port);
    client->write("你好，世界\n");
    const Result asked = client->wait();
    EXPECT_EQ(asked.out,
              pair.zh ? "请输入要发送的内容: 收到\n" : "Type the text to send: received\n")
        << asked.err;
    EXPECT_EQ(server->wait().out, "你好，世界\n");
  });
}

TEST(Interop, UdpChat) {
  each_way({.demo = "udp-chat"}, [](const Pair& pair) {
    const auto george = start_server(pair, pair.port);
    const auto james = start_server(pair, pair.port + 1);
    george->write("很好\n");
    james->write("hi\nfine\n");
    const auto client = start(pair, "client", pair.python_asks, pair.port);
    client->write("nobody\njames\n\nhello\nhow are you?\nquit\n乔治\n你好吗\nquit\n");
    const Result asked = client->wait();
    const std::string choose = pair.zh ? "请选择聊天对象: " : "Choose whom to chat with: ";
    const std::string type = pair.zh ? "请输入消息,回车发送: " : "Type a message, Enter sends it: ";
    const auto from = [&](int port, const std::string& text) {
      return pair.zh ? fmt::format("来自[{}:{}]的一条消息:{}\n", pair.at(), port, text)
                     : fmt::format("A message from [{}:{}]: {}\n", pair.at(), port, text);
    };
    EXPECT_EQ(asked.out, choose + choose + type + type + from(pair.port + 1, "hi") + type +
                             from(pair.port + 1, "fine") + type + choose + type +
                             from(pair.port, "很好") + type + choose)
        << asked.err;
    const std::string reply = pair.zh ? "回复消息: " : "Reply: ";
    EXPECT_THAT(ended(*james),
                EndsWith((pair.zh ? ":how are you?\n" : ": how are you?\n") + reply));
    EXPECT_THAT(ended(*george), EndsWith((pair.zh ? ":你好吗\n" : ": 你好吗\n") + reply));
  });
}

TEST(Interop, UdpDuplexChat) {
  each_way({.demo = "udp-duplex-chat"}, [](Pair pair) {
    pair.peer_port = pair.port + 1;
    const auto one = start_server(pair, pair.port);
    const auto other = start(pair, "client", pair.python_asks, pair.port);
    ASSERT_TRUE(other->await([&](const Result&) { return taken("udp", pair.peer_port); }));
    one->write("hi\n你好\n");
    other->write("hello\n很好\n");
    const auto from = [&](int port, const std::string& text) {
      return fmt::format(">>{}:{}:{}", pair.at(), port, text);
    };
    EXPECT_TRUE(one->await_output(from(pair.peer_port, "很好")));
    EXPECT_TRUE(other->await_output(from(pair.port, "你好")));
    EXPECT_THAT(ended(*one), HasSubstr(from(pair.peer_port, "hello")));
    EXPECT_THAT(ended(*other), HasSubstr(from(pair.port, "hi")));
  });
}

TEST(Interop, Bulk) {
  each_way({.demo = "bulk"}, [](const Pair& pair) {
    const auto server = start_server(pair, pair.port);
    const Result asked =
        start(pair, "client", pair.python_asks, pair.port, {"--bytes=3000000"})->wait();
    EXPECT_EQ(asked.out, pair.zh ? "发送 3000000 字节。\n" : "Sent 3000000 bytes.\n") << asked.err;
    EXPECT_EQ(server->wait().out, pair.zh ? "收到 3000000 字节。\n" : "Received 3000000 bytes.\n");
  });
}

// --- odd input
// ------------------------------------------------------------------------------------

// A peer in Python that does what `text` says, with what the prelude offers.
std::unique_ptr<Program> peer(const Pair& pair, const std::string& text) {
  return std::make_unique<Program>(
      std::vector<std::string>{"-u", "-c", prelude + text, pair.host, std::to_string(pair.port),
                               "en", std::to_string(pair.peer_port)},
      test::Start{.variables = {"PYTHONUTF8=1"}, .program = "python3"});
}

Pair at_free_port(const std::string& demo) {
  Pair pair{.demo = demo};
  pair.port = free_ports(2);
  pair.peer_port = pair.port + 1;
  if (demo != "udp-send" && demo != "udp-duplex-chat") pair.peer_port = 0;
  return pair;
}

TEST(OddInput, PortTaken_EachServerSaysSoInOneLine) {
  for (const char* demo :
       {"same-port", "http-get", "udp-send", "udp-chat", "udp-duplex-chat", "bulk"}) {
    const Pair pair = at_free_port(demo);
    const bool udp = std::string(demo) != "http-get" && std::string(demo) != "bulk";
    const auto holder = peer(pair, std::string(udp ? "s = datagrams(port)" : "s = listener()") +
                                       "\nprint('there')\ninput()\n");
    ASSERT_TRUE(holder->await_output("there"));
    const Result result = start(pair, "server", false, pair.port)->wait();
    EXPECT_EQ(result.out,
              fmt::format("bind 127.0.0.1:{}: address already in use (EADDRINUSE)\n", pair.port))
        << demo;
    EXPECT_EQ(result.status, 1) << demo;
    EXPECT_TRUE(test::is_one_line(result.err)) << result.err;
  }
}

TEST(OddInput, HttpGet_ServerOutlivesEveryClient) {
  const Pair pair = at_free_port("http-get");
  const auto server = start_server(pair, pair.port);
  const auto asked = [&](const std::string& text) { return peer(pair, text)->wait().out; };
  EXPECT_THAT(asked("s = connected(); s.send(b'\\xe4\\xbd\\r\\n\\r\\n'); print(s.recv(99))"),
              HasSubstr("400 Bad Request"));
  asked("s = connected()");  // nothing at all
  EXPECT_TRUE(server->await_output("it has left without a request"));
  asked(
      "import struct\ns = connected(); s.send(b'GET')\n"
      "s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))");
  EXPECT_TRUE(server->await_output("ECONNRESET"));
  asked(
      "s = connected()\ntry:\n  for i in range(1600): s.send(b'x' * 65536)\nexcept OSError: pass");
  EXPECT_THAT(asked("s = connected(); s.send(b'GET / HTTP/1.1\\r\\n\\r\\n'); print(s.recv(99))"),
              HasSubstr("200 OK"));
  EXPECT_THAT(ended(*server), HasSubstr("\\xe4\\xbd")) << "octets that are no text are shown";
}

TEST(OddInput, HttpGet_ClientEndsWhateverTheServerSends) {
  const TempDir dir;
  const auto client_of = [&](const std::string& sends) {
    Pair pair = at_free_port("http-get");
    pair.folder = dir.path().string();
    const auto server = peer(pair, "c = listener().accept()[0]\nc.recv(1024)\n" + sends);
    EXPECT_TRUE(server->await([&](const Result&) { return taken("tcp", pair.port); }));
    const Result result = start(pair, "client", false, pair.port)->wait();
    server->wait();
    return result;
  };
  EXPECT_EQ(client_of("c.close()").out, "the answer has no empty line, so no header\n");
  EXPECT_EQ(client_of("c.send(b'SSH-2.0\\r\\n')").out,
            "the answer has no empty line, so no header\n");
  EXPECT_EQ(client_of("c.sendall(b'x' * 100000)").out,
            "the answer has no empty line, so no header\n");
  const Result reset = client_of(
      "import struct\n"
      "c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))\nc.close()");
  EXPECT_EQ(reset.out, "recv: connection reset by peer (ECONNRESET)\n");
  EXPECT_EQ(reset.status, 1);
  const Result half = client_of("c.sendall(b'HTTP/1.1 200 \\xe4\\xbd\\r\\n\\r\\n\\xe4')");
  EXPECT_EQ(half.out, "HTTP/1.1 200 \\xe4\\xbd\n");
  EXPECT_EQ(test::read_file(dir.file("http-get.html")), "\xe4");
}

// The memory of both ends stays what it was: 100 MB go through.
TEST(OddInput, HundredMegabytes_GoThroughBoundedMemory) {
  const TempDir dir;
  Pair page = at_free_port("http-get");
  page.folder = dir.path().string();
  const auto server = peer(page,
                           "c = listener().accept()[0]\nc.recv(1024)\nc.send(b'HTTP/1.1 200 "
                           "OK\\r\\n\\r\\n')\nfor i in range(100): c.sendall(b'x' * 1000000)");
  ASSERT_TRUE(server->await([&](const Result&) { return taken("tcp", page.port); }));
#ifdef __SANITIZE_ADDRESS__  // which takes address space beyond any limit: it has its own
  const std::vector<std::string> limit{
      "ASAN_OPTIONS=quarantine_size_mb=8:hard_rss_limit_mb=160:soft_rss_limit_mb=160"};
#else
  const std::vector<std::string> limit{"prlimit", "--data=60000000"};
#endif
  test::Start limited{.prefix = {"env", "-C", page.folder}};
  limited.prefix.insert(limited.prefix.end(), limit.begin(), limit.end());
  const Result got = test::run(
      {"demo", "http-get", "client", "127.0.0.1", "--port", std::to_string(page.port)}, limited);
  EXPECT_EQ(got.status, 0) << got.err;
  EXPECT_EQ(std::filesystem::file_size(dir.path() / "http-get.html"), 100'000'000u);

  const Pair bulk = at_free_port("bulk");
  Program reader({"demo", "bulk", "server", "--port", std::to_string(bulk.port)}, limited);
  ASSERT_TRUE(reader.await([&](const Result&) { return taken("tcp", bulk.port); }));
  const Result sent = test::run(
      {"demo", "bulk", "client", "--port", std::to_string(bulk.port), "--bytes", "100000000"},
      limited);
  EXPECT_EQ(sent.out, "Sent 100000000 bytes.\n") << sent.err;
  EXPECT_EQ(reader.wait().out, "Received 100000000 bytes.\n");
}

TEST(OddInput, Datagrams_ThatAreNoText_AreShown) {
  const Pair send = at_free_port("udp-send");
  const auto server = start_server(send, send.port);
  peer(send, "datagrams().sendto(b'\\xc4\\xe3\\xba', (host, port))")->wait();
  EXPECT_EQ(server->wait().out, "你\\xba\n");

  const Pair chat = at_free_port("udp-chat");
  const auto contact = start_server(chat, chat.port);
  peer(chat,
       "s = datagrams()\nfor t in (b'\\xe4\\xbd', b'', b'x' * 60000): s.sendto(t, (host, port))")
      ->wait();
  contact->write("a\nb\nc\n");
  EXPECT_TRUE(contact->await_output("xx\nReply: "));
  const std::string said = ended(*contact);
  EXPECT_THAT(said, HasSubstr("]: \\xe4\\xbd\n"));
  EXPECT_THAT(said, HasSubstr("]: \n"));
  EXPECT_THAT(said, HasSubstr("]: " + std::string(1024, 'x') + "\n"));

  const Pair duplex = at_free_port("udp-duplex-chat");
  const auto one = start_server(duplex, duplex.port);
  peer(duplex, "s = datagrams()\nfor t in (b'\\xff', b'', b'ok'): s.sendto(t, (host, port))")
      ->wait();
  EXPECT_TRUE(one->await_output(":ok\n"));
  EXPECT_THAT(ended(*one), HasSubstr(":\\xff\n"));
}

TEST(OddInput, Bulk_ResetAndNothingAtAll) {
  const Pair pair = at_free_port("bulk");
  const auto reset = start_server(pair, pair.port);
  peer(pair,
       "import struct\ns = connected(); s.send(b'x')\n"
       "s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))")
      ->wait();
  const Result result = reset->wait();
  EXPECT_EQ(result.out, "recv: connection reset by peer (ECONNRESET)\n");
  EXPECT_EQ(result.status, 1);
  const Pair bare = at_free_port("handshake");
  const auto opened = start_server(bare, bare.port);
  peer(bare,
       "import struct\ns = connected(); s.send(b'x')\n"
       "s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))")
      ->wait();
  const Result told = opened->wait();
  EXPECT_EQ(told.out, "recv: connection reset by peer (ECONNRESET)\n");
  EXPECT_EQ(told.err, "");
  EXPECT_EQ(told.status, 1);
  const Pair other = at_free_port("bulk");
  const auto nothing = start_server(other, other.port);
  peer(other, "connected()")->wait();
  EXPECT_EQ(nothing->wait().out, "Received 0 bytes.\n");
}

TEST(OddInput, NobodyTypes_EachClientEnds) {
  for (const char* demo : {"udp-send", "udp-chat"}) {
    const Pair pair = at_free_port(demo);
    const Result result = start(pair, "client", false, pair.port)->wait();
    EXPECT_EQ(result.status, 0) << demo << result.err;
  }
}

TEST(HttpGet, ClientGoesToAHostByItsName) {
  const TempDir dir;
  Pair pair = at_free_port("http-get");
  const auto server = peer(pair,
                           "c = listener().accept()[0]\nprint(c.recv(1024).decode())\n"
                           "c.send(b'HTTP/1.1 200 OK\\r\\n\\r\\n')");
  ASSERT_TRUE(server->await([&](const Result&) { return taken("tcp", pair.port); }));
  // A name that every resolver knows, and we do not: an address in another notation.
  const Result got =
      test::run({"demo", "http-get", "client", fmt::format("0x7f000001:{}", pair.port)},
                {.prefix = {"env", "-C", dir.path().string()}});
  EXPECT_EQ(got.out, "HTTP/1.1 200 OK\n") << got.err;
  EXPECT_EQ(got.err, "synoptic: saved in http-get.html\n");
  EXPECT_TRUE(server->await_output(fmt::format("Host: 0x7f000001:{}", pair.port)));
  const Result unknown = test::run({"demo", "http-get", "client", "no-such-host.invalid:80"});
  EXPECT_EQ(unknown.status, 1);
  EXPECT_THAT(unknown.err, HasSubstr("no-such-host.invalid has no address"));
}

}  // namespace
}  // namespace synoptic::cli
