// Text: a Scene whose units are character cells, drawn on a grid of them. A lane's glyph tells the
// state it is in.
#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "viz/export/export.hh"
#include "viz/ladder/cells.hh"
#include "viz/ladder/layout.hh"

namespace synoptic::exporting {
namespace {

using ladder::Role;

constexpr char32_t taken = 0;  // the second cell of a wide character

char32_t lane_glyph(model::TcpState state) {
  using enum model::TcpState;
  switch (state) {
    case closed:
    case listen: return U'┊';
    case syn_sent:
    case syn_received: return U'│';
    case established: return U'┃';
    case fin_wait_1:
    case fin_wait_2:
    case close_wait:
    case closing:
    case last_ack:
    case time_wait: return U'║';
  }
  return U'│';
}

char32_t arrow_glyph(const ladder::Line& line) {
  if (line.broken) return U'╌';
  return line.role == Role::datagram || line.role == Role::icmp ? U'┄' : U'─';
}

class Grid {
 public:
  explicit Grid(const ladder::Scene& scene)
      : width_(column(scene.width, scene)),
        rows_(static_cast<std::size_t>(std::ceil(scene.height / scene.row_height))) {
    for (auto& row : rows_) row.assign(width_, U' ');
  }

  void draw(const ladder::Scene& scene) {
    for (const ladder::Line& line : scene.lines)
      if (line.role == Role::lane) vertical(line.from, line.to, U'┊', scene);
    // One cell for all the connections of a lane: an open one is seen before one that is closing.
    for (const char32_t glyph : {U'┊', U'│', U'║', U'┃'})
      for (const ladder::Box& box : scene.boxes)
        if (box.role == Role::state_bar && lane_glyph(box.state) == glyph)
          vertical(box.min, {box.min.x, box.max.y}, glyph, scene);
    for (const ladder::Box& box : scene.boxes)
      if (box.role == Role::reason) clear(box, scene);
    for (const ladder::Line& line : scene.lines)
      if (line.role != Role::lane) arrow(line, scene);
    for (const ladder::Text& text : scene.texts) write(text, scene);
  }

  std::string str() const {
    std::string out;
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      const std::size_t begin = out.size();
      for (std::size_t c = 0; c < width_; ++c) {
        if (rows_[r][c] != taken) ladder::append_character(out, rows_[r][c]);
        if (const auto found = marks_.find({r, c}); found != marks_.end())
          for (const char32_t mark : found->second) ladder::append_character(out, mark);
      }
      const std::size_t last = out.find_last_not_of(' ');
      out.resize(last == std::string::npos || last + 1 < begin ? begin : last + 1);
      out += '\n';
    }
    return out;
  }

 private:
  static std::size_t column(double x, const ladder::Scene& scene) {
    return static_cast<std::size_t>(std::max(0.0, std::floor(x / scene.char_width + 1e-6)));
  }
  static std::size_t row(double y, const ladder::Scene& scene) {
    return static_cast<std::size_t>(std::max(0.0, std::floor(y / scene.row_height + 1e-6)));
  }
  void put(std::size_t r, std::size_t c, char32_t glyph) {
    if (r >= rows_.size() || c >= width_) return;
    std::vector<char32_t>& row = rows_[r];
    // Half of a wide character is none: what is left of it becomes a blank.
    if (row[c] == taken && c > 0) row[c - 1] = U' ';
    if (c + 1 < width_ && row[c + 1] == taken) row[c + 1] = U' ';
    row[c] = glyph;
  }
  void put_wide(std::size_t r, std::size_t c, char32_t glyph) {
    if (r >= rows_.size() || c + 1 >= width_) return;
    put(r, c, glyph);
    put(r, c + 1, U' ');
    rows_[r][c + 1] = taken;
  }

  void vertical(ladder::Point from, ladder::Point to, char32_t glyph, const ladder::Scene& scene) {
    for (std::size_t r = row(from.y, scene); r < row(to.y, scene); ++r)
      put(r, column(from.x, scene), glyph);
  }

  void clear(const ladder::Box& box, const ladder::Scene& scene) {
    for (std::size_t r = row(box.min.y, scene); r < std::min(row(box.max.y, scene), rows_.size());
         ++r)
      std::ranges::fill(rows_[r], U' ');
  }

  void arrow(const ladder::Line& line, const ladder::Scene& scene) {
    const std::size_t r = row(line.from.y, scene), from = column(line.from.x, scene),
                      to = column(line.to.x, scene);
    const auto [left, right] = std::minmax(from, to);
    for (std::size_t c = left + 1; c < right; ++c)
      if (!is_lane(r, c)) put(r, c, arrow_glyph(line));  // it passes behind lanes
    if (line.arrow && from < to) put(r, to - 1, U'▶');
    if (line.arrow && from > to) put(r, to + 1, U'◀');
  }

  bool is_lane(std::size_t r, std::size_t c) const {
    return r < rows_.size() && c < width_ &&
           std::u32string_view(U"┊│┃║").find(rows_[r][c]) != std::u32string_view::npos;
  }

  void write(const ladder::Text& text, const ladder::Scene& scene) {
    const ladder::Extent room = ladder::extent(text, scene);
    const std::size_t r = row(text.at.y - 0.5 * scene.row_height, scene);
    std::size_t c = column(room.min.x, scene);
    const bool on_arrow = text.role == Role::packet_line;
    if (on_arrow && c > 0) put_over_arrow(r, c - 1);
    std::string_view rest = text.text;
    while (!rest.empty()) {
      const char32_t glyph = ladder::take_character(rest);
      const int width = ladder::cells(glyph);
      if (width == 0 && c > 0) marks_[{r, c - 1}].push_back(glyph);
      if (width == 1) put(r, c, glyph);
      if (width == 2) put_wide(r, c, glyph);
      c += static_cast<std::size_t>(width);
    }
    if (on_arrow) put_over_arrow(r, c);
  }
  void put_over_arrow(std::size_t r, std::size_t c) {
    if (r < rows_.size() && c < width_ &&
        (rows_[r][c] == U'─' || rows_[r][c] == U'┄' || rows_[r][c] == U'╌'))
      rows_[r][c] = U' ';
  }

  std::size_t width_;
  std::vector<std::vector<char32_t>> rows_;
  std::map<std::pair<std::size_t, std::size_t>, std::u32string>
      marks_;  // combining characters, after a cell
};

}  // namespace

std::string to_text(const ladder::Scene& scene) {
  Grid grid(scene);
  grid.draw(scene);
  return grid.str();
}

}  // namespace synoptic::exporting
