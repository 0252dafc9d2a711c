// The state names, and Figure 5 of RFC 9293 as data: it draws the diagram and drives the tests.
#include "sim/model/tcp_state.hh"

#include <algorithm>
#include <array>

namespace synoptic::model {

namespace {

struct Names {
  std::string_view rfc, linux_;
};
constexpr std::array<Names, tcp_state_count> names{{{"CLOSED", "CLOSE"},
                                                    {"LISTEN", "LISTEN"},
                                                    {"SYN-SENT", "SYN_SENT"},
                                                    {"SYN-RECEIVED", "SYN_RECV"},
                                                    {"ESTABLISHED", "ESTABLISHED"},
                                                    {"FIN-WAIT-1", "FIN_WAIT1"},
                                                    {"FIN-WAIT-2", "FIN_WAIT2"},
                                                    {"CLOSE-WAIT", "CLOSE_WAIT"},
                                                    {"CLOSING", "CLOSING"},
                                                    {"LAST-ACK", "LAST_ACK"},
                                                    {"TIME-WAIT", "TIME_WAIT"}}};

using enum TcpState;
constexpr std::string_view figure = "RFC 9293 3.3.2 Figure 5";

constexpr std::array table{
    Transition{closed, listen, "passive OPEN", "create TCB", figure},
    Transition{closed, syn_sent, "active OPEN", "snd SYN", figure},
    Transition{listen, closed, "CLOSE", "delete TCB", figure},
    Transition{listen, syn_received, "rcv SYN", "snd SYN,ACK", figure},
    Transition{syn_sent, closed, "CLOSE", "delete TCB", figure},
    Transition{syn_sent, syn_received, "rcv SYN", "snd SYN,ACK", figure},
    Transition{syn_sent, established, "rcv SYN,ACK", "snd ACK", figure},
    Transition{syn_received, established, "rcv ACK of SYN", "", figure},
    Transition{syn_received, fin_wait_1, "CLOSE", "snd FIN", figure},
    Transition{syn_received, listen, "rcv RST", "", "RFC 9293 3.3.2 note 1"},
    Transition{established, fin_wait_1, "CLOSE", "snd FIN", figure},
    Transition{established, close_wait, "rcv FIN", "snd ACK", figure},
    Transition{fin_wait_1, fin_wait_2, "rcv ACK of FIN", "", figure},
    Transition{fin_wait_1, closing, "rcv FIN", "snd ACK", figure},
    Transition{fin_wait_1, time_wait, "rcv FIN, ACK of FIN", "snd ACK", "RFC 9293 3.3.2 note 2"},
    Transition{fin_wait_2, time_wait, "rcv FIN", "snd ACK", figure},
    Transition{closing, time_wait, "rcv ACK of FIN", "", figure},
    Transition{close_wait, last_ack, "CLOSE", "snd FIN", figure},
    Transition{last_ack, closed, "rcv ACK of FIN", "", figure},
    Transition{time_wait, closed, "timeout 2MSL", "delete TCB", figure},
    // What the figure leaves out for legibility (note 3): a reset, and giving up.
    Transition{syn_sent, closed, "rcv RST, or gave up", "", "RFC 9293 3.10.7.3, 3.8.3"},
    Transition{syn_received, closed, "rcv RST, ABORT, or gave up", "", "RFC 9293 3.10.7.4, 3.8.3"},
    Transition{established, closed, "rcv RST, ABORT, or gave up", "", "RFC 9293 3.10.7.4, 3.8.3"},
    Transition{fin_wait_1, closed, "rcv RST, ABORT, or gave up", "", "RFC 9293 3.10.7.4, 3.8.3"},
    Transition{fin_wait_2, closed, "rcv RST or ABORT", "", "RFC 9293 3.10.7.4"},
    Transition{close_wait, closed, "rcv RST, ABORT, or gave up", "", "RFC 9293 3.10.7.4, 3.8.3"},
    Transition{closing, closed, "rcv RST, or gave up", "", "RFC 9293 3.10.7.4, 3.8.3"},
};

}  // namespace

std::string_view rfc_name(TcpState state) {
  return names[static_cast<std::size_t>(state)].rfc;
}
std::string_view linux_name(TcpState state) {
  return names[static_cast<std::size_t>(state)].linux_;
}

std::optional<TcpState> parse_state(std::string_view rfc_name) {
  const auto* const found = std::ranges::find(names, rfc_name, &Names::rfc);
  if (found == names.end()) return std::nullopt;
  return static_cast<TcpState>(found - names.begin());
}

std::span<const Transition> transitions() {
  return table;
}

bool is_transition(TcpState from, TcpState to) {
  return std::ranges::any_of(table,
                             [&](const Transition& t) { return t.from == from && t.to == to; });
}

}  // namespace synoptic::model
