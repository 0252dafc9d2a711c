// Names of the parts of events, and calls as a student writes them.
#include "sim/model/event.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "sim/model/unknown_data.hh"

namespace synoptic::model {

std::string_view kind_name(EventKind kind) {
  constexpr std::array<std::string_view, 9> names{"segment", "datagram", "icmp", "call", "state",
                                                  "timer",   "loss",     "note", "other"};
  return names[static_cast<std::size_t>(kind)];
}

std::string_view call_name(CallName name) {
  constexpr std::array<std::string_view, 16> names{
      "socket",   "bind",     "listen", "accept",     "connect", "send",  "recv",      "sendto",
      "recvfrom", "shutdown", "close",  "setsockopt", "sleep",   "print", "read_line", "save"};
  return names[static_cast<std::size_t>(name)];
}

std::string_view basis_name(Basis basis) {
  constexpr std::array<std::string_view, 4> names{"true", "inferred", "confirmed", "contradicted"};
  return names[static_cast<std::size_t>(basis)];
}

std::string_view timer_name(TimerName name) {
  constexpr std::array<std::string_view, 5> names{"retransmission", "persist", "delayed-ack",
                                                  "time-wait", "fin-wait-2"};
  return names[static_cast<std::size_t>(name)];
}

std::string_view action_name(TimerAction action) {
  constexpr std::array<std::string_view, 3> names{"started", "stopped", "expired"};
  return names[static_cast<std::size_t>(action)];
}

std::string error_name(std::int32_t error) {
  constexpr std::array<std::pair<std::int32_t, std::string_view>, 24> names{{
      {EACCES, "EACCES"},
      {EADDRINUSE, "EADDRINUSE"},
      {EADDRNOTAVAIL, "EADDRNOTAVAIL"},
      {EAGAIN, "EAGAIN"},
      {EAFNOSUPPORT, "EAFNOSUPPORT"},
      {EALREADY, "EALREADY"},
      {EBADF, "EBADF"},
      {ECONNABORTED, "ECONNABORTED"},
      {ECONNREFUSED, "ECONNREFUSED"},
      {ECONNRESET, "ECONNRESET"},
      {EDESTADDRREQ, "EDESTADDRREQ"},
      {EHOSTUNREACH, "EHOSTUNREACH"},
      {EINPROGRESS, "EINPROGRESS"},
      {EINTR, "EINTR"},
      {EINVAL, "EINVAL"},
      {EISCONN, "EISCONN"},
      {EMSGSIZE, "EMSGSIZE"},
      {ENETUNREACH, "ENETUNREACH"},
      {ENOPROTOOPT, "ENOPROTOOPT"},
      {ENOTCONN, "ENOTCONN"},
      {ENOTSOCK, "ENOTSOCK"},
      {EOPNOTSUPP, "EOPNOTSUPP"},
      {EPIPE, "EPIPE"},
      {ETIMEDOUT, "ETIMEDOUT"},
  }};
  const auto* const found =
      std::ranges::find(names, error, &std::pair<std::int32_t, std::string_view>::first);
  return found == names.end() ? fmt::format("errno {}", error) : std::string(found->second);
}

// RFC 3629: neither longer than need be, nor a surrogate, nor above U+10FFFF.
std::size_t utf8_length(wire::ByteSpan bytes) {
  if (bytes.empty()) return 0;
  const std::uint8_t first = bytes[0];
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || bytes.size() < length) return 0;
  for (const std::uint8_t byte : bytes.subspan(1, length - 1))
    if ((byte & 0xc0) != 0x80) return 0;
  const std::uint8_t second = bytes[1];
  const bool bad = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                   (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
  return bad ? 0 : length;
}

// Bytes in quotes: control bytes, quotes and what is no UTF-8 escaped, long texts cut off at a
// character.
std::string quoted(wire::ByteSpan bytes) {
  constexpr std::size_t longest = 40;
  std::string out = "\"";
  std::size_t at = 0;
  while (at < bytes.size() && at < longest) {
    const std::uint8_t byte = bytes[at];
    const std::size_t length = utf8_length(bytes.subspan(at));
    if (at + length > longest) break;
    at += std::max<std::size_t>(length, 1);
    if (byte == '\n')
      out += "\\n";
    else if (byte == '\r')
      out += "\\r";
    else if (byte == '\t')
      out += "\\t";
    else if (byte == '"' || byte == '\\')
      out += {'\\', static_cast<char>(byte)};
    else if (byte < 0x20 || byte == 0x7f || length == 0)
      out += fmt::format("\\x{:02x}", byte);
    else
      out.append(reinterpret_cast<const char*>(bytes.data()) + at - length, length);
  }
  return out + (at < bytes.size() ? "…\"" : "\"");
}

namespace {

std::string text(wire::ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::string format_call(const Call& call) {
  const std::string_view name = call_name(call.name);
  switch (call.name) {
    case CallName::socket:
      return fmt::format("socket({})", call.number == 2 ? "SOCK_DGRAM" : "SOCK_STREAM");
    case CallName::bind:
    case CallName::connect: return fmt::format("{}({})", name, call.address.str());
    case CallName::listen:
    case CallName::recv:
    case CallName::recvfrom: return fmt::format("{}({})", name, call.number);
    case CallName::send:
      return sends_unknown(call) ? fmt::format("send({} bytes)", call.number)
                                 : fmt::format("send({})", quoted(call.data));
    case CallName::sendto:
      return fmt::format("sendto({}, {})", quoted(call.data), call.address.str());
    case CallName::shutdown: {
      constexpr std::array<std::string_view, 3> how{"SHUT_RD", "SHUT_WR", "SHUT_RDWR"};
      return fmt::format(
          "shutdown({})",
          how[static_cast<std::size_t>(std::clamp<std::int64_t>(call.number, 0, 2))]);
    }
    case CallName::sleep: return fmt::format("sleep({})", format_duration({call.number}));
    case CallName::print: return fmt::format("prints: {}", text(call.data));
    case CallName::read_line: return "reads a line";
    case CallName::setsockopt: return fmt::format("setsockopt({})", text(call.data));
    case CallName::save: return fmt::format("saves {}: {} bytes", text(call.data), call.number);
    case CallName::accept:
    case CallName::close: break;
  }
  return fmt::format("{}()", name);
}

std::string format_result(const Call& call) {
  if (!call.returned) return "…";
  if (call.result < 0) return "= " + error_name(call.error);
  switch (call.name) {
    case CallName::accept: return "= " + call.address.str();
    case CallName::recv:
      return call.result == 0 ? "= \"\" (end of stream)" : "= " + quoted(call.data);
    case CallName::recvfrom:
      return fmt::format("= {} from {}", quoted(call.data), call.address.str());
    case CallName::send:
    case CallName::sendto: return fmt::format("= {}", call.result);
    case CallName::read_line: return call.result == 0 ? "= end of input" : "= " + quoted(call.data);
    default: return "";
  }
}

}  // namespace synoptic::model
