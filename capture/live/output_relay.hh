// OutputRelay: passes what programs print on to the user's terminal (our standard error), on a
// thread of its own: a terminal that takes nothing for a while holds up those programs, as it is
// used to, and nobody else.
//
// Each program prints to pseudo-terminals, so that its lines come as soon as they are complete,
// also from one that is ended: one for its standard output and one for its standard error, whose
// last line says why it ended badly. What is no text is shown as "\x07" and never reaches the
// terminal.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "capture/live/file_descriptor.hh"

namespace synoptic::live {

class OutputRelay {
 public:
  OutputRelay();
  ~OutputRelay();
  OutputRelay(const OutputRelay&) = delete;
  OutputRelay& operator=(const OutputRelay&) = delete;

  struct Outlet {
    std::size_t number = 0;   // for the questions below
    FileDescriptor terminal;  // what the program prints to; not open: none could be had
  };
  Outlet add();
  // A line of ours, after whatever was printed by now.
  void say(const std::string& line);
  // Waits until what was printed by now has been passed on, a terminal that takes nothing aside.
  void settle();

  std::string last_line(std::size_t number) const;  // that was not empty
  bool was_binary(std::size_t number) const;        // some of it was no text

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;  // with the thread, which may hang in a write
};

// Text as it may be shown: UTF-8 and the control characters of lines, tabs and colours stay, each
// other byte becomes "\xNN". What may go on in the next piece is kept for it.
class TextFilter {
 public:
  std::string pass(std::string_view piece);
  std::string rest();  // nothing comes any more
  bool was_binary() const { return binary_; }

 private:
  void take(std::string_view& text, bool at_end, std::string& out);

  std::string begun_;
  bool binary_ = false;
};

}  // namespace synoptic::live
