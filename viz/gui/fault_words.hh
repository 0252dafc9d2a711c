// A fault as a sentence in the user's language, beside its own words.
#pragma once

#include <string>

#include "sim/net/scenario.hh"

namespace synoptic::gui {

// "loses data segment no. 2 from the client to the server"
std::string fault_words(const net::Fault& fault);

}  // namespace synoptic::gui
