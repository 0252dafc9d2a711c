// A cut-off document is whole up to the last complete element of its lists: endpoints, flows,
// events, rows.
#include <array>

#include "viz/export/json_parts.hh"

namespace synoptic::exporting {
namespace {

// The brackets that are open where such an element ends: in a trace, in a half of a comparison, and
// behind their lists.
bool between_elements(std::string_view open) {
  return open == "{" || open == "{[" || open == "{{" || open == "{{[";
}

}  // namespace

std::optional<std::string> close_json(std::string_view text) {
  std::string open, open_there;
  std::size_t whole = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_text) {
      if (c == '\\') ++i;
      if (c == '"') in_text = false;
      continue;
    }
    if (c == '"') in_text = true;
    const bool closes = c == '}' || c == ']';
    if (closes) {
      if (open.empty() || open.back() != (c == '}' ? '{' : '[')) return std::nullopt;
      open.pop_back();
    } else if (c == '{' || c == '[') {
      open += c;
    }
    if ((closes || c == '[') && between_elements(open)) {
      whole = i + 1;
      open_there = open;
    }
  }
  if (whole == 0 || (open.empty() && !in_text)) return std::nullopt;
  std::string closed(text.substr(0, whole));
  for (auto bracket = open_there.rbegin(); bracket != open_there.rend(); ++bracket)
    closed += *bracket == '{' ? '}' : ']';
  return closed;
}

}  // namespace synoptic::exporting
