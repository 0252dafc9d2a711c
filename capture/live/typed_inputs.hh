// TypedInputs: what is known of the roles that somebody types into: which of them asks, and how
// much of what was typed lies unread.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "capture/live/live.hh"
#include "capture/observe/run_input.hh"

namespace synoptic::live {

class TypedInputs {
 public:
  // Of one role: lines and bytes that it has not read. More are refused.
  static constexpr std::size_t most_lines = 100, most_bytes = 16 << 10;

  explicit TypedInputs(const LiveSpec& spec);

  // --- what the run tells
  void call(const observe::CallRecord& record);
  void role_ended(std::string_view role, std::string why);
  void run_ended();

  // --- for who types
  bool poll();  // true if roles() are others than before
  const std::vector<observe::RoleInput>& roles() const { return shown_; }
  bool empty() const { return shown_.empty(); }
  // A line of this size is typed, or why it must not be.
  model::Expected<void> admit(std::string_view role, std::size_t size);
  // It was not typed after all.
  void take_back(std::string_view role);
  // True if its input was not ended before.
  bool end(std::string_view role);

 private:
  struct Role {
    observe::RoleInput shown;
    std::deque<std::size_t> unread;  // the lines' sizes
    std::size_t unread_bytes = 0;
    bool input_ended = false;
  };
  Role* find(std::string_view role);
  static void drop_first(Role& role);

  std::vector<Role> roles_;
  std::vector<observe::RoleInput> shown_;  // as of the last poll()
};

}  // namespace synoptic::live
