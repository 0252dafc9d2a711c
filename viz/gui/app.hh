// App: the one who changes the Model. Commands go in; runs, alignment, layout and steps are made
// anew where a command touches them. It reads no clock: whoever runs the window says how much time
// has passed.
#pragma once

#include "viz/gui/command.hh"
#include "viz/gui/model.hh"

namespace synoptic::gui {

class App {
 public:
  // Runs the simulated half at once; `metrics` are those of the window's type.
  App(Controls controls, const ladder::Metrics& metrics);

  // Under the lesson's own conditions, from its beginning.
  void open(lessons::Lesson lesson);

  const Model& model() const { return model_; }
  // A command for the picture; those for the world outside are ignored here.
  void apply(const Command& command);
  // Time has passed: what is playing goes on. True if anything changed.
  bool advance(model::Duration passed);

  // --- the live side. The source must outlive the App, or be replaced.
  void attach(observe::TraceSource* source);  // null: none
  // Takes over what has come since the last call. True if anything changed.
  bool poll();
  void fail(const model::Error& error);  // a run or a file that could not be had
  void say(wire::Saying message);        // for the status line

  // The size of the type, or the width of the pane, has changed.
  void set_metrics(const ladder::Metrics& metrics);

 private:
  void run_again();
  void lay_out();
  void lay_out(const std::optional<Selected>& place);  // where the cursor is to be
  void find_steps();
  void count_packets();
  void filter_packets();
  void set_filter(const std::string& text);
  void forget_place();
  void go_to(std::size_t cursor);
  void keep_place(const std::optional<Selected>& place);

  Model model_;
  ladder::Metrics metrics_;
  observe::TraceSource* source_ = nullptr;
  model::Trace nothing_{model::Source::captured};  // before a real run has begun
};

}  // namespace synoptic::gui
