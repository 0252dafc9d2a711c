// The pairs of traces of the reasons' test.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace synoptic::ladder {

struct ReasonCase {
  std::string_view code;
  bool fits;
  std::string_view verdict;  // of the row; empty where none fits
  std::string sim, live;     // scripts; see trace_builder.hh
  bool ipv6 = false;         // the live side
};
std::vector<ReasonCase> reason_cases();                 // all
const std::vector<ReasonCase>& late_and_early_cases();  // those of reason_cases_end.cc
void PrintTo(const ReasonCase& c, std::ostream* out);   // for GoogleTest

}  // namespace synoptic::ladder
