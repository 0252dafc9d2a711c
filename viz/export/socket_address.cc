// An address with its port, read from text.
#include "viz/export/socket_address.hh"

#include <charconv>

namespace synoptic::exporting {

std::optional<wire::SocketAddress> parse_socket_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const std::optional<wire::IpAddress> ip = wire::IpAddress::parse(host);
  if (!ip || ip->is_v6() != bracketed) return std::nullopt;

  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return wire::SocketAddress{*ip, port};
}

}  // namespace synoptic::exporting
