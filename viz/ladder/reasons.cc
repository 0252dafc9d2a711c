// The table of reasons, in the order in which they are tried: the more a reason says, the earlier
// it stands.
#include "viz/ladder/reasons.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <tuple>

#include "viz/ladder/wording.hh"

namespace synoptic::ladder {
namespace {

using namespace reasons;

constexpr std::array table{
    Reason{"push-flag", push_flag},
    Reason{"ecn-flags", ecn_flags},
    Reason{"connection-refused", connection_refused},
    Reason{"reset-unread-data", reset_unread_data},
    Reason{"reset-instead-of-fin", reset_instead_of_fin},
    Reason{"reset-after-close", reset_after_close},
    Reason{"reset-half-open", reset_half_open},
    Reason{"reset-no-connection", reset_no_connection},
    Reason{"reset-acknowledges", reset_acknowledges},
    Reason{"network-duplicate", network_duplicate},
    Reason{"answers-repeated-syn", answers_repeated_syn},
    Reason{"late-syn", late_syn},
    Reason{"accept-queue-full", accept_queue_full},
    Reason{"fast-retransmit", fast_retransmit},
    Reason{"retransmission-after-loss", retransmission_after_loss},
    Reason{"retransmission-after-lost-ack", retransmission_after_lost_ack},
    Reason{"tail-loss-probe", tail_loss_probe},
    Reason{"retransmission-timeout", retransmission_timeout},
    Reason{"dropped-by-reset", dropped_by_reset},
    Reason{"reset-instead-of-ack", reset_instead_of_ack},
    Reason{"follows-a-reset", follows_a_reset},
    Reason{"keep-alive", keep_alive},
    Reason{"zero-window-probe", zero_window_probe},
    Reason{"overtaken-ack", overtaken_ack},
    Reason{"answers-old-timestamp", answers_old_timestamp},
    Reason{"answers-old-segment", answers_old_segment},
    Reason{"answers-duplicate", answers_duplicate},
    Reason{"duplicate-ack", duplicate_ack},  // before what concerns the FINs: it waits for text
    Reason{"fin-held-back", fin_held_back},
    Reason{"fins-cross", fins_cross},
    Reason{"other-end-closes-first", other_end_closes_first},
    Reason{"fin-rides-on-ack", fin_rides_on_ack},
    Reason{"answers-retransmission", answers_retransmission},
    Reason{"challenge-ack", challenge_ack},
    Reason{"lost-and-sent-again", lost_and_sent_again},
    Reason{"other-order", other_order},
    Reason{"window-update", window_update},
    Reason{"ack-rides-on-data", ack_rides_on_data},
    Reason{"already-acknowledged", already_acknowledged},
    Reason{"fin-with-data", fin_with_data},
    Reason{"coalesced", coalesced},
    Reason{"gap-filled", gap_filled},
    Reason{"one-ack-for-several", one_ack_for_several},
    Reason{"acknowledges-more", acknowledges_more},
    Reason{"ack-after-data", ack_after_data},
    Reason{"reset-after-data", reset_after_data},
    Reason{"reset-number", reset_number},
    Reason{"other-cuts", other_cuts},
    Reason{"nothing-to-acknowledge", nothing_to_acknowledge},
    Reason{"sent-before-reset", sent_before_reset},
    Reason{"gave-up", gave_up},
    Reason{"other-text", other_text},
    Reason{"after-other-text", after_other_text},
    Reason{"other-order", other_order_of_octets},
    Reason{"request-lost", request_lost},
    Reason{"port-unreachable", port_unreachable},
    Reason{"run-ended", run_ended},
};

}  // namespace

std::span<const Reason> reason_table() {
  return table;
}

std::optional<RowReason> explain(const RowView& row) {
  for (const Reason& reason : table)
    if (auto fits = reason.fits(row)) return fits;
  return std::nullopt;
}

std::optional<int> RowView::only() const {
  if (members(live_side).empty()) return sim_side;
  if (members(sim_side).empty()) return live_side;
  return std::nullopt;
}

std::span<const Fact> RowView::around(int side) const {
  const std::size_t from = begin(side) > reach ? begin(side) - reach : 0;
  return all(side).subspan(from, std::min(all(side).size(), end(side) + reach) - from);
}

Twins twins_of(const Pairing& pair) {
  const auto key = [](const Fact& f) {
    return std::tuple(f.kind, f.from_a, f.ctl.bits, f.begin, f.ack, f.len, f.icmp_type,
                      f.icmp_code);
  };
  std::map<decltype(key(Fact{})), std::deque<std::uint32_t>> waiting;
  const auto &sim = pair.sim.facts, &live = pair.live.facts;
  for (std::uint32_t j = 0; j < live.size(); ++j) waiting[key(live[j])].push_back(j);
  Twins twins;
  twins.of[sim_side].assign(sim.size(), no_twin);
  twins.of[live_side].assign(live.size(), no_twin);
  for (std::uint32_t i = 0; i < sim.size(); ++i) {
    const auto found = waiting.find(key(sim[i]));
    if (found == waiting.end()) continue;
    auto& queue = found->second;
    const auto j =
        std::ranges::find_if(queue, [&](std::uint32_t j) { return same(sim[i], live[j]); });
    if (j == queue.end()) continue;
    twins.of[sim_side][i] = *j;
    twins.of[live_side][*j] = i;
    queue.erase(j);
  }
  return twins;
}

std::string who(int side) {
  return side == sim_side ? tr("the simulation") : tr("the kernel");
}

namespace {
std::string octets(std::uint32_t n) {
  return n == 1 ? say("{} octet", n) : say("{} octets", n);
}
}  // namespace

std::string what(const Fact& f) {
  if (f.kind == model::EventKind::datagram) return say("datagram of {}", octets(f.len));
  if (f.kind == model::EventKind::icmp)
    return say("ICMP message (type {}, code {})", f.icmp_type, f.icmp_code);
  if (f.has(wire::RST)) return "RST";
  if (f.has(wire::SYN)) return f.ack ? "SYN,ACK" : "SYN";
  if (f.has(wire::FIN)) return f.len > 0 ? say("FIN with {}", octets(f.len)) : "FIN";
  if (f.len > 0) return say("{} from Seq={}", octets(f.len), f.begin);
  return fmt::format("ACK {}", f.ack.value_or(0));
}

namespace {
// Octets, or an ACK: named by numbers alone.
bool is_plain(const Fact& f) {
  return f.is_segment() && !f.has(wire::RST) && !f.has(wire::SYN) && !f.has(wire::FIN);
}
}  // namespace

std::string the(const Fact& f) {
  return is_plain(f) && f.len == 0 ? what(f) : say("the {}", what(f));
}

std::string some(const Fact& f) {
  if (is_plain(f)) return what(f);
  return f.kind == model::EventKind::icmp ? say("an {}", what(f)) : say("a {}", what(f));
}

std::vector<model::EventId> ids(std::span<const Fact> facts) {
  std::vector<model::EventId> out;
  for (const Fact& f : facts) out.push_back(f.id);
  return out;
}

RowReason reason(std::string_view code, int side, std::string text,
                 std::vector<model::EventId> mine, std::vector<model::EventId> theirs,
                 std::string_view lesson) {
  if (side != sim_side) std::swap(mine, theirs);
  RowReason made{code, spaced(capital(std::move(text))), std::move(mine), std::move(theirs)};
  made.lesson_at = made.text.size();
  made.text = followed_by(std::move(made.text), spaced(lesson));
  return made;
}

std::optional<const Fact*> told_cause(const RowView& row, int side, const Fact& f) {
  if (f.cause == model::EventId::none) return std::nullopt;
  for (const Fact& g : row.around(side))
    if (g.id == f.cause && g.from_a != f.from_a) return &g;
  return nullptr;
}

bool may_answer(const RowView& row, int side, const Fact& f, const Fact& g) {
  const auto cause = told_cause(row, side, f);
  return !cause || *cause == &g;
}

// A capture shows when a packet passed the tap; the receiving TCP may take it in a little later
// (its socket busy, its processor elsewhere), and its next segment then still has the old ACK
// number.
bool known_at(const Conversation& c, const Fact& f, model::Instant t) {
  if (f.lost || !f.arrived) return false;
  // In a simulation what arrives at the very instant may still come after what is sent at it.
  const bool captured = c.trace->source() == model::Source::captured;
  return captured ? *f.arrived + model::milliseconds(50) <= t : *f.arrived < t;
}

}  // namespace synoptic::ladder
