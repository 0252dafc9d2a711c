// Between the UTF-8 of programs and the octets of the tutorials' datagrams.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lessons/demos/demo.hh"

namespace synoptic::demos {

// What the octets say, in UTF-8 and in one line. Octets that are no character, and control
// characters, are shown as \xb0: nothing that comes from the network is fatal.
std::string decoded(Encoding encoding, std::string_view octets);

// The octets of a text; nothing where the encoding lacks one of its characters.
std::optional<std::string> encoded(Encoding encoding, std::string_view utf8);

// What is printed where it does.
std::string not_encodable(Language language);

}  // namespace synoptic::demos
