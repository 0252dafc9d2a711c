// The words of our JSON that the model has no names for; the writer and the reader share them.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "sim/model/trace.hh"

namespace synoptic::exporting {

// In wire order, from the lowest bit; Wireshark's words.
inline constexpr std::array<std::pair<wire::Ctl, std::string_view>, 8> ctl_names{{
    {wire::FIN, "FIN"},
    {wire::SYN, "SYN"},
    {wire::RST, "RST"},
    {wire::PSH, "PSH"},
    {wire::ACK, "ACK"},
    {wire::URG, "URG"},
    {wire::ECE, "ECE"},
    {wire::CWR, "CWR"},
}};

// By model::Fate.
inline constexpr std::array<std::string_view, 4> fate_names{"in-flight", "delivered", "lost",
                                                            "damaged"};

inline std::string_view protocol_name(model::Protocol protocol) {
  return protocol == model::Protocol::tcp ? "tcp" : "udp";
}
inline std::string_view source_name(model::Source source) {
  return source == model::Source::simulated ? "simulated" : "captured";
}

// What model::Call::number is, call by call.
inline std::string_view number_name(model::CallName name) {
  using enum model::CallName;
  switch (name) {
    case socket: return "type";
    case listen: return "backlog";
    case send:
    case sendto:
    case recv:
    case recvfrom:
    case save: return "size";
    case shutdown: return "how";
    case sleep: return "ns";
    default: return "number";
  }
}

}  // namespace synoptic::exporting
