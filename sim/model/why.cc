// The table of reasons: one row for each code, in the order of the enumeration.
#include "sim/model/why.hh"

#include <algorithm>
#include <array>

namespace synoptic::model {

namespace {

constexpr std::array table{
    WhyInfo{Why::none, "none", "", ""},
    // --- calls
    WhyInfo{Why::passive_open, "passive_open", "RFC 9293 3.10.1",
            "The program asked to listen: TCP now waits for a SYN on this port."},
    WhyInfo{Why::active_open, "active_open", "RFC 9293 3.10.1",
            "The program called connect(): TCP sends a SYN with its initial sequence number and "
            "waits for the answer."},
    WhyInfo{Why::send_data, "send_data", "RFC 9293 3.10.2",
            "The program handed over data, and the window has room for it."},
    WhyInfo{
        Why::close_sends_fin, "close_sends_fin", "RFC 9293 3.10.4",
        "The program has nothing more to send: the FIN says so, and uses up one sequence number."},
    WhyInfo{Why::close_without_connection, "close_without_connection", "RFC 9293 3.10.4",
            "The program closed before there was a connection: nothing has to be said to anybody."},
    WhyInfo{Why::abort_sends_reset, "abort_sends_reset", "RFC 9293 3.10.5",
            "The program gave the connection up: the RST tells the other side at once."},
    // --- sim/tcp
    WhyInfo{Why::listener_closed, "listener_closed", "RFC 9293 3.10.4",
            "The program closed its listening socket: nobody waits for SYNs here any more."},
    WhyInfo{Why::listener_closed_resets, "listener_closed_resets", "RFC 9293 3.10.5",
            "The listening socket was closed before the program accepted this connection: a RST "
            "tells the client that nobody will serve it."},
    WhyInfo{Why::close_unread_resets, "close_unread_resets", "RFC 9293 3.6.1",
            "The program closed although received data was still unread: a FIN would hide that "
            "loss, so TCP sends a RST."},
    WhyInfo{Why::reset_after_close, "reset_after_close", "RFC 9293 3.6.1",
            "Data arrived after the program had closed its socket: nobody will ever read it, so "
            "TCP answers with a RST."},
    WhyInfo{Why::closed_resets, "closed_resets", "RFC 9293 3.10.7.1",
            "No connection and no listening socket is here: the RST says so, numbered so that the "
            "other side will accept it."},
    WhyInfo{Why::closed_ignores_reset, "closed_ignores_reset", "RFC 9293 3.10.7.1",
            "A RST for a connection that does not exist is dropped: answering a RST with a RST "
            "would never end."},
    WhyInfo{Why::listen_ignores_reset, "listen_ignores_reset", "RFC 9293 3.10.7.2",
            "A RST cannot concern a port that is only listening: nothing was sent that it could "
            "answer."},
    WhyInfo{Why::listen_resets_ack, "listen_resets_ack", "RFC 9293 3.10.7.2",
            "An ACK arrived where no connection is: nothing was sent that could be acknowledged, "
            "so it is answered with a RST."},
    WhyInfo{Why::listen_drops, "listen_drops", "RFC 9293 3.10.7.2",
            "A segment without SYN cannot open a connection: it is dropped."},
    WhyInfo{Why::listen_answers_syn, "listen_answers_syn", "RFC 9293 3.10.7.2",
            "A SYN asks for a connection: TCP answers with its own SYN and acknowledges the other "
            "one."},
    WhyInfo{Why::syn_again, "syn_again", "",
            "The SYN came again: our SYN,ACK was lost or is late, or the network copied the SYN; "
            "Linux repeats its SYN,ACK at once."},
    WhyInfo{Why::backlog_full, "backlog_full", "",
            "The queue of connections that wait for accept() is full: the segment is dropped "
            "without a word, and the client will try again."},
    WhyInfo{Why::address_invalid, "address_invalid", "RFC 9293 3.9.2.3",
            "A SYN from or to a broadcast, multicast or unspecified address is dropped: a "
            "connection has exactly two ends."},
    WhyInfo{Why::syn_sent_resets_ack, "syn_sent_resets_ack", "RFC 9293 3.10.7.3",
            "This acknowledges something that was never sent, perhaps left over from an old "
            "connection: a RST clears it away."},
    WhyInfo{
        Why::syn_sent_drops_reset, "syn_sent_drops_reset", "RFC 9293 3.10.7.3",
        "A RST counts here only if it acknowledges our SYN: this one does not, and is dropped."},
    WhyInfo{
        Why::connection_refused, "connection_refused", "RFC 9293 3.10.7.3",
        "The other side answered the SYN with a RST: nobody listens there, and connect() fails."},
    WhyInfo{Why::syn_ack_received, "syn_ack_received", "RFC 9293 3.10.7.3",
            "Our SYN is acknowledged and the other side's SYN is here: for this side the "
            "connection is established."},
    WhyInfo{Why::handshake_ack, "handshake_ack", "RFC 9293 3.10.7.3",
            "The third step of the handshake: the other side learns that its SYN arrived."},
    WhyInfo{Why::simultaneous_open, "simultaneous_open", "RFC 9293 3.5",
            "Both sides sent a SYN at the same time: each answers the other's, and one connection "
            "comes of it."},
    WhyInfo{Why::syn_sent_drops, "syn_sent_drops", "RFC 9293 3.10.7.3",
            "Before the other side's SYN nothing else of its sequence numbers can be checked: the "
            "segment is dropped."},
    WhyInfo{Why::not_acceptable_acked, "not_acceptable_acked", "RFC 9293 3.10.7.4",
            "The segment lies outside the receive window, mostly because it was here before: it is "
            "dropped, and an ACK says what is expected."},
    WhyInfo{Why::not_acceptable_reset_dropped, "not_acceptable_reset_dropped", "RFC 9293 3.10.7.4",
            "A RST outside the receive window is dropped: it is old, or somebody is guessing."},
    WhyInfo{Why::old_timestamp, "old_timestamp", "RFC 7323 5.3",
            "Its timestamp is older than the latest one seen: this is an old duplicate whose "
            "sequence number came round again."},
    WhyInfo{Why::timestamp_missing, "timestamp_missing", "RFC 7323 3.2",
            "Both sides agreed on timestamps and this segment has none: it is dropped."},
    WhyInfo{Why::text_beyond_window, "text_beyond_window", "RFC 9293 3.10.7.4",
            "The end of this segment lies beyond the receive window: only what fits is taken."},
    WhyInfo{Why::window_closed_acked, "window_closed_acked", "RFC 9293 3.8.6.1",
            "The receive window is zero, so the text is dropped; the ACK tells that the window is "
            "still closed."},
    WhyInfo{Why::reset_received, "reset_received", "RFC 9293 3.10.7.4",
            "A RST with exactly the expected sequence number: the other side has given the "
            "connection up."},
    WhyInfo{Why::refused_in_handshake, "refused_in_handshake", "RFC 9293 3.10.7.4",
            "A RST ended the handshake that connect() had begun: the connection was refused."},
    WhyInfo{Why::reset_returns_to_listen, "reset_returns_to_listen", "RFC 9293 3.10.7.4",
            "A RST ended the handshake; the program has not heard of this connection, and the port "
            "goes on listening."},
    WhyInfo{Why::challenge_reset, "challenge_reset", "RFC 5961 3.2",
            "A RST inside the window but not at the expected number may be forged: the ACK asks a "
            "real peer to send it with the right number."},
    WhyInfo{Why::syn_returns_to_listen, "syn_returns_to_listen", "RFC 9293 3.10.7.4",
            "A new SYN in the middle of the handshake: the half-open connection is dropped, and "
            "the port goes on listening."},
    WhyInfo{Why::challenge_syn, "challenge_syn", "RFC 5961 4.2",
            "A SYN in the middle of a connection may be forged: a peer that did restart answers "
            "this ACK with a RST."},
    WhyInfo{Why::challenge_throttled, "challenge_throttled", "RFC 5961 7",
            "Enough such ACKs were sent within five seconds: this one stays unanswered, so that "
            "nobody can make two ends answer each other for ever."},
    WhyInfo{Why::time_wait_reopened, "time_wait_reopened", "RFC 9293 3.6.1",
            "A new SYN whose numbers lie beyond the old connection's: TIME-WAIT ends early and a "
            "new connection may begin."},
    WhyInfo{Why::no_ack_dropped, "no_ack_dropped", "RFC 9293 3.10.7.4",
            "Every segment of an open connection carries an ACK: one without is dropped."},
    WhyInfo{Why::syn_received_resets_ack, "syn_received_resets_ack", "RFC 9293 3.10.7.4",
            "The ACK does not acknowledge our SYN: it belongs to another connection, and is "
            "answered with a RST."},
    WhyInfo{Why::syn_acknowledged, "syn_acknowledged", "RFC 9293 3.10.7.4",
            "Our SYN is acknowledged: both directions are open, the connection is established."},
    WhyInfo{Why::ack_of_unsent, "ack_of_unsent", "RFC 9293 3.10.7.4",
            "It acknowledges data that was never sent: dropped, and an ACK says where we are."},
    WhyInfo{Why::ack_too_old, "ack_too_old", "RFC 5961 5.2",
            "It acknowledges less than any segment still on its way could: dropped, for somebody "
            "may be guessing; an ACK says where we are."},
    WhyInfo{Why::fin_acknowledged, "fin_acknowledged", "RFC 9293 3.10.7.4",
            "The other side has our FIN, so it has everything we sent."},
    WhyInfo{Why::both_fins_acknowledged, "both_fins_acknowledged", "RFC 9293 3.10.7.4",
            "Our FIN is acknowledged and the other side's was here already: nothing is left to be "
            "said."},
    WhyInfo{Why::time_wait_fin_again, "time_wait_fin_again", "RFC 9293 3.10.7.4",
            "The FIN came again: our ACK of it was lost or is late, or the network copied the FIN; "
            "TIME-WAIT answers and starts anew."},
    WhyInfo{Why::urgent_data, "urgent_data", "RFC 9293 3.10.7.4",
            "The other side marks data up to here as urgent."},
    WhyInfo{Why::text_after_fin, "text_after_fin", "RFC 9293 3.10.7.4",
            "Text after the FIN cannot be: it is ignored."},
    WhyInfo{Why::queued_out_of_order, "queued_out_of_order", "RFC 9293 3.10.7.4",
            "Something before this segment is missing: it is kept until the gap is filled."},
    WhyInfo{
        Why::fin_received, "fin_received", "RFC 9293 3.10.7.4",
        "The other side has nothing more to send: the program will read the end of the stream."},
    WhyInfo{Why::fin_received_after_ours, "fin_received_after_ours", "RFC 9293 3.10.7.4",
            "Both sides have now said that they have nothing more to send: this side waits in "
            "TIME-WAIT, in case its last ACK is lost."},
    WhyInfo{Why::fins_crossed, "fins_crossed", "RFC 9293 3.6",
            "Both sides closed at the same time: the FINs crossed on their way."},
    WhyInfo{Why::ack_at_once, "ack_at_once", "RFC 9293 3.8.6.3",
            "Data arrived: this ACK says which octet is expected next."},
    WhyInfo{Why::ack_second_segment, "ack_second_segment", "RFC 9293 3.8.6.3",
            "At least every second full-sized segment is acknowledged at once."},
    WhyInfo{Why::ack_quick, "ack_quick", "",
            "At the start of a connection, and after a pause, Linux acknowledges every segment at "
            "once, so that the sender's window grows quickly."},
    WhyInfo{Why::ack_after_read, "ack_after_read", "",
            "The program has read everything and is not expected to answer at once: Linux "
            "acknowledges now instead of waiting."},
    WhyInfo{Why::ack_delayed, "ack_delayed", "RFC 9293 3.8.6.3",
            "The ACK waits a moment: perhaps data will go back that can carry it."},
    WhyInfo{Why::ack_delay_over, "ack_delay_over", "RFC 9293 3.8.6.3",
            "No data went back in time that could carry the ACK: it goes out alone."},
    WhyInfo{Why::ack_carried, "ack_carried", "RFC 9293 3.8.6.3",
            "The waiting ACK rides on a segment that goes out anyway."},
    WhyInfo{Why::duplicate_ack, "duplicate_ack", "RFC 5681 4.2",
            "Something is missing: the ACK repeats at once which octet is expected next, so that "
            "the sender notices."},
    WhyInfo{
        Why::gap_filled_ack, "gap_filled_ack", "RFC 5681 4.2",
        "The missing piece is here: everything that was queued behind it is acknowledged at once."},
    WhyInfo{Why::fin_ack, "fin_ack", "RFC 9293 3.10.7.4",
            "The FIN takes one sequence number, and is acknowledged like data."},
    WhyInfo{Why::window_update, "window_update", "RFC 9293 3.8.6.2.2",
            "The program has read enough that there is room again: the ACK tells the new window."},
    WhyInfo{Why::ack_releases_data, "ack_releases_data", "RFC 9293 3.8.6.2.1",
            "An ACK made room: data that had waited goes out."},
    WhyInfo{Why::nagle_waits, "nagle_waits", "RFC 9293 3.7.4",
            "Small data waits while earlier data is unacknowledged, so that many small writes "
            "become one segment (Nagle)."},
    WhyInfo{Why::window_waits, "window_waits", "RFC 9293 3.8.6",
            "The other side's window has no room for more: data waits."},
    WhyInfo{Why::silly_window_waits, "silly_window_waits", "RFC 9293 3.8.6.2.1",
            "The window has room for a small piece only: waiting for more room avoids a stream of "
            "tiny segments."},
    WhyInfo{Why::silly_window_override, "silly_window_override", "RFC 9293 3.8.6.2.1",
            "The window stayed small long enough: what fits is sent after all."},
    WhyInfo{Why::congestion_waits, "congestion_waits", "RFC 5681 3.1",
            "The congestion window is full: more would only fill the queues of the network, so "
            "data waits for ACKs."},
    WhyInfo{
        Why::zero_window, "zero_window", "RFC 9293 3.8.6.1",
        "The other side's window is closed: from time to time TCP will ask whether it has opened."},
    WhyInfo{Why::zero_window_probe, "zero_window_probe", "RFC 9293 3.8.6.1",
            "The window is still closed: a probe makes the other side tell its window, in case its "
            "update was lost."},
    WhyInfo{Why::window_opened, "window_opened", "RFC 9293 3.8.6.1",
            "The window is open again: no more probes are needed."},
    WhyInfo{Why::awaits_ack, "awaits_ack", "RFC 6298 5.1",
            "Something was sent: if no ACK comes within the retransmission timeout, it will be "
            "sent again."},
    WhyInfo{Why::ack_restarts_timer, "ack_restarts_timer", "RFC 6298 5.3",
            "New data was acknowledged and more is on its way: the timer starts anew."},
    WhyInfo{Why::all_acknowledged, "all_acknowledged", "RFC 6298 5.2",
            "Everything sent has been acknowledged: the timer is not needed."},
    WhyInfo{Why::retransmission_timeout, "retransmission_timeout", "RFC 6298 5.4",
            "No ACK came in time: the earliest unacknowledged segment is sent again, and the next "
            "timeout is twice as long."},
    WhyInfo{Why::retransmission_after_loss, "retransmission_after_loss", "RFC 5681 3.1",
            "Everything that was on its way at the timeout counts as lost: it is sent again, as "
            "slow start allows."},
    WhyInfo{Why::fast_retransmit, "fast_retransmit", "RFC 5681 3.2",
            "Three duplicate ACKs: later data arrives, so this segment counts as lost; it is sent "
            "again without waiting for the timer."},
    WhyInfo{Why::gave_up, "gave_up", "RFC 9293 3.8.3",
            "It was sent again and again without an answer: TCP gives up, and the program gets "
            "ETIMEDOUT."},
    WhyInfo{Why::gave_up_unheard, "gave_up_unheard", "RFC 9293 3.8.3",
            "It was sent again and again without an answer: TCP gives up. No program holds the "
            "connection, so none is told."},
    WhyInfo{Why::time_wait_started, "time_wait_started", "RFC 9293 3.6.1",
            "Twice the longest life of a segment: until then, old segments of this connection may "
            "still be about, and the last ACK may have to be repeated."},
    WhyInfo{Why::time_wait_over, "time_wait_over", "RFC 9293 3.10.8",
            "Twice the longest life of a segment has passed: nothing of this connection can be "
            "about any more."},
    WhyInfo{Why::fin_wait_2_waits, "fin_wait_2_waits", "",
            "The program has closed and the other side has not: Linux waits for its FIN for a "
            "limited time only."},
    WhyInfo{Why::fin_wait_2_over, "fin_wait_2_over", "",
            "The other side's FIN did not come in time: Linux forgets the connection that no "
            "program holds any more."},
    WhyInfo{Why::connection_ended, "connection_ended", "RFC 9293 3.10.7.4",
            "The connection is over: its timer is not needed."},
    // --- sim/udp
    WhyInfo{Why::udp_send, "udp_send", "RFC 768",
            "The program sent a datagram: it goes out as it is, without handshake or numbering."},
    WhyInfo{Why::udp_beyond_mtu, "udp_beyond_mtu", "RFC 791 3.2",
            "The datagram is larger than the link's MTU: IP would send it in fragments. The "
            "simulation shows it in one piece."},
    WhyInfo{Why::udp_port_unreachable, "udp_port_unreachable", "RFC 1122 4.1.3.1",
            "No socket is bound to this port: an ICMP message tells the sender so."},
    WhyInfo{Why::udp_queue_full, "udp_queue_full", "",
            "The socket's queue is full because the program reads too slowly: the datagram is "
            "dropped, and nobody is told."},
    WhyInfo{Why::udp_other_peer, "udp_other_peer", "",
            "The socket is connected to another peer: the datagram is not for it."},
    WhyInfo{Why::udp_truncated, "udp_truncated", "",
            "The datagram was longer than the buffer of recvfrom(): the rest of it is lost."},
    WhyInfo{Why::udp_error_reported, "udp_error_reported", "RFC 1122 4.1.3.3",
            "The ICMP message belongs to a connected socket: the program's next call gets "
            "ECONNREFUSED."},
    WhyInfo{Why::udp_error_unreported, "udp_error_unreported", "",
            "The ICMP message is told to no program: Linux reports it to connected sockets only."},
    // --- the network between
    WhyInfo{Why::link_loss, "link_loss", "",
            "The link lost this packet, by its probability of loss; nobody is told."},
    WhyInfo{Why::fault_drop, "fault_drop", "",
            "The fault script dropped this packet; nobody is told."},
    WhyInfo{Why::fault_duplicate, "fault_duplicate", "",
            "The fault script delivered this packet twice."},
    WhyInfo{Why::fault_corrupt, "fault_corrupt", "",
            "The fault script changed bits of this packet on its way."},
    WhyInfo{Why::fault_delay, "fault_delay", "", "The fault script held this packet back."},
    WhyInfo{Why::fault_swap, "fault_swap", "",
            "The fault script held this packet back, for the next one to overtake it."},
    WhyInfo{Why::fault_swap_alone, "fault_swap_alone", "",
            "No other packet came within half a second that could overtake this one: it goes on "
            "alone."},
    WhyInfo{Why::link_queue_full, "link_queue_full", "",
            "The link's queue was full: the packet was dropped."},
    WhyInfo{Why::link_duplicate, "link_duplicate", "",
            "The link delivered this packet twice, by its probability of duplication."},
    WhyInfo{Why::link_reorder, "link_reorder", "",
            "The link held this packet back, by its probability of reordering: later ones may "
            "overtake it."},
    WhyInfo{Why::checksum_mismatch, "checksum_mismatch", "RFC 9293 3.1",
            "The checksum does not fit the bytes: the packet is dropped without a word, as if it "
            "had been lost."},
    // --- observing
    WhyInfo{Why::observed_mid_stream, "observed_mid_stream", "",
            "The capture began in the middle of this connection: its handshake was not seen."},
    WhyInfo{Why::observed_sent, "observed_sent", "RFC 9293 3.3.2",
            "Inferred: an end that sends this segment goes into this state as it sends it."},
    WhyInfo{Why::observed_answer, "observed_answer", "RFC 9293 3.3.2",
            "Inferred: a later segment of this end shows that it had received this one."},
    WhyInfo{Why::observed_silence, "observed_silence", "RFC 9293 3.8.1",
            "Inferred: had this segment been lost, this end would have sent its own again; as far "
            "as it goes, this capture shows none."},
    WhyInfo{Why::observed_on_arrival, "observed_on_arrival", "",
            "Inferred: the capture was taken where packets arrive, so this end has received it."},
    WhyInfo{Why::observed_again, "observed_again", "",
            "The packets leave open how this end came into this state; that it is in it is "
            "certain."},
    WhyInfo{Why::observed_ordinary, "observed_ordinary", "",
            "Inferred as the ordinary reading, not proved: it holds unless a packet was lost or "
            "overtaken without a sign of it, or a FIN waited to be sent."},
    WhyInfo{Why::observed_superseded, "observed_superseded", "RFC 9293 3.6.1",
            "Inferred: this end has begun another connection between the same ports, so the old "
            "one is over."},
    WhyInfo{Why::observed_reset_unanswered, "observed_reset_unanswered", "RFC 9293 3.5.2",
            "Nothing answers a reset: no packet shows whether this one arrived."},
    WhyInfo{Why::observed_ack_unanswered, "observed_ack_unanswered", "RFC 9293 3.8.1",
            "Nothing answers an acknowledgment, and the FIN had to be sent again: no packet shows "
            "whether the last one arrived."},
};

}  // namespace

const WhyInfo& info(Why why) {
  return table[static_cast<std::size_t>(why)];
}

std::optional<Why> parse_why(std::string_view name) {
  const auto* const found = std::ranges::find(table, name, &WhyInfo::name);
  if (found == table.end()) return std::nullopt;
  return found->code;
}

static_assert(table.size() == static_cast<std::size_t>(Why::count_));

}  // namespace synoptic::model
