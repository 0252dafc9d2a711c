// The window's content, drawn with Dear ImGui: a const Model in, commands out. Needs an ImGui
// context and fonts, but no window: tests draw it with neither screen nor GPU.
//
//   +--------------------------------------------------+
//   | demo, run, steps, play, speed; scrub bar         |
//   +-----------+--------------------------------------+
//   | lesson or | simulated ladder   captured ladder   |
//   | simulated |                                      |
//   | controls  |                                      |
//   +-----------+--------------------------------------+
//   | an input box for each program that reads lines   |
//   +--------------------------------------------------+
//   | details of the event in focus                    |
//   +--------------------------------------------------+
//   | status                                           |
//   +--------------------------------------------------+
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "viz/gui/command.hh"
#include "viz/gui/details.hh"
#include "viz/gui/model.hh"

struct ImFont;

namespace synoptic::gui {

struct Fonts {
  ImFont* text = nullptr;  // proportional; null: ImGui's own
  ImFont* mono = nullptr;  // ladders and bytes; null: ImGui's own
  // As `mono`, made for the ladders' zoom; null: `mono` serves.
  ImFont* zoomed = nullptr;
};

// What is typed counts when the typing is done: Enter, or the field is left. What is wrong is
// refused with a word, and stays in the field until it is right; where it is left so, the value of
// before stands there again.
struct TypedField {
  std::string text;
  bool typing = false;
  bool focus = false;         // the next frame puts the text cursor there
  int opens = 0;              // frames that it may take until the text cursor is there
  std::optional<float> held;  // of a slider, while it is typed
  wire::Saying wrong;         // why it is refused; empty: it is not
};

// The words of the lesson in the frame before, and what they were found for.
struct LessonUi {
  std::uint64_t revision = 0;
  std::optional<std::size_t> step;
  bool at_end = false, raw_seq = false;
  words::Language language = words::Language::en;
  std::vector<lessons::Told> told;       // of the steps at the cursor; or the opening
  std::optional<lessons::Told> closing;  // below them, at the end
  std::string next;  // the heading of the step that comes next; empty behind the last
  // What there was before each of the lesson's tries was done by its button.
  std::vector<std::optional<lessons::Choices>> before;
};

// The input box of a program that reads lines.
struct TypingBox {
  std::string role, text;
  std::string offered;    // what the demo would type next, on its way into the box
  std::size_t asked = 0;  // as the program had asked by the frame before
  bool focus = false;     // the next frame puts the text cursor there
};

struct TypingUi {
  std::vector<TypingBox> boxes;
  std::string active;   // the role whose box has the keyboard; empty: none
  bool follow = false;  // the keyboard goes to who asks; not once it was taken elsewhere
  int opens = 0;        // frames that it may take until it is there
};

// What only the drawing has to remember from frame to frame.
struct Ui {
  Fonts fonts;
  double scroll_x = 0, scroll_y = 0;  // of the ladders, in the scene's units; not ImGui's floats
  std::size_t shown_cursor = 0;       // the cursor of the frame before
  std::uint64_t shown_layout = 0;     // its layout
  double fitted_width = 0;            // that the ladders were last laid out for
  bool dragged = false;               // the mouse button that is down moved the ladders
  double pane_x = 0, pane_y = 0, pane_scale = 1;  // where the ladders were drawn last, in pixels
  bool controls_shown = false;
  LessonUi lesson;
  TypingUi typing;
  float controls_height = 0;  // that the conditions took in the frame before
  TypedField isn_client, isn_server, pause, delay, loss, names, fault;
  float details_share = 0.36f;                        // of the height, for the details
  model::EventId asked_about = model::EventId::none;  // by right click
  DetailsUi details;
  bool ask = false;                         // the next frame asks what if, about `asked_about`
  bool ask_there = false;                   // at the segment, not at the mouse
  bool go_shown = false, focus_go = false;  // the bar that asks for a packet's number
  std::string go_text;
  wire::Saying go_error;
  bool field_opens = false;                // it was asked for the keyboard in the frame before
  std::vector<std::uint32_t> typed_early;  // characters for it
  bool filter_shown = false, focus_filter = false;  // the bar of the display filter
  std::string filter_text;
  bool ask_flow = false, focus_flow = false;  // the list of conversations opens
  std::string flow_text;                      // typed to search it
  bool ask_format = false;                    // the next frame asks as what to save
  std::string save_name;                      // that is typed there, or a whole path
  bool focus_save = false;
};

// One frame of everything: to be called between ImGui::NewFrame() and ImGui::Render().
Commands draw(const Model& model, Ui& ui);

// Where one stands, in a line: steps, packets, what went wrong. For the status line and the title.
std::string status_text(const Model& model);

// Colours and sizes; `scale` of the screen times that of the type.
void apply_style(bool dark, float scale);

}  // namespace synoptic::gui
