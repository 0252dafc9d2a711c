// What stacks say, made readable; the peer that a test plays; the link between two stacks.
#include "tests/tcp/harness.hh"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

namespace synoptic::tcp {

using model::Instant;
using model::TcpState;
using model::Why;
using wire::SeqNum;

Coverage& coverage() {
  static Coverage all;
  return all;
}

std::string describe(const model::Segment& s) {
  std::string line = fmt::format("[{}] seq={} ack={} win={} len={}", wire::wireshark_flags(s.ctl),
                                 s.seq.raw, s.ack.raw, s.wnd, s.text.size());
  const wire::ParsedOptions o = s.options.parse();
  for (int i = 0; i < o.sack_count; ++i) {
    line += fmt::format(" sack={}-{}", o.sack_blocks[i].left.raw, o.sack_blocks[i].right.raw);
  }
  return line;
}

namespace {

std::string_view why_name(Why why) {
  return model::info(why).name;
}

struct Describe {
  std::string operator()(const Transmit& t) const {
    return fmt::format("sends {} ({}{})", describe(t.segment), why_name(t.why),
                       t.retransmission ? ", again" : "");
  }
  std::string operator()(const StateChanged& s) const {
    return fmt::format("{} -> {} ({})", model::rfc_name(s.from), model::rfc_name(s.to),
                       why_name(s.why));
  }
  std::string operator()(const TimerChanged& t) const {
    return fmt::format("timer {} {} {} ms ({})", model::timer_name(t.name),
                       model::action_name(t.action), t.deadline.ns / 1'000'000, why_name(t.why));
  }
  std::string operator()(const Decided& d) const {
    return fmt::format("note ({})", why_name(d.why));
  }
  std::string operator()(const Ready& r) const {
    constexpr std::string_view names[] = {"acceptable", "connected", "readable",
                                          "writable",   "failed",    "gone"};
    return fmt::format("ready: {} {}", names[static_cast<int>(r.what)],
                       r.error != 0 ? model::error_name(r.error) : "");
  }
};

}  // namespace

std::string describe(const Output& output) {
  return std::visit(Describe{}, output);
}

bool Said::has(Why why) const {
  const auto is = [why](const auto& o) { return o.why == why; };
  return std::ranges::any_of(segments, is) || std::ranges::any_of(states, is) ||
         std::ranges::any_of(timers, is) || std::ranges::any_of(notes, is);
}

bool Said::has(Ready::What what) const {
  return std::ranges::any_of(ready, [what](const Ready& r) { return r.what == what; });
}

Said poll(Stack& stack, std::string_view who, Instant now, std::vector<std::string>* log) {
  Said said;
  const auto reason = [&](Why why, const Output& output) {
    EXPECT_NE(why, Why::none) << describe(output);
    coverage().whys.insert(why);
  };
  while (const Output* const o = stack.poll_output()) {
    if (log != nullptr) {
      log->push_back(
          fmt::format("{:>12.6f} {} {}", static_cast<double>(now.ns) / 1e9, who, describe(*o)));
    }
    if (const auto* t = std::get_if<Transmit>(o)) {
      reason(t->why, *o);
      Said::Sent sent;
      static_cast<Transmit&>(sent) = *t;
      sent.text.assign(t->segment.text.begin(), t->segment.text.end());
      sent.segment.text = {};
      said.segments.push_back(std::move(sent));
    } else if (const auto* s = std::get_if<StateChanged>(o)) {
      reason(s->why, *o);
      EXPECT_TRUE(model::is_transition(s->from, s->to)) << describe(*o);
      coverage().transitions.emplace(s->from, s->to);
      said.states.push_back(*s);
    } else if (const auto* timer = std::get_if<TimerChanged>(o)) {
      reason(timer->why, *o);
      said.timers.push_back(*timer);
    } else if (const auto* d = std::get_if<Decided>(o)) {
      reason(d->why, *o);
      said.notes.push_back(*d);
    } else {
      said.ready.push_back(std::get<Ready>(*o));
    }
  }
  return said;
}

wire::SocketAddress address(int last, std::uint16_t port) {
  return {wire::IpAddress::v4(10, 0, 0, static_cast<std::uint8_t>(last)), port};
}

wire::SocketAddress address6(int last, std::uint16_t port) {
  std::array<std::uint8_t, 16> octets{0xfd};
  octets[15] = static_cast<std::uint8_t>(last);
  return {wire::IpAddress::v6(octets), port};
}

// --- Script

Script::Script(Profile p, std::uint32_t mtu)
    : profile(p), stack(StackOptions{p, mtu, round_isn(SeqNum{100})}) {}

Script::~Script() {
  if (!testing::Test::HasFailure()) return;
  for (const std::string& line : log) fmt::print("{}\n", line);
}

Said Script::arrive(const Arriving& a) {
  model::Segment s;
  s.ctl = a.ctl;
  s.seq = SeqNum{a.seq};
  s.ack = SeqNum{a.ack};
  s.wnd = a.wnd;
  s.up = a.up;
  s.options = a.options;
  s.text = {reinterpret_cast<const std::uint8_t*>(a.text.data()), a.text.size()};
  log.push_back(fmt::format("{:>12.6f} peer  {}", static_cast<double>(now.ns) / 1e9, describe(s)));
  stack.handle_segment(now, remote, local, s);
  Said said = poll();
  if (listener && !id) id = stack.accept(*listener);
  return said;
}

Said Script::wait(model::Duration duration) {
  const Instant end = now + duration;
  Said all;
  while (true) {
    const auto deadline = stack.next_deadline();
    now = deadline && *deadline <= end ? *deadline : end;
    stack.handle_deadline(now);
    Said said = poll();
    const auto append = [](auto& to, auto& from) { to.insert(to.end(), from.begin(), from.end()); };
    append(all.segments, said.segments);
    append(all.states, said.states);
    append(all.timers, said.timers);
    append(all.notes, said.notes);
    append(all.ready, said.ready);
    if (now == end) return all;
  }
}

Said Script::send(std::string_view text) {
  const Result r =
      stack.send(now, *id, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  EXPECT_EQ(r.value, static_cast<std::int64_t>(text.size()));
  return poll();
}

Said Script::shutdown() {
  EXPECT_EQ(stack.shutdown_write(now, *id).error, 0);
  return poll();
}

Said Script::close() {
  stack.close(now, *id);
  return poll();
}

Said Script::abort() {
  stack.abort(now, *id);
  return poll();
}

std::pair<std::string, std::int32_t> Script::receive(std::size_t size) {
  std::string into(size, '\0');
  const Result r =
      stack.receive(now, *id, {reinterpret_cast<std::uint8_t*>(into.data()), into.size()});
  into.resize(static_cast<std::size_t>(r.value));
  return {into, r.error};
}

Said Script::listen(int backlog, ConnectionOptions options) {
  if (!options.iss) options.iss = SeqNum{100};
  listener = std::get<ListenerId>(stack.listen(now, local, backlog, options));
  return poll();
}

Said Script::connect(ConnectionOptions options) {
  if (!options.iss) options.iss = SeqNum{100};
  id = std::get<ConnectionId>(stack.connect(now, local, remote, options));
  return poll();
}

void Script::establish(wire::TcpOptions options, std::uint16_t wnd) {
  connect();
  arrive({wire::SYN | wire::ACK, 300, 101, "", wnd, options});
  ASSERT_EQ(state(), TcpState::established);
}

void Script::establish_passive(wire::TcpOptions options, std::uint16_t wnd) {
  listen();
  arrive({wire::SYN, 300, 0, "", wnd, options});
  // A later TSval than the SYN's, where timestamps were agreed on.
  wire::TcpOptions later;
  if (options.parse().timestamps && profile.timestamps_option) {
    later.append_timestamps({options.parse().timestamps->val + 1, 0});
  }
  arrive({wire::ACK, 301, 101, "", wnd, later});
  ASSERT_EQ(state(), TcpState::established);
}

void Script::acknowledge_all() {
  arrive({wire::ACK, tcb().rcv.nxt.raw, tcb().snd.nxt.raw});
}

void Script::reach(TcpState wanted) {
  using namespace wire;
  switch (wanted) {
    case TcpState::closed: return;
    case TcpState::listen: listen(); return;
    case TcpState::syn_sent: connect(); break;
    case TcpState::syn_received:
      listen();
      arrive({SYN, 300});
      return;  // nobody has an id yet
    case TcpState::established:
      establish_passive();
      send("0123456789");
      break;
    case TcpState::fin_wait_1:
      establish_passive();
      shutdown();
      break;
    case TcpState::fin_wait_2:
      reach(TcpState::fin_wait_1);
      arrive({ACK, 301, 102});
      break;
    case TcpState::close_wait:
      establish_passive();
      arrive({FIN | ACK, 301, 101});
      send("0123456789");
      break;
    case TcpState::closing:
      reach(TcpState::fin_wait_1);
      arrive({FIN | ACK, 301, 101});
      break;
    case TcpState::last_ack:
      establish_passive();
      arrive({FIN | ACK, 301, 101});
      shutdown();
      break;
    case TcpState::time_wait:
      reach(TcpState::fin_wait_2);
      arrive({FIN | ACK, 301, 102});
      break;
  }
  ASSERT_EQ(state(), wanted);
}

const model::Tcb& Script::tcb() const {
  return *stack.tcb(*id);
}

bool Script::alive() const {
  return id && stack.tcb(*id) != nullptr;
}

// --- Pair

Pair::Pair(const Profile& pa, const Profile& pb, std::uint64_t seed, std::uint32_t mtu)
    : random_(seed) {
  a.stack = std::make_unique<Stack>(StackOptions{pa, mtu, keyed_isn(seed)});
  b.stack = std::make_unique<Stack>(StackOptions{pb, mtu, keyed_isn(seed + 1)});
  a.at = address(1, 1000);
  b.at = address(2, 2000);
  a.name = "a";
  b.name = "b";
}

Pair::~Pair() {
  if (!testing::Test::HasFailure()) return;
  const std::size_t shown = 200;
  const std::size_t first = log.size() > shown ? log.size() - shown : 0;
  for (std::size_t i = first; i < log.size(); ++i) fmt::print("{}\n", log[i]);
}

double Pair::draw() {
  random_ += 0x9e37'79b9'7f4a'7c15;
  std::uint64_t x = random_;
  x = (x ^ x >> 30) * 0xbf58'476d'1ce4'e5b9;
  x = (x ^ x >> 27) * 0x94d0'49bb'1331'11eb;
  return static_cast<double>((x ^ x >> 31) >> 11) / static_cast<double>(1ull << 53);
}

void Pair::launch(Side& from, const Said::Sent& sent) {
  ++segments;
  if ((lose && lose(sent)) || draw() < link.loss) {
    log.push_back("             (lost)");
    return;
  }
  const int copies = draw() < link.duplicate ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    Instant at = now + link.delay;
    if (draw() < link.reorder) at = at + link.delay * static_cast<int>(1 + draw() * 4);
    flying_.push({at, order_++, &from == &a, sent.src, sent.dst, sent.segment, sent.text});
  }
}

void Pair::drain(Side& side) {
  const Said said = poll(*side.stack, side.name, now, &log);
  for (const auto& sent : said.segments) launch(side, sent);
  for (const Ready& r : said.ready) {
    if (r.what == Ready::What::acceptable && !side.id) side.id = side.stack->accept(r.listener);
    if (r.what == Ready::What::failed) side.error = r.error;
  }
  const model::Tcb* tcb = side.id ? side.stack->tcb(*side.id) : nullptr;
  if (tcb != nullptr) {
    EXPECT_TRUE(wire::leq(tcb->snd.una, tcb->snd.nxt));
  }
}

void Pair::connect() {
  b.listener = std::get<ListenerId>(b.stack->listen(now, b.at, 5));
  drain(b);
  a.id = std::get<ConnectionId>(a.stack->connect(now, a.at, b.at));
  drain(a);
}

void Pair::work(Side& side) {
  if (!side.id || side.closed) return;
  std::array<std::uint8_t, 4096> buffer;
  while (true) {
    const Result r = side.stack->receive(now, *side.id, buffer);
    drain(side);
    if (r.error == EAGAIN) break;
    if (r.error != 0) side.error = r.error;
    if (r.value == 0) {
      side.saw_end = true;
      break;
    }
    side.received.append(buffer.begin(), buffer.begin() + r.value);
  }
  while (side.handed_over < side.to_send.size()) {
    const auto* data = reinterpret_cast<const std::uint8_t*>(side.to_send.data());
    const Result r = side.stack->send(
        now, *side.id, {data + side.handed_over, side.to_send.size() - side.handed_over});
    drain(side);
    if (r.error != 0) break;
    side.handed_over += static_cast<std::size_t>(r.value);
  }
  if (side.handed_over == side.to_send.size() && side.closes_when_sent) {
    if (!side.saw_end) {
      side.stack->shutdown_write(now, *side.id);
    } else {
      side.stack->close(now, *side.id);
      side.closed = true;
    }
    drain(side);
  }
}

bool Pair::step() {
  const auto earliest = [&](Side& s) { return s.stack->next_deadline(); };
  std::optional<Instant> next;
  for (const auto& t : {earliest(a), earliest(b)}) {
    if (t != nullptr && (!next || *t < *next)) next = *t;
  }
  ++steps;
  if (!flying_.empty() && (!next || flying_.top().at <= *next)) {
    const Flying f = flying_.top();
    flying_.pop();
    now = f.at;
    Side& side = f.to_b ? b : a;
    model::Segment s = f.segment;
    s.text = {reinterpret_cast<const std::uint8_t*>(f.text.data()), f.text.size()};
    side.stack->handle_segment(now, f.src, f.dst, s);
    drain(side);
    return true;
  }
  if (!next) return false;
  now = std::max(now, *next);
  for (Side* s : {&a, &b}) {
    s->stack->handle_deadline(now);
    drain(*s);
  }
  return true;
}

void Pair::run(model::Duration limit, std::size_t max_steps) {
  const Instant end = now + limit;
  for (std::size_t i = 0; i < max_steps; ++i) {
    work(a);
    work(b);
    if (now > end || !step()) return;
  }
}

}  // namespace synoptic::tcp
