// Boxes with the role lane_name, each with the texts that stand in it.
#include "viz/ladder/heads.hh"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace synoptic::ladder {

std::vector<LaneHead> heads_of(const Scene& scene) {
  std::vector<LaneHead> heads;
  for (std::size_t i = 0; i < scene.boxes.size(); ++i) {
    const Box& box = scene.boxes[i];
    if (box.role == Role::lane_name)
      heads.push_back({static_cast<std::uint32_t>(i), {}, box.min.y, box.max.y});
  }
  std::ranges::sort(heads, {}, [](const LaneHead& h) { return std::pair(h.top, h.box); });
  double tallest = 0;
  for (const LaneHead& head : heads) tallest = std::max(tallest, head.bottom - head.top);
  for (std::size_t i = 0; i < scene.texts.size(); ++i) {
    const Text& text = scene.texts[i];
    if (text.role != Role::lane_name && text.role != Role::lane_address) continue;
    // Few scenes have more than a handful of heads of one height.
    auto head = std::ranges::upper_bound(heads, text.at.y, {}, &LaneHead::top);
    while (head != heads.begin()) {
      --head;
      const Box& box = scene.boxes[head->box];
      if (head->top + tallest < text.at.y) break;
      if (box.max.y < text.at.y || text.at.x < box.min.x || text.at.x > box.max.x) continue;
      head->texts.push_back(static_cast<std::uint32_t>(i));
      break;
    }
  }
  return heads;
}

HeadRange heads_above(const std::vector<LaneHead>& heads, double y) {
  const auto end = std::ranges::lower_bound(heads, y, {}, &LaneHead::top);
  if (end == heads.begin()) return {};
  const auto first = std::ranges::lower_bound(heads, (end - 1)->top, {}, &LaneHead::top);
  return {static_cast<std::size_t>(first - heads.begin()),
          static_cast<std::size_t>(end - heads.begin())};
}

}  // namespace synoptic::ladder
