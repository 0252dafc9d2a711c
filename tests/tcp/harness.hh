// The harness of the tests of TCP: what stacks say, collected and readable, with two ways of
// talking to them: Script (one stack, the test plays its peer, segment by segment) and Pair (two
// stacks over a link with faults).
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/tcp/isn.hh"
#include "sim/tcp/stack.hh"

namespace synoptic::tcp {

// What happened in the whole program: the last test asks whether everything was reached.
struct Coverage {
  std::set<model::Why> whys;
  std::set<std::pair<model::TcpState, model::TcpState>> transitions;
};
Coverage& coverage();

inline constexpr std::uint32_t no_seq = 0xffff'ffff;

std::string describe(const model::Segment& segment);  // "[ACK] seq=101 ack=301 win=65535 len=0"
std::string describe(const Output& output);

// The outputs of one input, sorted by kind; texts are copied.
struct Said {
  struct Sent : Transmit {
    std::string text;
  };
  std::vector<Sent> segments;
  std::vector<StateChanged> states;
  std::vector<TimerChanged> timers;
  std::vector<Decided> notes;
  std::vector<Ready> ready;

  bool has(model::Why why) const;
  bool has(Ready::What what) const;
  bool silent() const { return segments.empty(); }
};
// Polls everything; appends lines to `log`, and notes the coverage. Every output must carry its
// reason.
Said poll(Stack& stack, std::string_view who, model::Instant now,
          std::vector<std::string>* log = nullptr);

wire::SocketAddress address(int last, std::uint16_t port);
wire::SocketAddress address6(int last, std::uint16_t port);

// One stack at 10.0.0.1, its peer at 10.0.0.2 played by the test. ISS 100, the peer's 300.
class Script {
 public:
  explicit Script(Profile profile = tcp::profile(ProfileName::textbook), std::uint32_t mtu = 1500);
  ~Script();

  Said poll() { return tcp::poll(stack, "stack", now, &log); }
  struct Arriving {
    wire::CtlSet ctl;
    std::uint32_t seq = 0, ack = 0;
    std::string text = {};
    std::uint16_t wnd = 8192;
    wire::TcpOptions options = {};
    std::uint16_t up = 0;
  };
  Said arrive(const Arriving& segment);
  Said wait(model::Duration duration);  // lets deadlines fall due on the way
  Said send(std::string_view text);
  Said shutdown();
  Said close();
  Said abort();
  std::pair<std::string, std::int32_t> receive(std::size_t size = 65536);

  Said listen(int backlog = 5, ConnectionOptions options = {});
  Said connect(ConnectionOptions options = {});
  // Brings the stack to `state` through its public interface; see the table in matrix_test.cc for
  // the numbers.
  void reach(model::TcpState state);
  void establish(wire::TcpOptions options = {}, std::uint16_t wnd = 8192);  // active
  void establish_passive(wire::TcpOptions options = {}, std::uint16_t wnd = 8192);
  void acknowledge_all();  // the peer acknowledges SND.NXT

  const model::Tcb& tcb() const;
  bool alive() const;
  model::TcpState state() const { return alive() ? tcb().state : model::TcpState::closed; }

  Profile profile;
  Stack stack;
  model::Instant now{1'000'000'000};
  wire::SocketAddress local = address(1, 1000), remote = address(2, 2000);
  std::optional<ConnectionId> id;
  std::optional<ListenerId> listener;
  std::vector<std::string> log;
};

// Two stacks over a link that may lose, duplicate, delay and so reorder.
class Pair {
 public:
  struct Link {
    model::Duration delay = model::milliseconds(10);
    double loss = 0, duplicate = 0, reorder = 0;
  };
  struct Side {
    std::unique_ptr<Stack> stack;
    wire::SocketAddress at;
    std::optional<ConnectionId> id;
    std::optional<ListenerId> listener;
    std::string name;
    std::string to_send, received;
    std::size_t handed_over = 0;
    bool closes_when_sent = true, closed = false, saw_end = false;
    std::int32_t error = 0;
  };
  Pair(const Profile& a, const Profile& b, std::uint64_t seed, std::uint32_t mtu = 1500);
  ~Pair();

  void connect();  // b listens, a connects
  void run(model::Duration limit, std::size_t max_steps = 100'000);
  // Programs: sends what is left, reads everything, closes at the end.
  void work(Side& side);
  bool step();  // one event; false when there is none

  Side a, b;
  Link link;
  model::Instant now;
  std::size_t steps = 0, segments = 0;
  std::vector<std::string> log;
  std::function<bool(const Said::Sent&)> lose;  // besides the probabilities

 private:
  struct Flying {
    model::Instant at;
    std::uint64_t order;
    bool to_b;
    wire::SocketAddress src, dst;
    model::Segment segment;
    std::string text;
    bool operator>(const Flying& o) const {
      return std::pair(at, order) > std::pair(o.at, o.order);
    }
  };
  void drain(Side& side);
  void launch(Side& from, const Said::Sent& sent);
  double draw();

  std::priority_queue<Flying, std::vector<Flying>, std::greater<>> flying_;
  std::uint64_t order_ = 0, random_;
};

}  // namespace synoptic::tcp
