// Written from what each reason says of the segment, not from what the runs give.
#include "tests/ladder/why_table.hh"

#include <algorithm>
#include <map>
#include <vector>

namespace synoptic::ladder {
namespace {

using enum model::Why;
using Whys = std::vector<model::Why>;

Whys operator+(Whys a, const Whys& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// Text or a FIN, for the first time.
const Whys texts{send_data, ack_releases_data, silly_window_override, close_sends_fin};
// An ACK for something new.
const Whys acks{ack_at_once, ack_second_segment, ack_quick, ack_after_read,
                ack_delayed, ack_delay_over,     fin_ack,   gap_filled_ack};
// An ACK for something that came again, or does not fit: it may say by the way what a delayed ACK
// would have said.
const Whys again{not_acceptable_acked, time_wait_fin_again};
const Whys resets_closed{closed_resets, listen_resets_ack};

const std::map<std::string_view, Whys> table{
    {"accept-queue-full", {retransmission_timeout}},
    {"ack-rides-on-data", acks + Whys{duplicate_ack, old_timestamp}},
    {"ack-after-data", acks},
    {"acknowledges-more", acks + texts},
    {"after-other-text", acks + texts},
    {"already-acknowledged", acks},
    {"answers-duplicate", {udp_send}},
    {"answers-old-segment", again},
    {"answers-old-timestamp", {old_timestamp}},
    {"answers-repeated-syn", {syn_again}},
    {"answers-retransmission", again},
    {"challenge-ack", {challenge_syn, challenge_reset, not_acceptable_acked}},
    {"coalesced", texts},
    {"connection-refused", {closed_resets}},
    {"dropped-by-reset", texts},
    {"duplicate-ack", {duplicate_ack}},
    {"fast-retransmit", {fast_retransmit}},
    {"fin-held-back", acks + Whys{close_sends_fin}},
    {"fin-rides-on-ack", acks},
    {"fin-with-data", texts},
    {"fins-cross", acks + Whys{close_sends_fin}},
    {"follows-a-reset", acks + texts},
    {"gap-filled", acks},
    {"late-syn", {listen_answers_syn}},
    {"lost-and-sent-again", texts},
    {"network-duplicate", {fault_duplicate, link_duplicate}},
    {"nothing-to-acknowledge", acks},
    {"one-ack-for-several", acks + again + Whys{duplicate_ack}},
    {"other-cuts", texts},
    {"other-end-closes-first", acks + Whys{close_sends_fin}},
    {"other-order", acks + texts + Whys{udp_send}},
    {"other-text", texts},
    {"port-unreachable", {udp_port_unreachable}},
    {"request-lost", {udp_send}},
    {"reset-after-close", {reset_after_close}},
    {"reset-half-open", {syn_received_resets_ack}},
    {"reset-instead-of-ack", acks},
    {"reset-instead-of-fin", {close_sends_fin}},
    {"reset-no-connection", resets_closed},
    {"reset-unread-data", {close_unread_resets}},
    {"retransmission-after-loss",
     {retransmission_timeout, retransmission_after_loss, fast_retransmit}},
    {"retransmission-after-lost-ack", {retransmission_timeout, retransmission_after_loss}},
    {"retransmission-timeout", {retransmission_timeout, retransmission_after_loss}},
    {"sent-before-reset", acks + texts},
    {"window-update", {window_update}},
    {"zero-window-probe", {zero_window_probe, window_closed_acked}},
};

}  // namespace

bool consistent(std::string_view code, model::Why why) {
  const auto row = table.find(code);
  return row != table.end() && std::ranges::find(row->second, why) != row->second.end();
}

}  // namespace synoptic::ladder
