// Cells to units, pieces to texts, lines and boxes.
#include "viz/ladder/page.hh"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "viz/ladder/cells.hh"
#include "viz/ladder/role_name.hh"
#include "viz/words/words.hh"

namespace synoptic::ladder {
namespace {

using words::say;
using words::tr;

constexpr std::string_view cross = "✗";  // at the end of an arrow that breaks off

// What a packet's arrow says when it is pointed at.
std::string tip_of(const model::Trace& trace, const model::Event& e) {
  const auto& p = std::get<model::Packet>(e.body);
  std::string tip;
  const auto apart = [&tip] { tip += tip.empty() ? "" : tr("; "); };
  if (e.kind == model::EventKind::segment) {
    tip = say("{} raw seq {}", wire::tcpdump_flags(p.ctl), p.seq.raw);
    if (p.ctl.has(wire::ACK)) tip += say(", ack {}", p.ack.raw);
  }
  if (p.has_arrived() && trace.source() == model::Source::simulated) {
    apart();
    tip += say("on its way for {}", model::format_duration(p.arrived - e.t));
  }
  const model::WhyInfo& why = model::info(e.why);
  if (!why.text.empty()) {
    apart();
    tip += tr(std::string(why.text).c_str());
    if (!why.rfc.empty()) tip += say(" ({})", why.rfc);
  }
  return tip;
}

// Ends of one machine differ by their ports: of what is too long the address goes first.
std::string shorten_address(const wire::SocketAddress& address, int max_cells) {
  const std::string whole = address.str();
  const std::size_t port = whole.rfind(':');
  const int room =
      port == std::string::npos ? 0 : max_cells - cells(std::string_view(whole).substr(port));
  if (cells(whole) <= max_cells || room < 2) return shorten(whole, max_cells);
  return shorten(whole.substr(0, port), room) + whole.substr(port);
}

}  // namespace

std::string short_time(model::Duration since) {
  const double s = static_cast<double>(since.ns) / 1e9;
  if (since.ns == 0) return "0";
  if (since.ns < 999'500) return fmt::format("{:.0f}µs", s * 1e6);
  if (since.ns < 9'950'000) return fmt::format("{:.1f}ms", s * 1e3);
  if (since.ns < 999'500'000) return fmt::format("{:.0f}ms", s * 1e3);
  if (s < 9.995) return fmt::format("{:.2f}s", s);
  if (s < 99.95) return fmt::format("{:.1f}s", s);
  if (s < 9999.5) return fmt::format("{:.0f}s", s);
  return fmt::format("{:.0f}h", s / 3600);
}

std::string whole_time(model::Duration since) {
  return fmt::format("{}.{:06}", since.ns / 1'000'000'000, since.ns / 1000 % 1'000'000);
}

Page::Page(const LayoutOptions& options, int columns)
    : options_(options), columns_(columns), widest_(columns) {
  scene_.char_width = options.metrics.char_width;
  scene_.row_height = options.metrics.row_height;
}

// Larger type where a line is high enough for it: in pixels, not in cells.
double Page::scale_of(Role role) const {
  if (!drawn()) return 1;
  return role == Role::title || role == Role::verdict_same ? 1.35
         : role == Role::side_title                        ? 1.15
                                                           : 1;
}

void Page::text(int line, int column, std::string text, Role role, Anchor anchor, int room,
                Side side) {
  if (text.empty()) return;
  const double at = anchor == Anchor::middle ? centre(column) : x(column), scale = scale_of(role);
  room = static_cast<int>(room / scale);
  scene_.texts.push_back({{at, baseline(line)},
                          shorten(printable(text), room),
                          role,
                          anchor,
                          x(room * scale),
                          side,
                          model::EventId::none,
                          std::nullopt,
                          scale});
}

void Page::paragraph(std::string_view what, Role role, int indent, int hanging) {
  const std::string clean = printable(what);
  int column = indent;
  std::string_view rest = clean;
  // A text with a ground of its own keeps clear of its edge, as it does at the left.
  const int edge = drawn() && role == Role::reason ? 1 : 0;
  const int room = static_cast<int>((columns_ - indent - hanging - edge) / scale_of(role));
  for (std::string& line : wrap(rest, room)) {
    text(line_++, column, std::move(line), role, Anchor::start, columns_ - column);
    column = indent + hanging;
  }
}

void Page::band(int from_line, int to_line) {
  scene_.boxes.push_back(
      {.min = {0, y(from_line)}, .max = {x(columns_), y(to_line)}, .role = Role::band});
}

void Page::ground(int from_line, int to_line) {
  scene_.boxes.push_back(
      {.min = {0, y(from_line)}, .max = {x(columns_), y(to_line)}, .role = Role::reason});
}

void Page::heading(const std::string& name) {
  if (drawn()) skip(1);
  paragraph(drawn() ? name : "═══ " + name + " ═══", Role::title);
  if (drawn()) skip(1);
}

void Page::side_title(Side side, int line, int left, int width, const std::string& name) {
  if (!drawn()) {
    std::string rule = "── " + name + " ";
    for (int used = cells(rule); used < width - 1; ++used) rule += "─";
    return text(line, left, rule, Role::side_title, Anchor::start, width, side);
  }
  scene_.boxes.push_back({.min = {x(left), y(line - 0.1)},
                          .max = {x(left + width), y(line + 1.15)},
                          .role = Role::side_title,
                          .side = side});
  text(line, left + width / 2, name, Role::side_title, Anchor::middle, width, side);
}

void Page::verdict(int line, int column, const std::string& name, bool same) {
  const Role role = same ? Role::verdict_same : Role::verdict_differs;
  const int width = cells(name);
  if (drawn() && !same)
    scene_.boxes.push_back({.min = {centre(column) - x(width / 2.0 + 0.7), y(line + 0.02)},
                            .max = {centre(column) + x(width / 2.0 + 0.7), y(line + 1.02)},
                            .role = role});
  text(line, column, name, role, Anchor::middle, width + 2);
}

void Page::row_mark(std::size_t row, int from_line, int to_line, int column, int width) {
  if (!drawn() || from_line >= to_line) return;
  scene_.row_marks.push_back({.min = {x(column), y(from_line)},
                              .max = {x(column + width), y(to_line)},
                              .row = static_cast<std::uint32_t>(row)});
}

int Page::lane_heads(const Strip& strip, int line) {
  const Columns& c = strip.columns;
  const std::size_t n = c.lane.size();
  const int inner = n < 2 ? c.right() - c.left : c.gap(0);
  const auto is_udp = [&](model::EndpointId lane) {
    return (*strip.trace)[lane].protocol == model::Protocol::udp;
  };
  // TCP's ports are not UDP's: where both are in one picture each says whose it is.
  const auto udp_lanes = std::ranges::count_if(strip.lanes, is_udp);
  const bool both = udp_lanes > 0 && udp_lanes < std::ssize(strip.lanes);
  for (std::size_t k = 0; k < n; ++k) {
    const model::Endpoint& endpoint = (*strip.trace)[strip.lanes[k]];
    const std::string protocol = !both ? "" : is_udp(endpoint.id) ? " UDP" : " TCP";
    const bool known = endpoint.address.port != 0 || !endpoint.address.ip.is_unspecified();
    std::string address = known ? endpoint.address.str() : "";
    if (address == endpoint.name) address.clear();
    const std::string role = role_name(endpoint.name);
    // At the outer lanes without a margin the text leans inwards; neighbours share the room between
    // them.
    const bool lean = c.margin == 0 && n > 1, outer = k == 0 || k + 1 == n;
    const Anchor anchor = !lean || !outer ? Anchor::middle : k == 0 ? Anchor::start : Anchor::end;
    const int column = anchor == Anchor::end ? c.lane[k] + 1 : c.lane[k];
    const int fit = n < 2    ? inner
                    : !lean  ? std::min(2 * c.margin - 2, inner)
                    : n == 2 ? inner / 2
                    : outer  ? inner * 13 / 20
                             : inner * 3 / 5;
    const std::string name = shorten(role, fit);
    const std::string below =
        address.empty() ? protocol.substr(std::min<std::size_t>(1, protocol.size()))
                        : shorten_address(endpoint.address, fit - cells(protocol)) + protocol;
    text(line, column, name, Role::lane_name, anchor, fit, strip.side);
    text(line + 1, column, below, Role::lane_address, anchor, fit, strip.side);
    if (!drawn()) continue;
    const double width = std::min(std::max({cells(name), cells(below), 12}) + 2.0, fit + 1.0);
    const double left = anchor == Anchor::start ? x(column - 0.5)
                        : anchor == Anchor::end ? x(column + 0.5 - width)
                                                : centre(column) - x(width / 2);
    scene_.boxes.push_back({.min = {left, y(line - 0.1)},
                            .max = {left + x(width), y(line + (below.empty() ? 1.15 : 2.15))},
                            .role = Role::lane_name,
                            .side = strip.side});
  }
  drawn_[static_cast<int>(strip.side)] =
      Drawn{.top = drawn() ? line + 1 : line + 2,  // from under the box
            .first_text = scene_.texts.size(),
            .half_width = half_widths(strip)};
  return n == 0 ? 0 : drawn() ? 3 : 2;
}

// Of each lane's bars: a lane that has several states at a time is wider, where that can be drawn.
std::vector<double> Page::half_widths(const Strip& strip) const {
  std::vector<std::set<model::FlowId>> bars(strip.lanes.size());
  for (const StripRow& row : strip.rows)
    for (const Placed& placed : row.placed)
      if (placed.piece.state)
        bars[placed.piece.lane].insert((*strip.trace)[placed.piece.event].flow);
  std::vector<double> widths;
  for (const auto& lane : bars)
    widths.push_back(drawn() && lane.size() > 1
                         ? std::min(0.9, 0.35 + 0.15 * static_cast<double>(lane.size()))
                         : 0.4);
  return widths;
}

void Page::time_label(const Strip& strip, const StripRow& row, int line) {
  Drawn& drawn = drawn_[static_cast<int>(strip.side)];
  if (!drawn.last_time.empty() && drawn.last_row == row.t) return;
  drawn.last_row = row.t;
  const model::Duration since = row.t - strip.start;
  std::string label = strip.columns.time > 6 ? whole_time(since) : short_time(since);
  if (label == drawn.last_time) return;
  const int right = strip.columns.left + strip.columns.time - 1;
  scene_.texts.push_back({{x(right), baseline(line)},
                          label,
                          Role::time_label,
                          Anchor::end,
                          x(strip.columns.time - 1),
                          strip.side,
                          row.placed.empty() ? row.arrives : row.placed.front().piece.event});
  drawn.last_time = std::move(label);
}

void Page::packet(const Strip& strip, const Placed& placed, int line) {
  const Piece& piece = placed.piece;
  const model::Event& e = (*strip.trace)[piece.event];
  const int from = strip.columns.lane[piece.lane], to = strip.columns.lane[piece.lane_to];
  const bool broken = piece.role == Role::segment_lost, lost = broken && !piece.damaged;
  const double toward = to > from ? 1 : -1, slope = options_.metrics.arrow_slope;
  const int arrow_line = line + (placed.label_above ? 1 : 0);
  const double above = slope > 0 ? 0.1 : 0.5;
  Drawn& drawn = drawn_[static_cast<int>(strip.side)];
  const auto edge = [&](std::size_t lane) { return x(drawn.half_width[lane] + 0.05); };
  Line arrow{.from = {centre(from) + toward * edge(piece.lane), y(arrow_line + above)},
             .to = {centre(to) - toward * edge(piece.lane_to), y(arrow_line + above + slope)},
             .role = piece.role,
             .arrow = !broken,
             .broken = broken,
             .side = strip.side,
             .event = e.id,
             .tip = this->drawn() ? tip_of(*strip.trace, e) : ""};  // nobody points at cells
  double far = 1;
  std::optional<std::size_t> mark;
  if (broken) {
    far = lost ? 0.8 : 1 - x(1) / std::abs(arrow.to.x - arrow.from.x);
    arrow.to = {arrow.from.x + (arrow.to.x - arrow.from.x) * far,
                arrow.from.y + (arrow.to.y - arrow.from.y) * far};
    const double mark_x =
        slope > 0 ? arrow.to.x + toward * 0.5 * options_.metrics.char_width
        : lost    ? x(std::floor(arrow.to.x / options_.metrics.char_width) + toward) + x(0.5)
                  : x(to - toward) + x(0.5);
    mark = scene_.texts.size();
    scene_.texts.push_back({{mark_x, slope > 0 ? arrow.to.y + 0.35 * options_.metrics.row_height
                                               : baseline(arrow_line)},
                            std::string(cross),
                            Role::loss_mark,
                            Anchor::middle,
                            x(2),
                            strip.side,
                            e.id,
                            std::nullopt,
                            slope > 0 ? 1.5 : 1});
  }
  if (piece.number != 0) drawn.numbered[e.id] = scene_.lines.size();
  if (piece.about != 0) drawn.about.push_back(scene_.lines.size());
  if (placed.falls_to)
    drawn.falling.push_back({.line = scene_.lines.size(),
                             .until = *placed.falls_to,
                             .far = far,
                             .lost = lost,
                             .mark = mark});
  if (placed.lines.empty()) {
    scene_.lines.push_back(std::move(arrow));
    return;
  }
  // In the middle, in whole cells, so that texts fall on the grid.
  const int width = cells(placed.lines[0]);
  int first = placed.label_first + (placed.label_last - placed.label_first - width) / 2;
  if (lost && slope == 0) first = to > from ? from + 3 : from - 2 - width;
  if (placed.anchor == Anchor::start) first = std::min({from, to, strip.columns.right() - width});
  scene_.lines.push_back(std::move(arrow));
  const bool drawn_by_pixels = slope > 0;  // centred in its box, whatever the type's real width is
  scene_.texts.push_back({{x(drawn_by_pixels ? first + width / 2.0 : first), baseline(line)},
                          placed.lines[0],
                          Role::packet_line,
                          drawn_by_pixels ? Anchor::middle : Anchor::start,
                          x(width),
                          strip.side,
                          e.id});
  if (slope > 0)
    scene_.boxes.push_back({.min = {x(first - 0.5), y(line + 0.06)},
                            .max = {x(first + width + 0.5), y(line + 0.98)},
                            .role = piece.role,
                            .side = strip.side,
                            .event = e.id});
}

void Page::row(const Strip& strip, const StripRow& row, int line) {
  const bool silence = !row.placed.empty() && row.placed.front().piece.kind == Piece::Kind::gap;
  if (!row.placed.empty() || row.arrives != model::EventId::none) time_label(strip, row, line);
  Drawn& drawn = drawn_[static_cast<int>(strip.side)];
  if (!silence) drawn.heights.emplace_back(row.t, y(line));
  widest_ = std::max(widest_, strip.columns.right());
  for (const Placed& placed : row.placed) {
    const Piece& piece = placed.piece;
    if (piece.kind == Piece::Kind::packet) {
      packet(strip, placed, line);
      continue;
    }
    const int column = placed.anchor == Anchor::end ? placed.last : placed.first;
    int at = line + placed.down;
    for (const std::string& text : placed.lines)
      scene_.texts.push_back({{x(column), baseline(at++)},
                              text,
                              piece.role,
                              placed.anchor,
                              x(placed.last - placed.first),
                              strip.side,
                              piece.event,
                              piece.state});
    if (piece.state)
      drawn.states[{piece.lane, (*strip.trace)[piece.event].flow}].push_back(
          {line, *piece.state, piece.event});
  }
}

// Each connection has a bar of its own on its lane; where a lane has several they stand side by
// side, a listening socket's first, and half as wide.
void Page::state_bars(const Strip& strip, Drawn& drawn, int bottom) {
  std::map<std::size_t, double> parts, next;
  struct Bar {
    std::size_t lane;
    double part;
    const std::vector<StateSpan>* spans;
  };
  std::vector<Bar> bars;
  for (const bool listening : {true, false})
    for (const auto& [key, spans] : drawn.states)
      if ((key.second == model::FlowId::none) == listening)
        bars.push_back({key.first, listening ? 0.5 : 1, &spans}),
            parts[key.first] += bars.back().part;
  for (const Bar& bar : bars) {
    const std::vector<StateSpan>& spans = *bar.spans;
    const double half = drawn.half_width[bar.lane], part = x(2 * half) / parts[bar.lane];
    const double left = centre(strip.columns.lane[bar.lane]) - x(half) +
                        std::exchange(next[bar.lane], next[bar.lane] + bar.part) * part;
    const double apart = this->drawn() && parts[bar.lane] > 1 ? x(0.08) : 0;
    for (std::size_t i = 0; i < spans.size(); ++i) {
      const int to = i + 1 < spans.size() ? spans[i + 1].line : bottom;
      if (to == spans[i].line && i + 1 < spans.size()) continue;
      scene_.boxes.push_back({.min = {left, y(spans[i].line)},
                              .max = {left + bar.part * part - apart, y(to)},
                              .role = Role::state_bar,
                              .state = spans[i].state,
                              .side = strip.side,
                              .event = spans[i].event});
    }
  }
}

void Page::end_strip(const Strip& strip, int line) {
  Drawn& drawn = drawn_[static_cast<int>(strip.side)];
  for (const int lane : strip.columns.lane)
    scene_.lines.push_back({.from = {centre(lane), y(drawn.top)},
                            .to = {centre(lane), y(line)},
                            .role = Role::lane,
                            .side = strip.side});
  state_bars(strip, drawn, line);
  drawn.heights.emplace_back(model::Instant{std::numeric_limits<std::int64_t>::max()}, y(line));
  let_fall(drawn);
  if (!this->drawn()) return;
  tie_messages(strip, drawn);
  clear_words(drawn, strip.side);
}

// From the end of the arrow that an ICMP message is about around the lane to where the message's
// own begins: behind the lane, where it covers no words; in front of it at the picture's edge.
void Page::tie_messages(const Strip& strip, const Drawn& drawn) {
  for (const std::size_t place : drawn.about) {
    const Line message = scene_.lines[place];
    const auto found = drawn.numbered.find((*strip.trace)[message.event].cause);
    if (found == drawn.numbered.end()) continue;
    const Line cause = scene_.lines[found->second];
    const bool right = cause.to.x > cause.from.x;
    const auto [least, most] = std::minmax({cause.to.x, message.from.x});
    double at = right ? most + x(1.6) : least - x(1.6);
    if (at < x(strip.columns.left) || at > x(strip.columns.right()))
      at = right ? least - x(0.7) : most + x(0.7);
    const Point corners[] = {cause.to, {at, cause.to.y}, {at, message.from.y}, message.from};
    for (std::size_t i = 0; i + 1 < std::size(corners); ++i)
      scene_.lines.push_back({.from = corners[i],
                              .to = corners[i + 1],
                              .role = Role::icmp_tie,
                              .side = strip.side,
                              .event = message.event});
  }
}

// In proportional time an arrow ends at the height of the moment at which it arrives.
void Page::let_fall(const Drawn& drawn) {
  // The texts of this strip, from top to bottom, for what breaks off among them.
  std::vector<std::size_t> texts;
  if (std::ranges::any_of(drawn.falling, &Falling::lost)) {
    for (std::size_t i = drawn.first_text; i < scene_.texts.size(); ++i)
      if (scene_.texts[i].text != cross) texts.push_back(i);
    std::ranges::sort(texts, {}, [&](std::size_t i) { return std::pair(scene_.texts[i].at.y, i); });
  }
  for (const Falling& falling : drawn.falling) {
    const auto after = std::ranges::lower_bound(drawn.heights, falling.until, {},
                                                &std::pair<model::Instant, double>::first);
    if (after == drawn.heights.begin() || after + 1 == drawn.heights.end()) continue;
    const auto before = after - 1;
    const double part =
        static_cast<double>((falling.until - before->first).ns) /
        static_cast<double>(std::max<std::int64_t>(1, (after->first - before->first).ns));
    Line& arrow = scene_.lines[falling.line];
    const double fall = before->second + part * (after->second - before->second) - arrow.from.y;
    if (falling.lost && falling.mark) {
      break_off(arrow, scene_.texts[*falling.mark], (arrow.to.x - arrow.from.x) / falling.far,
                std::max(fall, (arrow.to.y - arrow.from.y) / falling.far), falling.far, texts);
      continue;
    }
    const double deeper = arrow.from.y + fall * falling.far - arrow.to.y;
    if (deeper <= 0) continue;
    arrow.to.y += deeper;
    if (falling.mark) scene_.texts[*falling.mark].at.y += deeper;
  }
}

// A lost one goes the way of the others, and breaks off where neither it nor its ✗ meets a text;
// where that is all too soon, it falls less.
void Page::break_off(Line& arrow, Text& mark, double whole_x, double whole_y, double far,
                     std::span<const std::size_t> texts) {
  constexpr double step = 0.01, too_soon = 0.2;
  const double row = options_.metrics.row_height, cell = options_.metrics.char_width;
  const auto y_of = [&](std::size_t i) { return scene_.texts[i].at.y; };
  const auto first = std::ranges::lower_bound(texts, arrow.from.y - row, {}, y_of);
  const auto meets = [&](double x, double y) {
    for (auto i = first; i != texts.end() && y_of(*i) < y + 2 * row; ++i) {
      const Text& text = scene_.texts[*i];
      const Extent e = extent(text, scene_);
      const double top = e.min.y + 0.08 * row, bottom = e.max.y - 0.02 * row;
      if (text.role == Role::loss_mark && y > top) return true;  // its words lie on the way
      if (y > top - 0.38 * row && y < bottom + 0.38 * row && x > e.min.x - cell &&
          x < e.max.x + cell)
        return true;
    }
    return false;
  };
  const double least_y = y(options_.metrics.arrow_slope);
  double part = 0;
  for (bool last = false; part < too_soon && !last; whole_y = std::max(whole_y / 2, least_y)) {
    last = whole_y <= least_y;
    for (part = far;
         part > step && meets(arrow.from.x + whole_x * part, arrow.from.y + whole_y * part);)
      part -= step;
    const double down = mark.at.y - arrow.to.y, on = mark.at.x - arrow.to.x;
    arrow.to = {arrow.from.x + whole_x * part, arrow.from.y + whole_y * part};
    mark.at = {arrow.to.x + on, arrow.to.y + down};
  }
}

// Words that an arrow passes on its way get a ground of their own, over the arrow.
void Page::clear_words(const Drawn& drawn, Side side) {
  if (drawn.falling.empty()) return;
  constexpr Role with_ground[] = {Role::packet_line, Role::time_label};
  std::vector<std::size_t> texts;
  for (std::size_t i = drawn.first_text; i < scene_.texts.size(); ++i) {
    const Text& text = scene_.texts[i];
    if (text.side == side && text.text != cross && text.event != model::EventId::none &&
        std::ranges::find(with_ground, text.role) == std::end(with_ground))
      texts.push_back(i);
  }
  const auto y_of = [&](std::size_t i) { return scene_.texts[i].at.y; };
  std::ranges::stable_sort(texts, {}, y_of);
  const double row = options_.metrics.row_height, pad = 0.3 * options_.metrics.char_width;
  std::set<std::size_t> passed;
  for (const Falling& falling : drawn.falling) {
    const Line& arrow = scene_.lines[falling.line];
    const auto [left, right] = std::minmax(arrow.from.x, arrow.to.x);
    const double steep = (arrow.to.y - arrow.from.y) / (arrow.to.x - arrow.from.x);
    const auto height_at = [&](double x) { return arrow.from.y + (x - arrow.from.x) * steep; };
    auto i = std::ranges::lower_bound(texts, arrow.from.y - row, {}, y_of);
    for (; i != texts.end() && y_of(*i) < arrow.to.y + row; ++i) {
      const Extent e = extent(scene_.texts[*i], scene_);
      const double from = std::max(left, e.min.x), to = std::min(right, e.max.x);
      if (from >= to) continue;
      const auto [top, bottom] = std::minmax({height_at(from), height_at(to)});
      if (top < e.max.y && bottom > e.min.y) passed.insert(*i);
    }
  }
  for (const std::size_t i : passed) {
    const Text& text = scene_.texts[i];
    const Extent e = extent(text, scene_);
    scene_.boxes.push_back({.min = {e.min.x - pad, e.min.y},
                            .max = {e.max.x + pad, e.max.y},
                            .role = text.role,
                            .side = side});
  }
}

Scene Page::finish() {
  scene_.width = x(widest_);
  scene_.height = y(line_);
  return std::move(scene_);
}

Extent extent(const Text& text, const Scene& scene) {
  const double width = cells(text.text) * scene.char_width * text.scale;
  const double left = text.anchor == Anchor::start ? text.at.x
                      : text.anchor == Anchor::end ? text.at.x - width
                                                   : text.at.x - width / 2;
  return {{left, text.at.y - 0.78 * scene.row_height},
          {left + width, text.at.y + 0.22 * scene.row_height}};
}

}  // namespace synoptic::ladder
