// Reasons: why a row of two aligned traces is not the same on both sides. A table of named
// predicates; each looks at the facts of both traces, and only where they bear it out gives its
// sentence, about that very row, citing the events it rests on. What none of them fits stays
// unexplained.
//
// To add one: a predicate in one of the reasons_*.cc, a line in the table of reasons.cc, and a test
// with two traces that call for it and two that do not.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "viz/ladder/align.hh"
#include "viz/ladder/ending.hh"
#include "viz/ladder/facts.hh"
#include "viz/ladder/match.hh"
#include "viz/words/words.hh"

namespace synoptic::ladder {

using words::N_;
using words::say;
using words::tr;

inline constexpr int sim_side = 0, live_side = 1;

// Where the octets that the programs sent part: [0] those of the first role, [1] the other's. Up to
// there (relative sequence number) both sides sent the same; nothing when all that both have is the
// same. An octet that one side sent and the other never did counts as another octet.
struct Parting {
  std::optional<std::uint32_t> at[2];
  bool ends[2] = {false, false};  // one side's octets end there
};
Parting parting_of(const Pairing& pair);

// A row under examination, with its surroundings.
struct RowView {
  const Pairing& pair;
  Group group;
  const Ending (&ending)[2];
  const std::vector<std::uint32_t> (&twin)[2];  // see twins_of()
  const Parting& parting;

  const Conversation& talk(int side) const { return side == sim_side ? pair.sim : pair.live; }
  std::size_t begin(int side) const {
    return side == sim_side ? group.sim_begin : group.live_begin;
  }
  std::size_t end(int side) const { return side == sim_side ? group.sim_end : group.live_end; }
  std::span<const Fact> all(int side) const { return talk(side).facts; }
  // The neighbourhood in which predicates look, this many packets each way; the whole of any but
  // very long conversations.
  static constexpr std::size_t reach = 1000;
  std::span<const Fact> around(int side) const;
  std::span<const Fact> members(int side) const {
    return all(side).subspan(begin(side), end(side) - begin(side));
  }
  // The side that alone has something in this row; nothing when both have.
  std::optional<int> only() const;
  bool one_to_one() const { return members(0).size() == 1 && members(1).size() == 1; }
};

// For each packet of each side, where the other side has the very same one (the n-th, where there
// are several); `no_twin` where it has none.
inline constexpr std::uint32_t no_twin = 0xffffffff;
struct Twins {
  std::vector<std::uint32_t> of[2];
};
Twins twins_of(const Pairing& pair);

using Predicate = std::optional<RowReason> (*)(const RowView&);
struct Reason {
  std::string_view code;
  Predicate fits;
};
std::span<const Reason> reason_table();
std::optional<RowReason> explain(const RowView& row);

// --- for the predicates -----------------------------------------------------------------------
std::string who(int side);  // "the simulation", "the kernel"
// "ACK 23", "FIN", "4 octets from Seq=7", for behind a possessive or in brackets; with an article
// as a sentence about it needs one: "the FIN", "the 4 octets from Seq=7", but "ACK 23"; "a FIN", "4
// octets from Seq=7".
std::string what(const Fact& fact);
std::string the(const Fact& fact);
std::string some(const Fact& fact);
// A reason that cites `mine` on `side` and `theirs` on the other; `lesson` is what holds for all
// rows of this code.
RowReason reason(std::string_view code, int side, std::string text,
                 std::vector<model::EventId> mine, std::vector<model::EventId> theirs,
                 std::string_view lesson = "");
std::vector<model::EventId> ids(std::span<const Fact> facts);
// The segment of the other end that `f` answers, where the trace itself says what led to `f`: null
// if that was something else (a timer, a call). Nothing where the trace does not say.
std::optional<const Fact*> told_cause(const RowView& row, int side, const Fact& f);
// Whether `f` may answer `g`: by what the trace says, and anyhow where it does not say.
bool may_answer(const RowView& row, int side, const Fact& f, const Fact& g);
// Whether `f` was in the hands of its receiver at `t`.
bool known_at(const Conversation& conversation, const Fact& f, model::Instant t);

// --- the predicates ---------------------------------------------------------------------------
namespace reasons {
// one segment here, several there (reasons_cut.cc)
std::optional<RowReason> fin_rides_on_ack(const RowView&);
std::optional<RowReason> ack_rides_on_data(const RowView&);
std::optional<RowReason> already_acknowledged(const RowView&);
std::optional<RowReason> fin_with_data(const RowView&);
std::optional<RowReason> coalesced(const RowView&);
std::optional<RowReason> other_cuts(const RowView&);
// acknowledgements (reasons_ack.cc)
std::optional<RowReason> window_update(const RowView&);
std::optional<RowReason> challenge_ack(const RowView&);
std::optional<RowReason> duplicate_ack(const RowView&);
std::optional<RowReason> answers_retransmission(const RowView&);
std::optional<RowReason> overtaken_ack(const RowView&);
std::optional<RowReason> answers_old_segment(const RowView&);
std::optional<RowReason> answers_old_timestamp(const RowView&);
std::optional<RowReason> gap_filled(const RowView&);
std::optional<RowReason> one_ack_for_several(const RowView&);
std::optional<RowReason> acknowledges_more(const RowView&);
std::optional<RowReason> ack_after_data(const RowView&);
std::optional<RowReason> nothing_to_acknowledge(const RowView&);
std::optional<RowReason> reset_after_data(const RowView&);
std::optional<RowReason> push_flag(const RowView&);
std::optional<RowReason> ecn_flags(const RowView&);
// what the programs said (reasons_text.cc)
std::optional<RowReason> other_text(const RowView&);
std::optional<RowReason> after_other_text(const RowView&);
// order (reasons_order.cc)
std::optional<RowReason> fin_held_back(const RowView&);
std::optional<RowReason> fins_cross(const RowView&);
std::optional<RowReason> other_end_closes_first(const RowView&);
std::optional<RowReason> other_order(const RowView&);
std::optional<RowReason> other_order_of_octets(const RowView&);
// loss and probing (reasons_loss.cc)
std::optional<RowReason> answers_repeated_syn(const RowView&);
std::optional<RowReason> late_syn(const RowView&);
std::optional<RowReason> accept_queue_full(const RowView&);
std::optional<RowReason> fast_retransmit(const RowView&);
std::optional<RowReason> retransmission_after_loss(const RowView&);
std::optional<RowReason> retransmission_after_lost_ack(const RowView&);
std::optional<RowReason> tail_loss_probe(const RowView&);
std::optional<RowReason> retransmission_timeout(const RowView&);
std::optional<RowReason> lost_and_sent_again(const RowView&);
std::optional<RowReason> network_duplicate(const RowView&);
std::optional<RowReason> keep_alive(const RowView&);
std::optional<RowReason> zero_window_probe(const RowView&);
std::optional<RowReason> request_lost(const RowView&);
std::optional<RowReason> answers_duplicate(const RowView&);
std::optional<RowReason> port_unreachable(const RowView&);
// an early end (reasons_end.cc)
std::optional<RowReason> gave_up(const RowView&);
std::optional<RowReason> run_ended(const RowView&);
// resets (reasons_reset.cc)
std::optional<RowReason> connection_refused(const RowView&);
std::optional<RowReason> reset_unread_data(const RowView&);
std::optional<RowReason> reset_instead_of_fin(const RowView&);
std::optional<RowReason> reset_after_close(const RowView&);
std::optional<RowReason> reset_half_open(const RowView&);
std::optional<RowReason> reset_no_connection(const RowView&);
std::optional<RowReason> reset_acknowledges(const RowView&);
std::optional<RowReason> reset_number(const RowView&);
std::optional<RowReason> reset_instead_of_ack(const RowView&);
std::optional<RowReason> follows_a_reset(const RowView&);
std::optional<RowReason> dropped_by_reset(const RowView&);
std::optional<RowReason> sent_before_reset(const RowView&);
}  // namespace reasons

}  // namespace synoptic::ladder
