// PNG: pixels as a file.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace synoptic::exporting {

// `rgba`: four bytes a pixel, row after row from the top; its size is width × height × 4. What is
// opaque throughout is written without its alpha.
std::string to_png(int width, int height, std::span<const std::uint8_t> rgba);

}  // namespace synoptic::exporting
