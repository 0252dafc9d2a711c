// Warnings: what a run says of itself. A trace keeps them in English, as it may be read from a
// file; here they are found again and told in the language spoken.
#pragma once

#include <string>
#include <string_view>

namespace synoptic::ladder {

// A whole warning, or one from "the run was ended " or "stopped " on; one that is not known, as it
// is.
std::string warning_text(std::string_view warning);

}  // namespace synoptic::ladder
