// The parts of the window, each a function that draws it. Private to gui.
#pragma once

#include <imgui.h>

#include "viz/gui/ui.hh"

namespace synoptic::gui {

bool escape_pressed();
// The text field that comes next gets the keyboard, where that is wanted.
void focus_here(Ui& ui, bool& wanted);
// The field that is drawn with `wanted` in the next frame gets it; what is typed until then is for
// that field.
void ask_keyboard(Ui& ui, bool& wanted);
// The text field that was entered just now keeps it.
void focus_again(Ui& ui);
ImVec4 refusal_colour(bool dark);  // of words that say what is wrong
// Keys that work wherever the mouse is, unless text is being typed.
void shortcuts(const Model& model, Ui& ui, Commands& commands);
// Demo, run, steps, play, speed; below it the scrub bar with a mark for each event.
void toolbar(const Model& model, Ui& ui, Commands& commands);
// The simulated side's conditions and its list of faults.
void controls_panel(const Model& model, Ui& ui, Commands& commands);
// The words of the lesson's step where the cursor is; only where there is a lesson.
void lesson_panel(const Model& model, Ui& ui, Commands& commands);
// Above the ladders, where they are open: a packet by its number, a display filter.
void bars(const Model& model, Ui& ui, Commands& commands);
void open_go_bar(Ui& ui);
void open_filter_bar(Ui& ui);
// Of the capture file that is open: its conversations to choose from, the comparison with the
// simulated run, the way back, and what is wrong with it.
void file_bar(const Model& model, Ui& ui, Commands& commands);
// Which of several conversations is shown, on both sides: a button with a list. In a bar of its own
// where no file is open.
void flow_chooser(const Model& model, Ui& ui, Commands& commands);
void flow_bar(const Model& model, Ui& ui, Commands& commands);
void choose_next_flow(const Model& model, int direction, Commands& commands);
// Below the ladders: an input box for each program of the demo that reads lines, if there are any.
void typing_panel(const Model& model, Ui& ui, Commands& commands);
float typing_height(const Model& model);  // that it takes; 0: there is none
// Both ladders in the room that is left.
void ladder_pane(const Model& model, Ui& ui, Commands& commands);
void status_line(const Model& model);
void keys_window(const Model& model, Commands& commands);

}  // namespace synoptic::gui
