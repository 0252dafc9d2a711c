// The items of each event gathered, then put in order.
#include "viz/ladder/steps.hh"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "viz/ladder/layout.hh"

namespace synoptic::ladder {

std::vector<Step> steps_of(const Scene& scene) {
  std::map<std::tuple<Side, model::EventId, bool>, Step> found;
  const auto take = [&](Side side, model::EventId event, bool returns, double top, double bottom) {
    if (event == model::EventId::none) return;
    const auto [place, added] =
        found.try_emplace({side, event, returns}, Step{side, event, returns, top, bottom});
    Step& step = place->second;
    if (added) return;
    step.top = std::min(step.top, top);
    step.bottom = std::max(step.bottom, bottom);
  };
  for (const Line& l : scene.lines)
    if (l.role != Role::icmp_tie)  // it reaches up to the packet that the message is about
      take(l.side, l.event, false, std::min(l.from.y, l.to.y), std::max(l.from.y, l.to.y));
  for (const Text& t : scene.texts) {
    if (t.role == Role::time_label) continue;
    const Extent room = extent(t, scene);
    take(t.side, t.event, at_return(t), room.min.y, room.max.y);
  }
  std::vector<Step> steps;
  steps.reserve(found.size());
  for (const auto& [key, step] : found) steps.push_back(step);
  std::ranges::sort(steps, {},
                    [](const Step& s) { return std::tuple(s.top, s.side, s.event, s.at_return); });
  return steps;
}

}  // namespace synoptic::ladder
