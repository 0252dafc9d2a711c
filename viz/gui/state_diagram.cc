// Places of boxes, arrows and labels, and their drawing.
#include "viz/gui/state_diagram.hh"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "viz/words/words.hh"

namespace synoptic::gui {
namespace {

using enum model::TcpState;
using model::TcpState;
using model::Transition;

struct Place {
  TcpState state;
  bool again;
  int column, row;
};
constexpr std::array<Place, 12> places{{{closed, false, 1, 0},
                                        {listen, false, 1, 1},
                                        {syn_received, false, 0, 2},
                                        {syn_sent, false, 2, 2},
                                        {established, false, 1, 3},
                                        {fin_wait_1, false, 0, 4},
                                        {close_wait, false, 2, 4},
                                        {fin_wait_2, false, 0, 5},
                                        {closing, false, 1, 5},
                                        {last_ack, false, 2, 5},
                                        {time_wait, false, 1, 6},
                                        {closed, true, 2, 6}}};

// How a label stands at its point: which part of it is there.
enum class Across { left, middle, right };
enum class Up { top, middle, bottom };

// Arrows run along the grid. A point is a column's middle, plus so many half widths of a box; and a
// row's middle, plus so many half heights. Column 3 is the middle between the left and the middle
// column.
struct Point {
  int column;
  float across;
  int row;
  float down;
};
struct Route {
  TcpState from, to;
  std::array<Point, 4> path;
  int points;
  Point label;  // rows may be halves: `down` counts in rows when `between`
  Across across;
  Up up;
  bool between;
};
constexpr std::array<Route, 20> routes{{
    {closed,
     listen,
     {{{1, -.5F, 0, 1}, {1, -.5F, 1, -1}}},
     2,
     {1, -.5F, 0, .5F},
     Across::right,
     Up::middle,
     true},
    {closed,
     syn_sent,
     {{{1, 1, 0, -.4F}, {2, .5F, 0, -.4F}, {2, .5F, 2, -1}}},
     3,
     {4, 0, 0, -.5F},
     Across::middle,
     Up::bottom,
     false},
    {listen,
     closed,
     {{{1, .5F, 1, -1}, {1, .5F, 0, 1}}},
     2,
     {1, .5F, 0, .5F},
     Across::left,
     Up::middle,
     true},
    {listen,
     syn_received,
     {{{1, -1, 1, .5F}, {0, .5F, 1, .5F}, {0, .5F, 2, -1}}},
     3,
     {0, .5F, 1, .56F},
     Across::left,
     Up::middle,
     true},
    {syn_sent,
     closed,
     {{{2, -.5F, 2, -1}, {2, -.5F, 0, .4F}, {1, 1, 0, .4F}}},
     3,
     {2, -.5F, 1, .25F},
     Across::right,
     Up::middle,
     true},
    {syn_sent,
     syn_received,
     {{{2, -1, 2, 0}, {0, 1, 2, 0}}},
     2,
     {1, 0, 2, -.1F},
     Across::middle,
     Up::bottom,
     false},
    {syn_sent,
     established,
     {{{2, -.5F, 2, 1}, {2, -.5F, 3, 0}, {1, 1, 3, 0}}},
     3,
     {2, -.55F, 3, -.1F},
     Across::right,
     Up::bottom,
     false},
    {syn_received,
     established,
     {{{0, .5F, 2, 1}, {0, .5F, 3, 0}, {1, -1, 3, 0}}},
     3,
     {0, .55F, 3, -.1F},
     Across::left,
     Up::bottom,
     false},
    {syn_received,
     fin_wait_1,
     {{{0, -.5F, 2, 1}, {0, -.5F, 4, -1}}},
     2,
     {0, -.5F, 3, .5F},
     Across::left,
     Up::middle,
     true},
    {syn_received,
     listen,
     {{{0, -.5F, 2, -1}, {0, -.5F, 1, -.5F}, {1, -1, 1, -.5F}}},
     3,
     {0, -.4F, 1, -.6F},
     Across::left,
     Up::bottom,
     false},
    {established,
     fin_wait_1,
     {{{1, -.5F, 3, 1}, {1, -.5F, 4, -.6F}, {0, 1, 4, -.6F}}},
     3,
     {1, -.5F, 3, .5F},
     Across::right,
     Up::middle,
     true},
    {established,
     close_wait,
     {{{1, .5F, 3, 1}, {1, .5F, 4, 0}, {2, -1, 4, 0}}},
     3,
     {1, .5F, 3, .5F},
     Across::left,
     Up::middle,
     true},
    {fin_wait_1,
     fin_wait_2,
     {{{0, -.5F, 4, 1}, {0, -.5F, 5, -1}}},
     2,
     {0, -.5F, 4, .5F},
     Across::left,
     Up::middle,
     true},
    {fin_wait_1,
     closing,
     {{{0, 1, 4, 0}, {1, 0, 4, 0}, {1, 0, 5, -1}}},
     3,
     {1, 0, 4, .5F},
     Across::left,
     Up::middle,
     true},
    {fin_wait_1,
     time_wait,
     {{{0, 1, 4, .6F}, {3, 0, 4, .6F}, {3, 0, 6, -.5F}, {1, -1, 6, -.5F}}},
     4,
     {3, 0, 5, .5F},
     Across::left,
     Up::middle,
     true},
    {fin_wait_2,
     time_wait,
     {{{0, 0, 5, 1}, {0, 0, 6, .5F}, {1, -1, 6, .5F}}},
     3,
     {0, 0, 5, .5F},
     Across::left,
     Up::middle,
     true},
    {closing,
     time_wait,
     {{{1, 0, 5, 1}, {1, 0, 6, -1}}},
     2,
     {1, 0, 5, .5F},
     Across::left,
     Up::middle,
     true},
    {close_wait,
     last_ack,
     {{{2, 0, 4, 1}, {2, 0, 5, -1}}},
     2,
     {2, 0, 4, .5F},
     Across::right,
     Up::middle,
     true},
    {last_ack,
     closed,
     {{{2, 0, 5, 1}, {2, 0, 6, -1}}},
     2,
     {2, 0, 5, .5F},
     Across::right,
     Up::middle,
     true},
    {time_wait,
     closed,
     {{{1, 1, 6, 0}, {2, -1, 6, 0}}},
     2,
     {4, 0, 6, .1F},
     Across::middle,
     Up::top,
     false},
}};

// The first of the table from one to the other: those of the figure stand before those it leaves
// out.
std::size_t transition_of(TcpState from, TcpState to) {
  const auto table = model::transitions();
  const auto found = std::ranges::find_if(
      table, [&](const Transition& t) { return t.from == from && t.to == to; });
  return static_cast<std::size_t>(found - table.begin());
}

// The table of transitions is English: its texts are keys, too.
std::string in_language(std::string_view english) {
  return words::tr(std::string(english).c_str());
}

std::vector<std::string> words_of(const Transition& t) {
  std::vector<std::string> lines;
  const std::string event = in_language(t.event);
  if (const auto comma = event.find(", "); comma != std::string::npos) {
    lines.push_back(event.substr(0, comma + 1));
    lines.push_back(event.substr(comma + 2));
  } else {
    lines.push_back(event);
  }
  if (!t.action.empty()) lines.push_back(in_language(t.action));
  return lines;
}

class Placing {
 public:
  Placing(float width, float type_size, float label_size, bool numbered, const MeasureText& measure)
      : measure_(measure), numbered_(numbered) {
    out_.width = width;
    out_.label_size = label_size;
    const float widest = measure("SYN-RECEIVED", type_size).x;
    const float pad = type_size * .4F;
    const float most = width * .27F;
    out_.node_size = std::min(type_size, type_size * most / (widest + 2 * pad));
    half_width_ = std::min(most, widest + 2 * pad) / 2;
    half_height_ = out_.node_size * 1.25F;  // a line for the state, one for the ends in it
    top_ = half_height_ + (numbered ? 1.2F : 2.2F) * label_size;
    step_ = 2 * half_height_ + (numbered ? 2.4F : 3.6F) * label_size;
  }

  DiagramLayout place() {
    for (const Place& p : places) {
      const ImVec2 c = at({p.column, 0, p.row, 0});
      out_.nodes.push_back(
          {p.state,
           p.again,
           {{c.x - half_width_, c.y - half_height_}, {c.x + half_width_, c.y + half_height_}}});
    }
    int number = 0;
    for (const Route& route : routes) add(route, ++number);
    float bottom = out_.nodes.back().at.max.y;
    for (const DiagramArrow& arrow : out_.arrows) bottom = std::max(bottom, arrow.label_at.max.y);
    out_.height = bottom + 2;
    if (numbered_) add_legend();
    return std::move(out_);
  }

 private:
  float column(int index) const {
    const float left = half_width_ + 2, middle = out_.width / 2, right = out_.width - left;
    switch (index) {
      case 0: return left;
      case 1: return middle;
      case 2: return right;
      case 3: return (left + middle) / 2;  // between the boxes of both
      default: return (middle + right) / 2;
    }
  }
  ImVec2 at(const Point& p, bool between = false) const {
    const float row = top_ + step_ * static_cast<float>(p.row);
    return {column(p.column) + p.across * half_width_,
            row + p.down * (between ? step_ : half_height_)};
  }

  void add(const Route& route, int number) {
    DiagramArrow arrow;
    arrow.transition = transition_of(route.from, route.to);
    for (int i = 0; i < route.points; ++i)
      arrow.path.push_back(at(route.path[static_cast<std::size_t>(i)]));
    arrow.label = numbered_ ? std::vector<std::string>{std::to_string(number)}
                            : words_of(model::transitions()[arrow.transition]);
    ImVec2 size{0, 0};
    for (const std::string& line : arrow.label) {
      const ImVec2 extent = measure_(line, out_.label_size);
      size.x = std::max(size.x, extent.x);
      size.y += out_.label_size;
    }
    constexpr float away = 7;  // from the arrow, and from the marks on it
    ImVec2 p = at(route.label, route.between);
    p.x += route.across == Across::left    ? away
           : route.across == Across::right ? -away - size.x
                                           : -size.x / 2;
    p.y += route.up == Up::top ? 2 : route.up == Up::bottom ? -2 - size.y : -size.y / 2;
    arrow.label_at = {p, {p.x + size.x, p.y + size.y}};
    out_.arrows.push_back(std::move(arrow));
  }

  void add_legend() {
    float y = out_.height + out_.label_size * .6F;
    for (std::size_t i = 0; i < out_.arrows.size(); ++i) {
      const Transition& t = model::transitions()[out_.arrows[i].transition];
      std::string text = fmt::format("{} {}", i + 1, in_language(t.event));
      if (!t.action.empty()) text += fmt::format(": {}", in_language(t.action));
      const ImVec2 size = measure_(text, out_.label_size);
      out_.legend.push_back({out_.arrows[i].transition,
                             std::move(text),
                             {{2, y}, {2 + size.x, y + out_.label_size}}});
      y += out_.label_size * 1.25F;
    }
    // In two columns where they have room.
    float widest = 0;
    for (const DiagramLegend& line : out_.legend) widest = std::max(widest, line.at.max.x);
    if (widest * 2 + 8 <= out_.width) {
      const std::size_t half = (out_.legend.size() + 1) / 2;
      for (std::size_t i = half; i < out_.legend.size(); ++i) {
        DiagramRect& at = out_.legend[i].at;
        const float up = at.min.y - out_.legend[i - half].at.min.y, over = out_.width / 2;
        at = {{at.min.x + over, at.min.y - up}, {at.max.x + over, at.max.y - up}};
      }
      y = out_.legend[half - 1].at.max.y;
    }
    out_.height = y + 2;
  }

  const MeasureText& measure_;
  bool numbered_;
  float half_width_ = 0, half_height_ = 0, top_ = 0, step_ = 0;
  DiagramLayout out_;
};

// A vertical or horizontal part of an arrow as a rectangle.
DiagramRect thin(ImVec2 a, ImVec2 b) {
  return {{std::min(a.x, b.x) - .5F, std::min(a.y, b.y) - .5F},
          {std::max(a.x, b.x) + .5F, std::max(a.y, b.y) + .5F}};
}

bool crosses(const DiagramArrow& arrow, const DiagramRect& rect) {
  for (std::size_t i = 1; i < arrow.path.size(); ++i) {
    if (thin(arrow.path[i - 1], arrow.path[i]).overlaps(rect)) return true;
  }
  return false;
}

bool fits(const DiagramLayout& layout) {
  for (const DiagramArrow& arrow : layout.arrows) {
    const DiagramRect& label = arrow.label_at;
    if (label.min.x < 0 || label.min.y < 0 || label.max.x > layout.width) return false;
    for (const DiagramNode& node : layout.nodes) {
      if (node.at.overlaps(label)) return false;
    }
    for (const DiagramArrow& other : layout.arrows) {
      if (crosses(other, label)) return false;
      if (&other != &arrow && other.label_at.overlaps(label)) return false;
    }
  }
  return true;
}

}  // namespace

DiagramLayout layout_diagram(float width, float type_size, const MeasureText& measure) {
  for (const float part : {.9F, .8F, .72F}) {
    DiagramLayout layout = Placing(width, type_size, type_size * part, false, measure).place();
    if (fits(layout)) return layout;
  }
  return Placing(width, type_size, type_size * .8F, true, measure).place();
}

DiagramLayout layout_diagram_within(ImVec2 room, float type_size, const MeasureText& measure) {
  DiagramLayout layout;
  for (const float part : {1.5F, 1.3F, 1.15F, 1.F, .9F, .8F, .7F}) {
    const float size = type_size * part;
    layout = layout_diagram(std::min(room.x, size * widest_diagram), size, measure);
    if (layout.height <= room.y) break;
  }
  return layout;
}

// --- drawing

namespace {

class Drawing {
 public:
  Drawing(ImDrawList& list, ImFont* font, ImVec2 origin, const DiagramLayout& layout,
          const std::array<EndDetails, 2>& ends, const DiagramColors& colors)
      : list_(list), font_(font), origin_(origin), layout_(layout), ends_(ends), colors_(colors) {}

  void draw() {
    for (const DiagramArrow& arrow : layout_.arrows) draw_path(arrow.path, colors_.faint, 1);
    for (int end = 0; end < 2; ++end) draw_way(end);
    for (const DiagramNode& node : layout_.nodes) draw_node(node);
    for (const DiagramArrow& arrow : layout_.arrows) {
      float y = arrow.label_at.min.y;
      for (const std::string& line : arrow.label) {
        text({arrow.label_at.min.x, y}, line, layout_.label_size, colors_.ink);
        y += layout_.label_size;
      }
    }
    for (const DiagramLegend& line : layout_.legend)
      text(line.at.min, line.text, layout_.label_size,
           went(line.transition) ? colors_.ink : colors_.faint);
  }

 private:
  ImVec2 place(ImVec2 p) const { return {origin_.x + p.x, origin_.y + p.y}; }
  void text(ImVec2 at, std::string_view words, float size, ImU32 color) {
    list_.AddText(font_, size, place(at), color, words.data(), words.data() + words.size());
  }

  void draw_path(std::span<const ImVec2> path, ImU32 color, float thickness, float aside = 0) {
    for (std::size_t i = 1; i < path.size(); ++i) {
      const ImVec2 a = place(path[i - 1]), b = place(path[i]);
      list_.AddLine({a.x + aside, a.y + aside}, {b.x + aside, b.y + aside}, color, thickness);
    }
    const ImVec2 from = place(path[path.size() - 2]), to = place(path.back());
    const float length = std::hypot(to.x - from.x, to.y - from.y);
    if (length <= 0) return;
    const ImVec2 d{(to.x - from.x) / length, (to.y - from.y) / length};
    const float head = 5 + thickness;
    list_.AddTriangleFilled(
        to, {to.x - d.x * head - d.y * head * .5F, to.y - d.y * head + d.x * head * .5F},
        {to.x - d.x * head + d.y * head * .5F, to.y - d.y * head - d.x * head * .5F}, color);
  }

  bool went(std::size_t transition) const {
    const Transition& t = model::transitions()[transition];
    return std::ranges::any_of(ends_, [&](const EndDetails& end) {
      return std::ranges::any_of(end.way,
                                 [&](const Passed& p) { return p.from == t.from && p.to == t.to; });
    });
  }

  const DiagramNode& node_of(TcpState state, bool again) const {
    return *std::ranges::find_if(layout_.nodes, [&](const DiagramNode& n) {
      return n.state == state && (n.again == again || state != closed);
    });
  }

  // Bold, with the end's mark on the middle of its longest part.
  void draw_way(int end) {
    for (const Passed& passed : ends_[static_cast<std::size_t>(end)].way) {
      if (passed.from == passed.to) continue;
      const auto arrow = std::ranges::find_if(layout_.arrows, [&](const DiagramArrow& a) {
        const Transition& t = model::transitions()[a.transition];
        return t.from == passed.from && t.to == passed.to;
      });
      std::vector<ImVec2> path;
      if (arrow != layout_.arrows.end()) {
        path = arrow->path;
      } else {
        path = straight(node_of(passed.from, false).at, node_of(passed.to, true).at);
      }
      const ImU32 color = colors_.end[static_cast<std::size_t>(end)];
      draw_path(path, color, 3, end == 0 ? -1.F : 1.F);
      draw_mark(end, path, color);
    }
  }

  // For the arrows that the figure leaves out: from side to side of two boxes.
  static std::vector<ImVec2> straight(const DiagramRect& from, const DiagramRect& to) {
    const auto middle = [](const DiagramRect& r) {
      return ImVec2{(r.min.x + r.max.x) / 2, (r.min.y + r.max.y) / 2};
    };
    const auto edge = [&](const DiagramRect& r, ImVec2 towards) {
      const ImVec2 c = middle(r);
      const float dx = towards.x - c.x, dy = towards.y - c.y;
      const float tx = dx == 0 ? 1e9F : (r.max.x - c.x) / std::abs(dx);
      const float ty = dy == 0 ? 1e9F : (r.max.y - c.y) / std::abs(dy);
      const float t = std::min(tx, ty);
      return ImVec2{c.x + dx * t, c.y + dy * t};
    };
    return {edge(from, middle(to)), edge(to, middle(from))};
  }

  void draw_mark(int end, const std::vector<ImVec2>& path, ImU32 color) {
    std::size_t longest = 1;
    const auto length = [&](std::size_t i) {
      return std::hypot(path[i].x - path[i - 1].x, path[i].y - path[i - 1].y);
    };
    for (std::size_t i = 2; i < path.size(); ++i) {
      if (length(i) > length(longest)) longest = i;
    }
    const float along = end == 0 ? .35F : .6F;
    const ImVec2 a = path[longest - 1], b = path[longest];
    draw_end_mark(list_, end, place({a.x + (b.x - a.x) * along, a.y + (b.y - a.y) * along}),
                  layout_.label_size * .35F, color);
  }

  void draw_node(const DiagramNode& node) {
    const ImVec2 min = place(node.at.min), max = place(node.at.max);
    const bool first = is_in(ends_[0], node), second = is_in(ends_[1], node);
    list_.AddRectFilled(min, max, first || second ? colors_.fill : colors_.back, 4);
    list_.AddRect(min, max, first || second ? colors_.ink : colors_.faint, 4, 0,
                  first || second ? 2.F : 1.F);
    const std::string_view name = model::rfc_name(node.state);
    const ImVec2 size =
        font_->CalcTextSizeA(layout_.node_size, 1e9F, 0, name.data(), name.data() + name.size());
    const float middle = (node.at.min.x + node.at.max.x) / 2;
    const float down =
        first || second ? layout_.node_size * .15F : (node.at.max.y - node.at.min.y - size.y) / 2;
    text({middle - size.x / 2, node.at.min.y + down}, name, layout_.node_size, colors_.ink);
    for (int end = 0; end < 2; ++end) {
      if (!(end == 0 ? first : second)) continue;
      const bool alone = first != second;
      const float left = alone || end == 0 ? node.at.min.x : middle;
      draw_name(end, {left + 3, node.at.min.y + layout_.node_size * 1.3F},
                (alone ? node.at.max.x - left : (node.at.max.x - node.at.min.x) / 2) - 6);
    }
  }

  void draw_name(int end, ImVec2 at, float width) {
    const auto index = static_cast<std::size_t>(end);
    const float size = layout_.label_size, radius = size * .35F;
    draw_end_mark(list_, end, place({at.x + radius, at.y + size / 2}), radius, colors_.end[index]);
    const ImVec2 min = place({at.x + 2 * radius + 3, at.y}),
                 max = place({at.x + width, at.y + size});
    const std::string& name = ends_[index].name;
    // A name a little too long is written smaller; an address is cut, and stands whole beside.
    const char* const to = name.data() + name.size();
    const float needed = font_->CalcTextSizeA(size, 1e9F, 0, name.data(), to).x;
    const float fitting = size * std::clamp((max.x - min.x) / needed, .7F, 1.F);
    const ImVec4 clip{min.x - 1, min.y - 2, max.x + 1, max.y + 4};
    list_.AddText(font_, fitting, {min.x, min.y + (size - fitting) / 2}, colors_.ink, name.data(),
                  to, 0, &clip);
  }

  ImDrawList& list_;
  ImFont* font_;
  ImVec2 origin_;
  const DiagramLayout& layout_;
  const std::array<EndDetails, 2>& ends_;
  const DiagramColors& colors_;
};

}  // namespace

bool is_in(const EndDetails& end, const DiagramNode& node) {
  if (!end.state || *end.state != node.state) return false;
  return node.state != closed || node.again == !end.way.empty();
}

void draw_end_mark(ImDrawList& list, int end, ImVec2 center, float radius, ImU32 color) {
  if (end == 0) {
    list.AddCircleFilled(center, radius, color, 16);
  } else {
    list.AddRectFilled({center.x - radius, center.y - radius},
                       {center.x + radius, center.y + radius}, color);
  }
}

void draw_diagram(ImDrawList& list, ImFont* font, ImVec2 origin, const DiagramLayout& layout,
                  const std::array<EndDetails, 2>& ends, const DiagramColors& colors) {
  Drawing(list, font, origin, layout, ends, colors).draw();
}

}  // namespace synoptic::gui
