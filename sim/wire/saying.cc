// Filling the places of a sentence.
#include "sim/wire/saying.hh"

#include <fmt/args.h>

namespace synoptic::wire {

std::string fill(std::string_view pattern, const std::vector<std::string>& args) {
  fmt::dynamic_format_arg_store<fmt::format_context> store;
  for (const std::string& arg : args) store.push_back(arg);
  try {
    return fmt::vformat(pattern, store);
  } catch (const fmt::format_error&) {
    return std::string(pattern);
  }
}

std::string Saying::str() const {
  if (args_.empty()) return pattern_;
  std::vector<std::string> filled;
  filled.reserve(args_.size());
  for (const Saying& arg : args_) filled.push_back(arg.str());
  return fill(pattern_, filled);
}

}  // namespace synoptic::wire
