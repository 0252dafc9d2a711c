// An address with its port from text, as SocketAddress::str() writes it.
#pragma once

#include <optional>
#include <string_view>

#include "sim/wire/address.hh"

namespace synoptic::exporting {

// "127.0.0.1:9999" or "[::1]:9999"; nothing if `text` is neither.
std::optional<wire::SocketAddress> parse_socket_address(std::string_view text);

}  // namespace synoptic::exporting
