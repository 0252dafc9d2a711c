// What holds of view() and decode() whatever the bytes: for the tests and for the fuzz target.
#pragma once

#include <string>

#include "sim/wire/decode.hh"

namespace synoptic::wire {

// The first property that these bytes break, in words with the values; empty if they keep them all.
std::string broken_property(ByteSpan bytes, LinkType link, std::uint32_t original_size = 0);

}  // namespace synoptic::wire
