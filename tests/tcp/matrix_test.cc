// State x segment: what RFC 9293 section 3.10.7 asks for, written down cell by cell before the
// code; each cell with its clause. No golden update touches it.
//
// The numbers in each state (Script::reach), with ISS = 100 and IRS = 300:
//   SYN-SENT 100..101; SYN-RECEIVED (passive) 100..101, RCV.NXT 301; ESTABLISHED 101..111 (ten
//   octets on their way), 301; FIN-WAIT-1 101..102 (its FIN), 301; FIN-WAIT-2 102..102, 301;
//   CLOSE-WAIT 101..111, 302; CLOSING 101..102, 302; LAST-ACK 101..102, 302; TIME-WAIT 102..102,
//   302.
#include <fmt/format.h>

#include <map>

#include "tests/tcp/harness.hh"

namespace synoptic::tcp {
namespace {

using model::TcpState;
using enum model::TcpState;
using wire::ACK;
using wire::FIN;
using wire::PSH;
using wire::RST;
using wire::SYN;

enum class Stimulus {
  syn_old,
  syn_in_window,
  syn_ack,
  ack_all,
  ack_unsent,
  ack_duplicate,
  ack_too_old,
  text_in_order,
  text_beyond_window,
  text_out_of_order,
  text_old,
  fin,
  fin_with_ack,
  fin_old,
  rst_exact,
  rst_ack_exact,
  rst_in_window,
  rst_outside,
  text_without_ack,
  nothing_set,
};
constexpr int stimulus_count = 20;

enum class Reply {
  silence,
  ack,       // <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>
  rst,       // <SEQ=SEG.ACK><CTL=RST>
  rst_zero,  // <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>
  syn_ack,   // <SEQ=ISS><ACK=SEG.SEQ+1><CTL=SYN,ACK>
};

struct Numbers {
  std::uint32_t una, nxt, rcv_nxt;
};
constexpr std::uint32_t window = 65'535;

Numbers numbers(TcpState state) {
  switch (state) {
    case closed:
    case listen:
    case syn_sent:
    case syn_received: return {100, 101, 301};
    case established: return {101, 111, 301};
    case fin_wait_1: return {101, 102, 301};
    case fin_wait_2: return {102, 102, 301};
    case close_wait: return {101, 111, 302};
    case closing:
    case last_ack: return {101, 102, 302};
    case time_wait: return {102, 102, 302};
  }
  return {};
}

Script::Arriving segment(Stimulus stimulus, const Numbers& n) {
  const std::uint32_t r = n.rcv_nxt;
  switch (stimulus) {
    case Stimulus::syn_old: return {SYN, 300};
    case Stimulus::syn_in_window: return {SYN, r + 10};
    case Stimulus::syn_ack: return {SYN | ACK, 300, n.nxt};
    case Stimulus::ack_all: return {ACK, r, n.nxt};
    case Stimulus::ack_unsent: return {ACK, r, n.nxt + 1};
    case Stimulus::ack_duplicate: return {ACK, r, n.una};
    case Stimulus::ack_too_old: return {ACK, r, n.una - 70'000};
    case Stimulus::text_in_order: return {ACK | PSH, r, n.nxt, "0123456789"};
    case Stimulus::text_beyond_window: return {ACK | PSH, r + window, n.nxt, "0123456789"};
    case Stimulus::text_out_of_order: return {ACK | PSH, r + 10, n.nxt, "0123456789"};
    case Stimulus::text_old: return {ACK | PSH, r - 10, n.nxt, "01234"};
    case Stimulus::fin: return {FIN | ACK, r, n.una};
    case Stimulus::fin_with_ack: return {FIN | ACK, r, n.nxt};
    case Stimulus::fin_old: return {FIN | ACK, r - 1, n.nxt};
    case Stimulus::rst_exact: return {RST, r};
    case Stimulus::rst_ack_exact: return {RST | ACK, r, n.nxt};
    case Stimulus::rst_in_window: return {RST, r + 1};
    case Stimulus::rst_outside: return {RST, r + window};
    case Stimulus::text_without_ack: return {PSH, r, 0, "01234"};
    case Stimulus::nothing_set: return {wire::CtlSet{}, r};
  }
  return {};
}

struct Row {
  Stimulus stimulus;
  std::vector<TcpState> states;
  Reply reply;
  std::optional<TcpState> next;  // none: the same state
  std::uint32_t advance;         // of RCV.NXT
  std::string_view clause;
};

const std::vector<TcpState> no_connection = {closed, listen};
const std::vector<TcpState> before_syn = {closed, listen, syn_sent};
const std::vector<TcpState> after_syn = {syn_received, established, fin_wait_1, fin_wait_2,
                                         close_wait,   closing,     last_ack,   time_wait};
const std::vector<TcpState> synchronized = {established, fin_wait_1, fin_wait_2, close_wait,
                                            closing,     last_ack,   time_wait};

const std::vector<Row>& table() {
  using enum Stimulus;
  constexpr Reply silence = Reply::silence, ack = Reply::ack, rst = Reply::rst,
                  rst_zero = Reply::rst_zero;
  constexpr auto same = std::nullopt;
  constexpr std::string_view closed_state = "3.10.7.1", listen_2 = "3.10.7.2 second",
                             sent_1 = "3.10.7.3 first", sent_5 = "3.10.7.3 fifth",
                             seq = "3.10.7.4 first", rst_2 = "3.10.7.4 second",
                             syn_4 = "3.10.7.4 fourth", ack_5 = "3.10.7.4 fifth",
                             text_7 = "3.10.7.4 seventh", fin_8 = "3.10.7.4 eighth";
  static const std::vector<Row> rows = {
      {syn_old, {closed}, rst_zero, same, 0, closed_state},
      {syn_old, {listen}, Reply::syn_ack, syn_received, 0, "3.10.7.2 third"},
      {syn_old, {syn_sent}, Reply::syn_ack, syn_received, 0, "3.10.7.3 fourth"},
      {syn_old, after_syn, ack, same, 0, seq},

      {syn_in_window, {closed}, rst_zero, same, 0, closed_state},
      {syn_in_window, {listen}, Reply::syn_ack, syn_received, 0, "3.10.7.2 third"},
      {syn_in_window, {syn_sent}, Reply::syn_ack, syn_received, 0, "3.10.7.3 fourth"},
      {syn_in_window, {syn_received}, silence, listen, 0, syn_4},
      {syn_in_window,
       {established, fin_wait_1, fin_wait_2, close_wait, closing, last_ack},
       ack,
       same,
       0,
       syn_4},
      {syn_in_window, {time_wait}, Reply::syn_ack, syn_received, 0, "3.6.1 MAY-2"},

      {Stimulus::syn_ack, {closed}, rst, same, 0, closed_state},
      {Stimulus::syn_ack, {listen}, rst, same, 0, listen_2},
      {Stimulus::syn_ack, {syn_sent}, ack, established, 0, "3.10.7.3 fourth"},
      {Stimulus::syn_ack, after_syn, ack, same, 0, seq},

      {ack_all, {closed}, rst, same, 0, closed_state},
      {ack_all, {listen}, rst, same, 0, listen_2},
      {ack_all, {syn_sent}, silence, same, 0, sent_5},
      {ack_all, {syn_received}, silence, established, 0, ack_5},
      {ack_all, {established, fin_wait_2, close_wait, time_wait}, silence, same, 0, ack_5},
      {ack_all, {fin_wait_1}, silence, fin_wait_2, 0, ack_5},
      {ack_all, {closing}, silence, time_wait, 0, ack_5},
      {ack_all, {last_ack}, silence, closed, 0, ack_5},

      {ack_unsent, {closed}, rst, same, 0, closed_state},
      {ack_unsent, {listen}, rst, same, 0, listen_2},
      {ack_unsent, {syn_sent}, rst, same, 0, sent_1},
      {ack_unsent, {syn_received}, rst, same, 0, ack_5},
      {ack_unsent, synchronized, ack, same, 0, ack_5},

      {ack_duplicate, {closed}, rst, same, 0, closed_state},
      {ack_duplicate, {listen}, rst, same, 0, listen_2},
      {ack_duplicate, {syn_sent}, rst, same, 0, sent_1},
      {ack_duplicate, {syn_received}, rst, same, 0, ack_5},
      {ack_duplicate, synchronized, silence, same, 0, ack_5},

      {ack_too_old, {closed}, rst, same, 0, closed_state},
      {ack_too_old, {listen}, rst, same, 0, listen_2},
      {ack_too_old, {syn_sent}, rst, same, 0, sent_1},
      {ack_too_old, {syn_received}, rst, same, 0, ack_5},
      {ack_too_old, synchronized, ack, same, 0, "3.10.7.4 fifth, MAY-12"},

      {text_in_order, {closed}, rst, same, 0, closed_state},
      {text_in_order, {listen}, rst, same, 0, listen_2},
      {text_in_order, {syn_sent}, silence, same, 0, sent_5},
      {text_in_order, {syn_received}, ack, established, 10, text_7},
      {text_in_order, {established, fin_wait_2}, ack, same, 10, text_7},
      {text_in_order, {fin_wait_1}, ack, fin_wait_2, 10, text_7},
      {text_in_order, {close_wait, time_wait}, silence, same, 0, text_7},
      {text_in_order, {closing}, silence, time_wait, 0, text_7},
      {text_in_order, {last_ack}, silence, closed, 0, ack_5},

      {text_beyond_window, {closed}, rst, same, 0, closed_state},
      {text_beyond_window, {listen}, rst, same, 0, listen_2},
      {text_beyond_window, {syn_sent}, silence, same, 0, sent_5},
      {text_beyond_window, after_syn, ack, same, 0, seq},

      {text_out_of_order, {closed}, rst, same, 0, closed_state},
      {text_out_of_order, {listen}, rst, same, 0, listen_2},
      {text_out_of_order, {syn_sent}, silence, same, 0, sent_5},
      {text_out_of_order, {syn_received}, ack, established, 0, "3.10.7.4 seventh, MAY-13"},
      {text_out_of_order, {established, fin_wait_2}, ack, same, 0, "3.10.7.4 seventh, MAY-13"},
      {text_out_of_order, {fin_wait_1}, ack, fin_wait_2, 0, "3.10.7.4 seventh, MAY-13"},
      {text_out_of_order, {close_wait, time_wait}, silence, same, 0, text_7},
      {text_out_of_order, {closing}, silence, time_wait, 0, text_7},
      {text_out_of_order, {last_ack}, silence, closed, 0, ack_5},

      {text_old, {closed}, rst, same, 0, closed_state},
      {text_old, {listen}, rst, same, 0, listen_2},
      {text_old, {syn_sent}, silence, same, 0, sent_5},
      {text_old, after_syn, ack, same, 0, seq},

      {fin, {closed}, rst, same, 0, closed_state},
      {fin, {listen}, rst, same, 0, listen_2},
      {fin, {syn_sent}, rst, same, 0, sent_1},
      {fin, {syn_received}, rst, same, 0, ack_5},
      {fin, {established}, ack, close_wait, 1, fin_8},
      {fin, {fin_wait_1}, ack, closing, 1, fin_8},
      {fin, {fin_wait_2}, ack, time_wait, 1, fin_8},
      {fin, {close_wait, closing, last_ack, time_wait}, silence, same, 0, fin_8},

      {fin_with_ack, {closed}, rst, same, 0, closed_state},
      {fin_with_ack, {listen}, rst, same, 0, listen_2},
      {fin_with_ack, {syn_sent}, silence, same, 0, sent_5},
      {fin_with_ack, {syn_received, established}, ack, close_wait, 1, fin_8},
      {fin_with_ack, {fin_wait_1, fin_wait_2}, ack, time_wait, 1, fin_8},
      {fin_with_ack, {close_wait, time_wait}, silence, same, 0, fin_8},
      {fin_with_ack, {closing}, silence, time_wait, 0, ack_5},
      {fin_with_ack, {last_ack}, silence, closed, 0, ack_5},

      {fin_old, {closed}, rst, same, 0, closed_state},
      {fin_old, {listen}, rst, same, 0, listen_2},
      {fin_old, {syn_sent}, silence, same, 0, sent_5},
      {fin_old, after_syn, ack, same, 0, seq},

      {rst_exact, {closed}, silence, same, 0, closed_state},
      {rst_exact, {listen}, silence, same, 0, "3.10.7.2 first"},
      {rst_exact, {syn_sent}, silence, same, 0, "3.10.7.3 second"},
      {rst_exact, {syn_received}, silence, listen, 0, rst_2},
      {rst_exact, synchronized, silence, closed, 0, rst_2},

      {rst_ack_exact, {closed}, silence, same, 0, closed_state},
      {rst_ack_exact, {listen}, silence, same, 0, "3.10.7.2 first"},
      {rst_ack_exact, {syn_sent}, silence, closed, 0, "3.10.7.3 second"},
      {rst_ack_exact, {syn_received}, silence, listen, 0, rst_2},
      {rst_ack_exact, synchronized, silence, closed, 0, rst_2},

      {rst_in_window, before_syn, silence, same, 0, "3.10.7.1, 3.10.7.2 first, 3.10.7.3 second"},
      {rst_in_window, after_syn, ack, same, 0, rst_2},

      {rst_outside, before_syn, silence, same, 0, "3.10.7.1, 3.10.7.2 first, 3.10.7.3 second"},
      {rst_outside, after_syn, silence, same, 0, seq},

      {text_without_ack, {closed}, rst_zero, same, 0, closed_state},
      {text_without_ack, {listen}, silence, same, 0, "3.10.7.2 fourth"},
      {text_without_ack, {syn_sent}, silence, same, 0, sent_5},
      {text_without_ack, after_syn, silence, same, 0, ack_5},

      {nothing_set, {closed}, rst_zero, same, 0, closed_state},
      {nothing_set, {listen}, silence, same, 0, "3.10.7.2 fourth"},
      {nothing_set, {syn_sent}, silence, same, 0, sent_5},
      {nothing_set, after_syn, silence, same, 0, ack_5},
  };
  return rows;
}

TEST(Matrix, Table_HasEachCellOnce) {
  std::map<std::pair<int, TcpState>, int> count;
  for (const Row& row : table()) {
    for (const TcpState state : row.states) ++count[{static_cast<int>(row.stimulus), state}];
  }
  EXPECT_EQ(count.size(), std::size_t{stimulus_count} * model::tcp_state_count);
  for (const auto& [cell, n] : count) EXPECT_EQ(n, 1) << cell.first;
}

void expect_reply(const Row& row, const Said& said, const Numbers& n,
                  const Script::Arriving& arrived, std::uint32_t iss) {
  if (row.reply == Reply::silence) {
    for (const auto& s : said.segments) ADD_FAILURE() << "sent " << describe(s.segment);
    return;
  }
  ASSERT_EQ(said.segments.size(), 1u);
  const model::Segment& s = said.segments[0].segment;
  const std::uint32_t len = static_cast<std::uint32_t>(arrived.text.size()) +
                            (arrived.ctl.has(SYN) ? 1u : 0u) + (arrived.ctl.has(FIN) ? 1u : 0u);
  std::string wanted;
  const std::string got = fmt::format("[{}] seq={} ack={} len={}", wire::wireshark_flags(s.ctl),
                                      s.seq.raw, s.ack.raw, said.segments[0].text.size());
  switch (row.reply) {
    case Reply::silence: break;
    case Reply::ack:
      wanted = fmt::format("[ACK] seq={} ack={} len=0", n.nxt, n.rcv_nxt + row.advance);
      break;
    case Reply::rst: wanted = fmt::format("[RST] seq={} ack=0 len=0", arrived.ack); break;
    case Reply::rst_zero:
      wanted = fmt::format("[RST, ACK] seq=0 ack={} len=0", arrived.seq + len);
      break;
    case Reply::syn_ack:
      wanted = fmt::format("[SYN, ACK] seq={} ack={} len=0", iss, arrived.seq + 1);
      break;
  }
  EXPECT_EQ(got, wanted);
}

TEST(Matrix, EveryStateAndSegment_AnswersAsTheRfcSays) {
  for (const Row& row : table()) {
    for (const TcpState state : row.states) {
      SCOPED_TRACE(fmt::format("{} x stimulus {}: {}", model::rfc_name(state),
                               static_cast<int>(row.stimulus), row.clause));
      Script t;
      t.reach(state);
      const Numbers n = numbers(state);
      const Script::Arriving arrived = segment(row.stimulus, n);
      const Said said = t.arrive(arrived);
      // A reopened connection begins beyond the numbers of the old one.
      const std::uint32_t iss = state == time_wait ? n.nxt + 0x1'0001 : 100;
      expect_reply(row, said, n, arrived, iss);
      const TcpState got = said.states.empty() ? state : said.states.back().to;
      EXPECT_EQ(model::rfc_name(got), model::rfc_name(row.next.value_or(state)));
      if (t.alive()) {
        EXPECT_EQ(t.tcb().state, got);
        EXPECT_TRUE(wire::leq(t.tcb().snd.una, t.tcb().snd.nxt));
        if (state != syn_sent) {
          EXPECT_EQ(t.tcb().rcv.nxt.raw, n.rcv_nxt + row.advance);
        }
      }
      if (testing::Test::HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace synoptic::tcp
