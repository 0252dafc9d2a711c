// What setsockopt() was asked for, as a program writes it.
#pragma once

#include <string>

#include "sim/wire/bytes.hh"

namespace synoptic::live {

// "SOL_SOCKET, SO_REUSEADDR, 1"; numbers where the option is not known.
std::string socket_option(int level, int option, wire::ByteSpan value);

}  // namespace synoptic::live
