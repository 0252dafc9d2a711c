// Items by their height, and by their upper edge among those of about the same height.
#include "viz/ladder/scene_index.hh"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <tuple>

#include "viz/ladder/layout.hh"
#include "viz/ladder/steps.hh"

namespace synoptic::ladder {
namespace {

// The level of items of this height: up to one row, up to two, up to four, …
std::size_t level_of(double height, double row_height) {
  const double rows = std::max(1., height / row_height);
  return static_cast<std::size_t>(std::ceil(std::log2(rows)));
}

// How far the point is from the line between its ends.
double distance(const Line& l, Point p) {
  const double dx = l.to.x - l.from.x, dy = l.to.y - l.from.y;
  const double length = dx * dx + dy * dy;
  const double along =
      length == 0 ? 0
                  : std::clamp(((p.x - l.from.x) * dx + (p.y - l.from.y) * dy) / length, 0., 1.);
  return std::hypot(p.x - (l.from.x + along * dx), p.y - (l.from.y + along * dy));
}

bool inside(Point p, Point min, Point max) {
  return p.x >= min.x && p.x <= max.x && p.y >= min.y && p.y <= max.y;
}

}  // namespace

SceneIndex::SceneIndex(const Scene& scene) {
  const auto add = [&](Kind kind, std::size_t place, double top, double bottom) {
    const std::size_t number = level_of(bottom - top, scene.row_height);
    if (number >= levels_.size()) levels_.resize(number + 1);
    Level& level = levels_[number];
    level.entries.push_back({top, bottom, {kind, static_cast<std::uint32_t>(place)}});
    level.tallest = std::max(level.tallest, bottom - top);
  };
  for (std::size_t i = 0; i < scene.boxes.size(); ++i)
    add(Kind::box, i, scene.boxes[i].min.y, scene.boxes[i].max.y);
  for (std::size_t i = 0; i < scene.lines.size(); ++i) {
    const Line& l = scene.lines[i];
    add(Kind::line, i, std::min(l.from.y, l.to.y), std::max(l.from.y, l.to.y));
  }
  for (std::size_t i = 0; i < scene.texts.size(); ++i) {
    const Extent room = extent(scene.texts[i], scene);
    add(Kind::text, i, room.min.y, room.max.y);
  }
  for (Level& level : levels_)
    std::ranges::sort(level.entries, {},
                      [](const Entry& e) { return std::tuple(e.top, e.item.kind, e.item.place); });
}

void SceneIndex::visible(double top, double bottom, std::vector<Item>& found) const {
  found.clear();
  for (const Level& level : levels_) {
    auto e = std::ranges::lower_bound(level.entries, top - level.tallest, {}, &Entry::top);
    for (; e != level.entries.end() && e->top <= bottom; ++e) {
      if (e->bottom >= top) found.push_back(e->item);
    }
  }
  std::ranges::sort(found, {}, [](const Item& i) { return std::tuple(i.kind, i.place); });
}

std::optional<Picked> SceneIndex::pick(const Scene& scene, Point at, double reach) const {
  std::vector<Item> near;
  visible(at.y - reach, at.y + reach, near);
  std::optional<Picked> picked;
  for (const Item& item : near) {
    if (item.kind == Kind::line) {
      const Line& l = scene.lines[item.place];
      if (l.event != model::EventId::none && distance(l, at) <= reach)
        picked = {l.side, l.event, false};
    } else if (item.kind == Kind::text) {
      const Text& t = scene.texts[item.place];
      const Extent room = extent(t, scene);
      if (t.event != model::EventId::none && inside(at, room.min, room.max))
        picked = {t.side, t.event, at_return(t)};
    } else {
      const Box& b = scene.boxes[item.place];
      if (b.event != model::EventId::none && inside(at, b.min, b.max))
        picked = {b.side, b.event, false};
    }
  }
  return picked;
}

std::optional<std::uint32_t> row_at(const Scene& scene, Point at) {
  const auto below =
      std::ranges::upper_bound(scene.row_marks, at.y, {}, [](const RowMark& m) { return m.min.y; });
  if (below == scene.row_marks.begin()) return std::nullopt;
  const RowMark& mark = *std::prev(below);
  if (!inside(at, mark.min, mark.max)) return std::nullopt;
  return mark.row;
}

}  // namespace synoptic::ladder
