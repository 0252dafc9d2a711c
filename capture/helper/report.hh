// What the helper tells whoever started it, a line at a time.
#pragma once

#include <string_view>

namespace synoptic::helper {

// "error REFUSAL TEXT". The text is made one line. Gives the helper's exit status.
int refuse(std::string_view refusal, const char* text);

void report_dropped(unsigned long long count);
void report_end();

}  // namespace synoptic::helper
