// Fuzz target of view() and decode(). Input: one byte for the link type, one for how much of the
// packet the capture kept, then the packet. Built with clang's libFuzzer it fuzzes; see
// replay_main.cc for the other way.
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/wire_properties.hh"

using namespace synoptic::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr LinkType links[] = {LinkType::ethernet, LinkType::null, LinkType::raw, LinkType::loop,
                                LinkType::unknown};
  if (size < 2) return 0;
  const LinkType link = links[data[0] % std::size(links)];
  const ByteSpan bytes(data + 2, size - 2);
  // 0: all was kept. Else the packet was longer by so much.
  const std::uint32_t original_size =
      data[1] == 0 ? 0 : static_cast<std::uint32_t>(bytes.size()) + data[1];
  const std::string broken = broken_property(bytes, link, original_size);
  if (!broken.empty()) {
    std::fprintf(stderr, "link type %u, original size %u: %s\n", static_cast<unsigned>(link),
                 original_size, broken.c_str());
    std::abort();
  }
  return 0;
}
