// The shim, loaded into a small program in C: what it writes down of each call, and that the
// program notices nothing.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>

#include "capture/live/call_ring.hh"
#include "capture/live/socket_options.hh"
#include "sim/model/event.hh"
#include "tests/live/processes.hh"
#include "tests/live/support.hh"

namespace synoptic::live {
namespace {

using model::CallName;
using testing::Contains;
using testing::ElementsAre;

// What a program did: its calls, the halves that were made left out.
struct Told {
  int status = -1;
  std::string output;
  std::vector<observe::CallRecord> records;
  std::vector<std::string> lines;  // "send("hello") = 5"
  std::vector<std::string> data;
  std::uint64_t made = 0;
  std::set<std::string> streaming;
};

Told run_told(const std::vector<std::string>& argv, bool with_ring = true) {
  CallRing ring;
  ProcessNames names;
  EXPECT_TRUE(ring.open());
  std::vector<std::string> variables{std::string("LD_PRELOAD=") + SYNOPTIC_SHIM};
  if (with_ring) variables.push_back(fmt::format("{}={}", shim::ring_variable, ring.path()));
  Told told;
  const auto take = [&](observe::CallRecord record) {
    if (!record.call.returned) {
      ++told.made;
      return;
    }
    told.lines.push_back(model::format_call(record.call) + " " +
                         (record.call.result < 0 ? model::error_name(record.call.error)
                                                 : fmt::format("{}", record.call.result)));
    told.data.push_back(as_text(record.call.data));
    record.call.data = {};
    told.records.push_back(std::move(record));
  };
  Child child = start(argv, variables);
  told.output = read_all(child);
  told.status = wait_for(child);
  ring.drain(names, take, true);
  EXPECT_EQ(ring.dropped(), 0u);
  told.streaming = ring.streaming();
  return told;
}

std::string any_port() {
  return "0";
}

TEST(Shim, EveryFamilyOfCalls_WithArgumentsAndResults) {
  const Told told = run_told({SOCKET_CALLS_DYNAMIC, "families", any_port()});
  EXPECT_EQ(told.status, 0) << told.output;
  std::vector<std::string> seen;
  for (const std::string& line : told.lines) {
    if (line.starts_with("socket(") || line.starts_with("accept(")) continue;  // descriptors follow
    seen.push_back(std::regex_replace(line, std::regex("0.0.1:[1-9][0-9]*"), "0.0.1:PORT"));
  }
  EXPECT_THAT(
      seen, ElementsAre("bind(127.0.0.1:0) 0", "listen(7) 0", "connect(127.0.0.1:PORT) 0",
                        "setsockopt(IPPROTO_TCP, TCP_NODELAY, 1) 0", "send(\"send\") 4",
                        "recv(64) 4", "send(\"write\") 5", "recv(64) 5", "send(\"writev\") 6",
                        "recv(62) 6", "send(\"writev\") 6", "recv(62) 6", "send(\"one\") 3",
                        "send(\"four\") 4", "recv(3) 3", "recv(8) 4", "send(5 bytes) 5",
                        "recv(8) 5", "send(1000 bytes) 4", "recv(8) 4", "recv(64) EAGAIN",
                        "shutdown(SHUT_WR) 0", "recv(64) 0", "close() 0", "close() 0", "close() 0",
                        "bind(127.0.0.1:0) 0", "sendto(\"datagram\", 127.0.0.1:PORT) 8",
                        "recvfrom(64) 8", "sendto(\"first\", 127.0.0.1:PORT) 5",
                        "sendto(\"the second\", 127.0.0.1:PORT) 10", "recvfrom(8) 5", "recv(4) 4",
                        "recvfrom(8) EAGAIN", "close() 0", "close() 0"));
  EXPECT_THAT(told.data, testing::IsSupersetOf({"send", "write", "writev", "one", "four",
                                                "datagram", "first", "the second", "the "}));
  // accept, connect, fifteen sends and receives over TCP that may wait, four over UDP
  EXPECT_EQ(told.made, 21u);
}

TEST(Shim, AddressesOfBothEnds_AndTimesInOrder) {
  const Told told = run_told({SOCKET_CALLS_DYNAMIC, "families", any_port()});
  ASSERT_EQ(told.status, 0) << told.output;
  std::int64_t before = 0;
  std::set<std::uint64_t> serials;
  std::string server;
  for (const observe::CallRecord& record : told.records) {
    EXPECT_LE(before, record.call.returned_at.ns);
    EXPECT_LE(record.t, record.call.returned_at);
    before = record.call.returned_at.ns;
    EXPECT_TRUE(serials.insert(record.serial).second);
    const CallName name = record.call.name;
    if (name == CallName::bind) server = record.local.str();
    if (name == CallName::accept) {
      EXPECT_EQ(record.local.str(), server);
      EXPECT_EQ(record.call.address.ip.str(), "127.0.0.1");
      EXPECT_NE(record.call.address.port, 0);
    }
    if (name == CallName::connect || name == CallName::send) {
      EXPECT_EQ(record.remote.str(), server);
      EXPECT_NE(record.local.port, 0);
    }
    if (name == CallName::recvfrom) {
      EXPECT_EQ(record.local.str(), server);
      EXPECT_EQ(record.call.address.port != 0, record.call.result >= 0);
      EXPECT_EQ(record.protocol, model::Protocol::udp);
    }
  }
}

TEST(Shim, ThreadsAndForkedChildren_EachCallIsThereOnce) {
  const Told told = run_told({SOCKET_CALLS_DYNAMIC, "threads", any_port()});
  EXPECT_EQ(told.status, 0) << told.output;
  std::map<CallName, int> count;
  std::set<std::int32_t> processes;
  std::set<std::pair<std::int32_t, std::uint64_t>> serials;
  for (const observe::CallRecord& record : told.records) {
    ++count[record.call.name];
    processes.insert(record.process);
    EXPECT_TRUE(serials.emplace(record.process, record.serial).second);
  }
  EXPECT_EQ(count[CallName::send], 800);
  EXPECT_EQ(count[CallName::recv], 800 + 8);
  EXPECT_EQ(count[CallName::accept], 8);
  EXPECT_EQ(processes.size(), 9u);
}

TEST(Shim, AStreamOfASocket_IsToldOf_ForItsCallsAreNot) {
  const Told told = run_told({SOCKET_CALLS_DYNAMIC, "stdio", any_port()});
  EXPECT_EQ(told.status, 0) << told.output;
  EXPECT_THAT(told.lines, Contains(testing::StartsWith("connect(127.0.0.1:")));
  EXPECT_THAT(told.streaming, ElementsAre("socket_calls_dynamic"));
}

TEST(Shim, AFile_IsNoSocket_AlsoWhereOneWas) {
  const Told told = run_told({SOCKET_CALLS_DYNAMIC, "files", any_port()});
  EXPECT_EQ(told.status, 0) << told.output;
  EXPECT_THAT(told.lines,
              ElementsAre(testing::StartsWith("socket("), testing::StartsWith("bind(")));
  EXPECT_THAT(told.streaming, testing::IsEmpty());
}

TEST(Shim, AfterExec_AnInheritedSocketIsKnown) {
  const Told told = run_told({SOCKET_CALLS_DYNAMIC, "exec", any_port(), SOCKET_CALLS_DYNAMIC});
  EXPECT_EQ(told.status, 0) << told.output;
  EXPECT_THAT(told.lines, Contains(testing::StartsWith("connect(127.0.0.1:")));
  std::set<std::uint64_t> serials;
  bool accepted = false;
  for (const observe::CallRecord& record : told.records) {
    EXPECT_TRUE(serials.insert(record.serial).second) << "unique through exec";
    accepted |= record.call.name == CallName::accept && record.call.fd == 0;
  }
  EXPECT_TRUE(accepted);
}

TEST(Shim, WithoutItsRing_TheProgramRunsAsEver) {
  EXPECT_EQ(run_told({SOCKET_CALLS_DYNAMIC, "families", any_port()}, false).status, 0);
  Child child = start(
      {SOCKET_CALLS_DYNAMIC, "families", any_port()},
      {std::string("LD_PRELOAD=") + SYNOPTIC_SHIM, std::string(shim::ring_variable) + "=/nowhere"});
  const std::string output = read_all(child);
  EXPECT_EQ(wait_for(child), 0) << output;
}

TEST(Shim, OneThatIsKilledAmidItsCalls_HoldsUpNothing) {
  CallRing ring;
  ProcessNames names;
  const std::vector<std::string> variables{std::string("LD_PRELOAD=") + SYNOPTIC_SHIM,
                                           fmt::format("{}={}", shim::ring_variable, ring.path())};
  std::uint64_t seen = 0;
  const auto take = [&](const observe::CallRecord&) { ++seen; };
  Child child = start({SOCKET_CALLS_DYNAMIC, "killed", any_port()}, variables);
  read_all(child);
  EXPECT_EQ(WTERMSIG(wait_for(child)), SIGKILL);
  ring.drain(names, take, true);
  EXPECT_GE(seen, 1000u);
  Child next = start({SOCKET_CALLS_DYNAMIC, "families", any_port()}, variables);
  read_all(next);
  EXPECT_EQ(wait_for(next), 0);
  const std::uint64_t before = seen;
  ring.drain(names, take, true);
  EXPECT_GT(seen, before);
}

// A writer that took its place and never wrote, and one that writes after it was given up.
TEST(CallRing, APlaceThatIsNeverFilled_IsPassedOver) {
  CallRing ring;
  ProcessNames names;
  std::vector<std::int32_t> fds;
  const auto take = [&](const observe::CallRecord& record) { fds.push_back(record.call.fd); };
  shim::Head& head = ring.head();
  shim::Record record;
  record.call = shim::CallId::close;
  const auto push = [&](int fd) {
    record.fd = fd;
    shim::push(head, record);
  };
  push(1);
  const std::uint64_t lost = head.next.fetch_add(1);
  push(3);
  ring.drain(names, take, false);
  EXPECT_THAT(fds, ElementsAre(1)) << "it may still come";
  ring.drain(names, take, true);
  EXPECT_THAT(fds, ElementsAre(1, 3));
  std::uint64_t mine = 0;
  EXPECT_FALSE(shim::slot_of(head, lost).state.compare_exchange_strong(mine, 1)) << "too late";
  push(4);
  ring.drain(names, take, false);
  EXPECT_THAT(fds, ElementsAre(1, 3, 4));
}

TEST(CallRing, AFullOne_CountsWhatIsLost_AndGoesOn) {
  CallRing ring;
  ProcessNames names;
  std::uint64_t seen = 0;
  const auto take = [&](const observe::CallRecord&) { ++seen; };
  shim::Record record;
  record.call = shim::CallId::close;
  for (int lap = 0; lap < 3; ++lap) {
    const std::uint64_t slots = ring.head().slots;
    for (std::uint64_t i = 0; i < slots + 5; ++i) shim::push(ring.head(), record);
    ring.drain(names, take, false);
    EXPECT_EQ(seen, slots * static_cast<std::uint64_t>(lap + 1));
    EXPECT_EQ(ring.dropped(), 5u * static_cast<std::uint64_t>(lap + 1));
  }
}

TEST(CallRing, Nonsense_IsLeftOut) {
  CallRing ring;
  ProcessNames names;
  std::vector<observe::CallRecord> seen;
  const auto take = [&](observe::CallRecord r) { seen.push_back(std::move(r)); };
  shim::Record record;
  record.call = static_cast<shim::CallId>(200);
  shim::push(ring.head(), record);
  record.call = shim::CallId::send;
  record.kind = static_cast<shim::Kind>(77);
  shim::push(ring.head(), record);
  record.kind = shim::Kind::returned;
  shim::push(ring.head(), record);
  shim::slot_of(ring.head(), 2).record.data_size = 0xffffffff;
  ring.drain(names, take, false);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_LE(seen[0].call.data.size(), shim::Record::data_room);
}

TEST(ProcessNames, WhoIsStartedKeepsItsName_OthersGetANumber) {
  ProcessNames names;
  names.take("a.py");
  names.take("a.py 2");
  names.started(10, "a.py", "a.py");
  names.started(11, "a.py", "a.py 2");
  names.loaded(10, "python3");  // a wrapper first
  names.loaded(10, "a.py");
  names.loaded(11, "a.py");
  names.loaded(12, "a.py");
  names.forked(13, 11, 10, "a.py");
  names.forked(14, 1, 10, "a.py");  // its parent has ended
  names.forked(15, 1, 10, "b.py");
  EXPECT_EQ(names.of(10), "a.py");
  EXPECT_EQ(names.of(11), "a.py 2");
  EXPECT_EQ(names.of(12), "a.py 3");
  EXPECT_EQ(names.of(13), "a.py 2");
  EXPECT_EQ(names.of(14), "a.py");
  EXPECT_EQ(names.of(15), "b.py");
}

TEST(CommandName, IsTheProgramsOwn) {
  EXPECT_EQ(command_name({"python3", "-u", "dir/my_server.py", "9999"}), "my_server.py");
  EXPECT_EQ(command_name({"/usr/bin/python3.11", "-m", "http.server", "80"}), "http.server");
  EXPECT_EQ(command_name({"python3", "-c", "print()"}), "python3");
  EXPECT_EQ(command_name({"./server", "9999"}), "server");
  EXPECT_EQ(command_name({"env", "A=1", "./server"}), "server");
  EXPECT_EQ(command_name({"-bash"}), "bash");
  EXPECT_EQ(command_name({"nc", "-l", "9999"}), "nc");
  EXPECT_EQ(command_name({}), "");
}

TEST(SocketOption, IsSaidAsItIsWritten) {
  const wire::Bytes one{1, 0, 0, 0}, linger{1, 0, 0, 0, 5, 0, 0, 0};
  EXPECT_EQ(socket_option(1, 2, one), "SOL_SOCKET, SO_REUSEADDR, 1");
  EXPECT_EQ(socket_option(6, 1, one), "IPPROTO_TCP, TCP_NODELAY, 1");
  EXPECT_EQ(socket_option(1, 13, linger), "SOL_SOCKET, SO_LINGER, {1, 5}");
  EXPECT_EQ(socket_option(77, 99, {}), "77, 99, 0 bytes");
  EXPECT_EQ(socket_option(0, 2, one), "IPPROTO_IP, IP_TTL, 1");
  EXPECT_EQ(socket_option(0, 13, one), "IPPROTO_IP, IP_RECVTOS, 1");
  EXPECT_EQ(socket_option(41, 26, one), "IPPROTO_IPV6, IPV6_V6ONLY, 1");
}

TEST(SocketOption, AddressesAsSuch) {
  const std::vector<std::uint8_t> group{224, 0, 0, 251}, own{127, 0, 0, 1}, number{7, 0, 0, 0};
  const auto all = [](const auto&... parts) {
    std::vector<std::uint8_t> out;
    (out.insert(out.end(), parts.begin(), parts.end()), ...);
    return out;
  };
  EXPECT_EQ(socket_option(0, 32, own), "IPPROTO_IP, IP_MULTICAST_IF, 127.0.0.1");
  EXPECT_EQ(socket_option(0, 35, all(group, own)),
            "IPPROTO_IP, IP_ADD_MEMBERSHIP, {224.0.0.251, 127.0.0.1}");
  EXPECT_EQ(socket_option(0, 36, all(group, own, number)),
            "IPPROTO_IP, IP_DROP_MEMBERSHIP, {224.0.0.251, 127.0.0.1, 7}");
  EXPECT_EQ(socket_option(0, 39, all(group, own, own)),
            "IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, {224.0.0.251, 127.0.0.1, 127.0.0.1}");
  std::vector<std::uint8_t> six(16);
  six[0] = 0xff, six[1] = 2, six[15] = 1;
  EXPECT_EQ(socket_option(41, 20, all(six, number)), "IPPROTO_IPV6, IPV6_JOIN_GROUP, {ff02::1, 7}");
}

}  // namespace
}  // namespace synoptic::live
