// A page: a Scene under construction, line after line from the top. Knows cells; the Scene knows
// units.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "viz/ladder/strip.hh"

namespace synoptic::ladder {

class Page {
 public:
  Page(const LayoutOptions& options, int columns);

  int columns() const { return columns_; }
  bool drawn() const { return options_.metrics.arrow_slope > 0; }  // in pixels, not in cells
  int line() const { return line_; }                               // the next free one
  void skip(int lines) { line_ += lines; }
  void go_to(int line) { line_ = line; }

  // Text over the whole width from column `indent` on, wrapped; moves on below it.
  void paragraph(std::string_view text, Role role, int indent = 0, int hanging = 0);
  // One text at a line, in no strip.
  void text(int line, int column, std::string text, Role role, Anchor anchor, int room,
            Side side = Side::sim);
  void band(int from_line, int to_line);    // tints the lines [from, to) behind everything
  void ground(int from_line, int to_line);  // clears them of lanes, for text over the whole width

  void heading(const std::string& name);  // of a conversation among several
  // Which network is shown, over `width` columns from `left` on; takes one line.
  void side_title(Side side, int line, int left, int width, const std::string& name);
  void verdict(int line, int column, const std::string& name, bool same);
  // The lines [from, to) of `width` columns tell of this row of the alignment.
  void row_mark(std::size_t row, int from_line, int to_line, int column, int width);

  // The names and addresses above the lanes; gives the lines they take. Lanes begin below.
  int lane_heads(const Strip& strip, int line);
  // One row of a strip at `line` (its blank_before not counted).
  void row(const Strip& strip, const StripRow& row, int line);
  // Draws the strip's lanes and state bars from where lane_heads() stood down to `line`.
  void end_strip(const Strip& strip, int line);

  Scene finish();

 private:
  struct StateSpan {
    int line;
    model::TcpState state;
    model::EventId event;
  };
  struct Falling {  // an arrow whose end waits for the height of its time
    std::size_t line;
    model::Instant until;
    double far;                       // how far it gets, of the whole way
    bool lost;                        // and if that is too far among the texts, less
    std::optional<std::size_t> mark;  // the ✗ at its end
  };
  struct Drawn {  // of one strip
    int top = 0;
    std::size_t first_text = 0;
    std::vector<double> half_width;  // of each lane's bars, in columns
    std::string last_time;           // as written
    model::Instant last_row;
    std::map<std::pair<std::size_t, model::FlowId>, std::vector<StateSpan>> states;
    std::vector<std::pair<model::Instant, double>> heights;  // the time of each row, and its y
    std::vector<Falling> falling;
    std::map<model::EventId, std::size_t> numbered;  // arrows that ICMP messages are about: lines
    std::vector<std::size_t> about;                  // those messages' arrows
  };

  double x(double column) const { return column * options_.metrics.char_width; }
  double y(double line) const { return line * options_.metrics.row_height; }
  double baseline(int line) const { return y(line + 0.78); }
  double centre(int column) const { return x(column + 0.5); }
  double scale_of(Role role) const;
  std::vector<double> half_widths(const Strip& strip) const;
  void packet(const Strip& strip, const Placed& placed, int line);
  void state_bars(const Strip& strip, Drawn& drawn, int bottom);
  void let_fall(const Drawn& drawn);
  void tie_messages(const Strip& strip, const Drawn& drawn);
  void clear_words(const Drawn& drawn, Side side);
  void break_off(Line& arrow, Text& mark, double whole_x, double whole_y, double far,
                 std::span<const std::size_t> texts);
  void time_label(const Strip& strip, const StripRow& row, int line);

  const LayoutOptions& options_;
  int columns_;
  int line_ = 0;
  int widest_ = 0;
  Scene scene_;
  Drawn drawn_[2];
};

// A time since the start in at most 5 cells ("1.02s", "40ms", "52µs"), or in seconds with
// microseconds ("1.020041").
std::string short_time(model::Duration since);
std::string whole_time(model::Duration since);

}  // namespace synoptic::ladder
