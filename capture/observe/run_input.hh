// RunInput: what is typed into the programs of a live run, for whoever shows that run.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sim/model/error.hh"

namespace synoptic::observe {

// One of the run's programs that read lines, as it stood at the last poll() of the source.
struct RoleInput {
  std::string role;       // "client 2"
  std::string prompt;     // what it asked with last
  std::size_t asked = 0;  // so many times
  bool asks = false;      // it waits for a line now
  bool ended = false;     // the program, or the whole run
  std::string why;        // … where the program did not end well
  friend bool operator==(const RoleInput&, const RoleInput&) = default;
};

class RunInput {
 public:
  virtual ~RunInput() = default;
  virtual const std::vector<RoleInput>& roles() const = 0;
  // A line, in UTF-8 without its end, for the next read_line() of `role`; it may be typed before it
  // is asked for. Refused, and then lost, where nobody will read it, or where too much lies unread.
  virtual model::Expected<void> type(std::string_view role, std::string_view line) = 0;
  // As Ctrl-D in a terminal: what was typed is still read, then there is nothing more.
  virtual void end_input(std::string_view role) = 0;
};

}  // namespace synoptic::observe
