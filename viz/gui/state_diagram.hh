// The state diagram of RFC 9293 figure 5: where its boxes, arrows and labels stand in a given
// width, as data; and drawn, with both ends of a connection marked on it and the ways they came.
//
//                  CLOSED
//                  LISTEN
//   SYN-RECEIVED           SYN-SENT
//               ESTABLISHED
//   FIN-WAIT-1             CLOSE-WAIT
//   FIN-WAIT-2   CLOSING   LAST-ACK
//               TIME-WAIT  CLOSED
//
// As in the figure, CLOSED stands twice: before a connection and after it. The arrows that the
// figure leaves out (a reset, giving up) are drawn only where an end went that way.
#pragma once

#include <imgui.h>

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "viz/gui/details_model.hh"

namespace synoptic::gui {

struct DiagramRect {
  ImVec2 min, max;
  bool overlaps(const DiagramRect& other) const {
    return min.x < other.max.x && other.min.x < max.x && min.y < other.max.y && other.min.y < max.y;
  }
};
struct DiagramNode {
  model::TcpState state = model::TcpState::closed;
  bool again = false;  // the lower CLOSED
  DiagramRect at;
};
struct DiagramArrow {
  std::size_t transition = 0;      // index into model::transitions()
  std::vector<ImVec2> path;        // its head is at the end
  std::vector<std::string> label;  // lines; a number where there is no room for words
  DiagramRect label_at;
};
struct DiagramLegend {  // a number's words
  std::size_t transition = 0;
  std::string text;
  DiagramRect at;
};
struct DiagramLayout {
  float width = 0, height = 0;
  float node_size = 0, label_size = 0;  // of the type, in pixels
  std::vector<DiagramNode> nodes;
  std::vector<DiagramArrow> arrows;
  std::vector<DiagramLegend> legend;  // empty where the labels hold the words
};

// The size of a line of text in type of `size` pixels.
using MeasureText = std::function<ImVec2(std::string_view text, float size)>;
// From the width alone follows all else. Words are put at the arrows if they fit there, else
// numbers, and the words below. From 300 pixels on nothing overlaps in type of 13 pixels.
DiagramLayout layout_diagram(float width, float type_size, const MeasureText& measure);
// So many times the size of its type is as wide as it needs to be.
inline constexpr float widest_diagram = 54;
// In type around that size, as large as lets all of it be in `room`; where even 0.7 times is too
// large, that.
DiagramLayout layout_diagram_within(ImVec2 room, float type_size, const MeasureText& measure);

// Whether the end's state is this box: the lower CLOSED once it has come from elsewhere.
bool is_in(const EndDetails& end, const DiagramNode& node);

struct DiagramColors {
  ImU32 ink, faint, fill, back;
  std::array<ImU32, 2> end;  // of each of the two ends
};
// A circle for the first end, a square for the second.
void draw_end_mark(ImDrawList& list, int end, ImVec2 center, float radius, ImU32 color);
// Draws it with its upper left corner at `origin`.
void draw_diagram(ImDrawList& list, ImFont* font, ImVec2 origin, const DiagramLayout& layout,
                  const std::array<EndDetails, 2>& ends, const DiagramColors& colors);

}  // namespace synoptic::gui
