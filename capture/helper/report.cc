// Lines on standard error, each in one write.
#include "capture/helper/report.hh"

#include <unistd.h>

#include <array>
#include <cstdio>

#include "capture/helper/protocol.hh"

namespace synoptic::helper {
namespace {

using Line = std::array<char, 1024>;

// `size`: as snprintf() gives it, of a line without its end.
void tell(Line& line, int size) {
  if (size < 0) return;
  auto count = static_cast<std::size_t>(size) < line.size() ? static_cast<std::size_t>(size)
                                                            : line.size() - 1;
  for (std::size_t i = 0; i < count; ++i) {
    if (static_cast<unsigned char>(line[i]) < ' ') line[i] = ' ';
  }
  line[count++] = '\n';
  if (::write(STDERR_FILENO, line.data(), count) < 0) return;  // nobody is there to be told
}

}  // namespace

int refuse(std::string_view refusal, const char* text) {
  Line line;
  tell(line,
       std::snprintf(line.data(), line.size(), "%s%s %s", error_word.data(), refusal.data(), text));
  return 1;
}

void report_dropped(unsigned long long count) {
  Line line;
  tell(line, std::snprintf(line.data(), line.size(), "%s%llu", dropped_word.data(), count));
}

void report_end() {
  Line line;
  tell(line, std::snprintf(line.data(), line.size(), "%s", end_word.data()));
}

}  // namespace synoptic::helper
