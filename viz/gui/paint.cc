// Items become lines, rectangles and glyphs; what has not happened yet is left out.
#include "viz/gui/paint.hh"

#include <imgui.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include "viz/gui/palette.hh"
#include "viz/ladder/cells.hh"
#include "viz/ladder/layout.hh"

namespace synoptic::gui {
namespace {

using ladder::Role;

// In which order things lie over each other: an arrow passes behind the lanes that it does not end
// at, and texts are on top.
int layer(const ladder::Scene& scene, ladder::Item item) {
  if (item.kind == ladder::Kind::text) return 6;
  if (item.kind == ladder::Kind::line) return scene.lines[item.place].role == Role::lane ? 1 : 2;
  switch (scene.boxes[item.place].role) {
    case Role::band: return 0;
    case Role::state_bar: return 3;
    case Role::reason: return 4;
    default: return 5;
  }
}

class Painter {
 public:
  Painter(ImDrawList& list, const ladder::Scene& scene, const PaintView& view)
      : list_(list), scene_(scene), view_(view) {
    // The font is so large that its characters have the width that the layout reckoned with.
    const float advance = view.font->GetCharAdvance('0') / view.font->FontSize;
    font_pixels_ = static_cast<float>(scene.char_width * view.scale) / advance;
    ascent_ = view.font->Ascent / view.font->FontSize;
    if (view.stepped == nullptr) return;
    const Model& model = *view.stepped;
    focus_ = model.in_focus();
    reached_ = model.steps.empty() ? 0 : model.steps.front().top;
    if (model.cursor == model.steps.size()) {
      reached_ = scene.height;
    } else if (model.cursor > 0) {
      reached_ = model.reached[model.cursor - 1];
    }
  }

  void head(const ladder::LaneHead& head, double by) {
    ladder::Box box = scene_.boxes[head.box];
    box.min.y += by;
    box.max.y += by;
    this->box(box);
    for (const std::uint32_t place : head.texts) {
      ladder::Text text = scene_.texts[place];
      text.at.y += by;
      this->text(text);
    }
  }

  Painted paint(const std::vector<ladder::Item>& items) {
    std::array<std::vector<ladder::Item>, 7> layers;
    for (const ladder::Item& item : items)
      layers[static_cast<std::size_t>(layer(scene_, item))].push_back(item);
    for (const auto& of_layer : layers) {
      for (const ladder::Item& item : of_layer) {
        const int before = list_.VtxBuffer.Size;
        switch (item.kind) {
          case ladder::Kind::box: box(scene_.boxes[item.place]); break;
          case ladder::Kind::line: line(scene_.lines[item.place]); break;
          case ladder::Kind::text: text(scene_.texts[item.place]); break;
        }
        if (is_faded(item)) fade(before);
      }
    }
    return painted_;
  }

 private:
  // What the display filter leaves out.
  bool is_faded(ladder::Item item) const {
    if (view_.stepped == nullptr || !view_.stepped->filtering.on()) return false;
    const auto asked = [&](const auto& shown) {
      return view_.stepped->is_faded(shown.side, shown.event);
    };
    switch (item.kind) {
      case ladder::Kind::box: return asked(scene_.boxes[item.place]);
      case ladder::Kind::line: return asked(scene_.lines[item.place]);
      case ladder::Kind::text: return asked(scene_.texts[item.place]);
    }
    return false;
  }
  // Makes pale what was drawn since the list had `before` vertices.
  void fade(int before) {
    for (int i = before; i < list_.VtxBuffer.Size; ++i) {
      ImU32& colour = list_.VtxBuffer[i].col;
      colour = faded(colour, 0.25);
    }
  }

  ImVec2 at(ladder::Point p) const {
    return {static_cast<float>(view_.x + p.x * view_.scale),
            static_cast<float>(view_.y + p.y * view_.scale)};
  }
  float size(double units) const { return static_cast<float>(units * view_.scale); }

  // 1: it has happened, 0: it has not; in between: it is on its way.
  double happened(ladder::Side side, model::EventId event, double top,
                  bool at_return = false) const {
    if (view_.stepped == nullptr) return 1;
    // What belongs to no event comes with the row that it stands in.
    if (event == model::EventId::none) return top + scene_.row_height / 2 <= reached_ ? 1 : 0;
    const std::size_t step = view_.stepped->step_of(side, event, at_return);
    if (step < view_.stepped->cursor) return 1;
    return step == view_.stepped->cursor ? view_.stepped->under_way : 0;
  }
  bool in_focus(ladder::Side side, model::EventId event, bool at_return = false) const {
    return focus_ && event != model::EventId::none && *focus_ == Selected{side, event, at_return};
  }

  void box(const ladder::Box& b) {
    if (happened(b.side, b.event, b.min.y) < 1) return;
    ladder::Point max = b.max;
    // They go on with what happens beside them.
    if ((b.role == Role::state_bar || b.role == Role::band) && view_.stepped != nullptr)
      max.y = std::min(max.y, std::max(reached_, b.min.y));
    if (b.role == Role::reset) resets_.emplace_back(b.side, b.event);
    const ImVec2 from = at(b.min), to = at(max);
    const Colour fill = fill_colour(b, view_.dark);
    const float round = b.role == Role::verdict_differs ? 9 : b.role == Role::band ? 0 : 4;
    const bool bar = b.role == Role::state_bar;
    list_.AddRectFilled(from, to, fill, bar ? 0 : size(round));
    // In the margin, beside the times.
    if (b.role == Role::band || b.role == Role::reason)
      list_.AddRectFilled({from.x - size(6), from.y}, {from.x - size(2), to.y}, 0xff048ed9);
    if (b.role == Role::lane_name || b.role == Role::verdict_differs ||
        b.role == Role::segment_lost)
      list_.AddRect(from, to, line_colour(b.role, view_.dark), size(round));
    if (in_focus(b.side, b.event) && !bar)
      list_.AddRect({from.x - size(2), from.y - size(2)}, {to.x + size(2), to.y + size(2)},
                    highlight_colour(view_.dark), size(5), 0, size(3));
    ++painted_.boxes;
  }

  void line(const ladder::Line& l) {
    const double share =
        l.role == Role::lane ? 1 : happened(l.side, l.event, std::min(l.from.y, l.to.y));
    if (share <= 0 || (l.role == Role::icmp_tie && share < 1)) return;
    const ladder::Point end{l.from.x + (l.to.x - l.from.x) * share,
                            l.from.y + (l.to.y - l.from.y) * share};
    const ImVec2 from = at(l.from), to = at(end);
    const Colour colour = line_colour(l.role, view_.dark);
    const float width = std::max(1.f, size(l.role == Role::reset ? 2 : 1.6));
    if (in_focus(l.side, l.event))
      list_.AddLine(from, to, highlight_colour(view_.dark), width + size(5));
    switch (l.role) {
      case Role::segment_lost: dashes(from, to, colour, width, size(6), size(4)); break;
      case Role::datagram:
      case Role::icmp: dashes(from, to, colour, width, size(3), size(3)); break;
      case Role::icmp_tie:
        dashes(from, to, colour, std::max(1.f, size(1)), size(2), size(3));
        break;
      default: list_.AddLine(from, to, colour, width);
    }
    if (l.arrow || (share < 1 && l.role != Role::lane && l.role != Role::icmp_tie))
      head(from, to, colour);
    ++painted_.lines;
  }

  void dashes(ImVec2 from, ImVec2 to, Colour colour, float width, float on, float off) {
    const float dx = to.x - from.x, dy = to.y - from.y, length = std::hypot(dx, dy);
    if (length <= 0) return;
    for (float done = 0; done < length; done += on + off) {
      const float end = std::min(length, done + on);
      list_.AddLine({from.x + dx * done / length, from.y + dy * done / length},
                    {from.x + dx * end / length, from.y + dy * end / length}, colour, width);
    }
  }

  // A filled head whose tip is the end of the line.
  void head(ImVec2 from, ImVec2 to, Colour colour) {
    const float dx = to.x - from.x, dy = to.y - from.y, length = std::hypot(dx, dy);
    if (length <= 0) return;
    const float ux = dx / length, uy = dy / length, back = size(9), half = size(4);
    const ImVec2 base{to.x - ux * back, to.y - uy * back};
    list_.AddTriangleFilled(to, {base.x - uy * half, base.y + ux * half},
                            {base.x + uy * half, base.y - ux * half}, colour);
  }

  void text(const ladder::Text& t) {
    const ladder::Extent room = ladder::extent(t, scene_);
    const bool returns = ladder::at_return(t);
    // The time of an arrival stands apart from the packet, as a row of its own does.
    const model::EventId event = t.role == Role::time_label ? model::EventId::none : t.event;
    if (happened(t.side, event, room.min.y, returns) < 1) return;
    const float pixels = font_pixels_ * static_cast<float>(t.scale);
    const ImVec2 corner = at({room.min.x, t.at.y});
    ImVec2 place{corner.x, corner.y - ascent_ * pixels};
    if (t.role != Role::packet_line && in_focus(t.side, event, returns)) {
      const ImVec2 to = at(room.max);
      list_.AddRectFilled({corner.x - size(2), at(room.min).y}, {to.x + size(2), to.y},
                          mark_colour(view_.dark), size(3));
    }
    const std::string shown = ladder::printable(t.text);
    std::string_view rest = shown;
    // The dot of a state has the colour of its bar.
    if (t.state && (rest.starts_with("●") || rest.starts_with("○"))) {
      constexpr std::size_t dot = std::string_view("●").size();
      glyphs(pixels, place, state_colour(*t.state), rest.substr(0, dot));
      place.x += size(scene_.char_width * t.scale);
      rest.remove_prefix(dot);
    }
    Colour colour = text_colour(t.role, view_.dark);
    if (t.role == Role::packet_line && on_reset(t)) colour = 0xff9cfcff;
    glyphs(pixels, place, colour, rest);
    ++painted_.texts;
  }

  void glyphs(float pixels, ImVec2 place, Colour colour, std::string_view text) {
    list_.AddText(view_.font, pixels, place, colour, text.data(), text.data() + text.size());
  }

  // Wireshark writes yellow on the dark red of a reset.
  bool on_reset(const ladder::Text& t) const {
    return std::ranges::find(resets_, std::pair(t.side, t.event)) != resets_.end();
  }

  ImDrawList& list_;
  const ladder::Scene& scene_;
  const PaintView& view_;
  float font_pixels_ = 13, ascent_ = 0.8f;
  std::optional<Selected> focus_;
  double reached_ = 0;
  std::vector<std::pair<ladder::Side, model::EventId>> resets_;  // in view; few
  Painted painted_;
};

}  // namespace

void paint_heads(ImDrawList& list, const ladder::Scene& scene,
                 const std::vector<ladder::LaneHead>& heads, const PaintView& view) {
  const double top = (view.top - view.y) / view.scale;
  const ladder::HeadRange range = ladder::heads_above(heads, top);
  if (range.first == range.last) return;
  constexpr double room = 4;
  PaintView whole = view;
  whole.stepped = nullptr;
  Painter painter(list, scene, whole);
  double height = 0;
  for (std::size_t i = range.first; i < range.last; ++i)
    height = std::max(height, heads[i].bottom - heads[i].top);
  const float bottom = static_cast<float>(view.top + (height + 2 * room) * view.scale);
  list.AddRectFilled({-1e6f, static_cast<float>(view.top)}, {1e6f, bottom},
                     paper_colour(view.dark));
  for (std::size_t i = range.first; i < range.last; ++i)
    painter.head(heads[i], top + room - heads[i].top);
}

Painted paint(ImDrawList& list, const ladder::Scene& scene, const ladder::SceneIndex& index,
              const PaintView& view) {
  std::vector<ladder::Item> items;
  index.visible((view.top - view.y) / view.scale, (view.bottom - view.y) / view.scale, items);
  return Painter(list, scene, view).paint(items);
}

}  // namespace synoptic::gui
