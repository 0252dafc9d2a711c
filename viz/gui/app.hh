// App: the one who changes the Model. Commands go in; runs, alignment, layout and steps are made
// anew where a command touches them: at once, and for long traces on a thread beside, so that no
// frame waits for them. It reads no clock: whoever runs the window says how much time has passed.
#pragma once

#include <cstddef>
#include <future>
#include <utility>

#include "viz/gui/command.hh"
#include "viz/gui/model.hh"

namespace synoptic::gui {

class App {
 public:
  // Runs the simulated half at once; `metrics` are those of the window's type.
  App(Controls controls, const ladder::Metrics& metrics);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

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
  // A long trace is being laid out, or is to be: poll() again soon.
  bool busy() const { return coming_.valid() || stale_; }
  void wait(model::Duration at_most) const;  // for that
  void fail(const model::Error& error);      // a run or a file that could not be had
  // Another run begins, into which nothing is typed yet.
  void begin_typing();
  // From here on the source is that of a file: attach() gives it, or fail() says why not.
  void show_file(std::string name);
  void leave_file();  // back to the demo
  void saves_in(std::string folder) { model_.folder = std::move(folder); }
  void say(wire::Saying message);  // for the status line

  // The size of the type, or the width of the pane, has changed.
  void set_metrics(const ladder::Metrics& metrics);

 private:
  void run_again();
  void drop_source();
  void take_over(bool ended);
  void lay_out();                                          // at once, or soon
  void lay_out_now(const std::optional<Selected>& place);  // where the cursor is to be
  PictureOf picture_wanted() const;
  bool take_picture();
  void put(Picture picture, const std::optional<Selected>& place);
  void abandon_picture();
  void set_filter(const std::string& text);
  void type(TypedLine line);
  void forget_place();
  void show_all_flows();
  void go_to(std::size_t cursor);
  void keep_place(const std::optional<Selected>& place);
  std::optional<Selected> place_in_simulation() const;

  Model model_;
  ladder::Metrics metrics_;
  observe::TraceSource* source_ = nullptr;
  bool hinted_ = false;  // the message is a hint: it goes when the cursor does

  // A long layout under way, beside. Its traces do not change until it is there: nothing is taken
  // from the source, and whoever would put another trace in their place waits.
  std::future<Picture> coming_;
  bool stale_ = false;           // there is more than what is laid out shows
  std::size_t waited_ = 0;       // calls of poll() that found it under way
  std::size_t rest_ = 0;         // so many calls to come take packets only, and lay out nothing
  std::future<void> discarded_;  // a long picture takes its time to go
};

}  // namespace synoptic::gui
