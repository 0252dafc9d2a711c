// Session: the window's model and the world outside of it. What the model's App leaves to others,
// runs and files, is done here, none of it on the window's own time.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <utility>
#include <vector>

#include "sim/model/error.hh"
#include "viz/cli/options.hh"
#include "viz/cli/output.hh"
#include "viz/gui/app.hh"

namespace synoptic::cli {

class Session {
 public:
  explicit Session(const gui::Controls& controls);
  // A lesson beside the ladders, from its beginning.
  void open(lessons::Lesson lesson) { app_.open(std::move(lesson)); }
  // Ends the run, if one goes on.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const gui::Model& model() const { return app_.model(); }
  void handle(const gui::Command& command);
  // Time passes. True if the picture changed.
  bool tick(model::Duration passed);
  // Until tick() may have something to do, or so much time has passed.
  void wait(model::Duration at_most);
  // Something is under way: tick() again soon.
  bool busy() const;
  bool quit() const { return quit_; }
  // Waits until every file is written; what went wrong with them.
  std::vector<model::Error> finish_saving();

 private:
  using Source = std::unique_ptr<observe::TraceSource>;

  void start_live();
  void type(const gui::Command& command, const std::string& role, const std::string* line);
  void stop_live();
  void open_file(const std::string& path);
  void save(const std::string& wanted);
  void start_saving(const std::string& path, const Shown& shown, Format format,
                    const OutputOptions& options);
  std::string free_name(const std::string& wanted) const;
  bool take_saved();
  bool take_started();
  void look_for_file();
  void dispose(Source source);

  gui::App app_;
  Source source_;                                // that app_ reads
  std::future<model::Expected<Source>> coming_;  // a run that starts, a file that is opened
  bool unwanted_ = false;                        // it is to be stopped as soon as it is there
  std::vector<std::future<void>> leaving_;       // sources that are taking their time to end
  struct Saving {
    std::string path;
    std::future<model::Expected<void>> done;
  };
  std::vector<Saving> saving_;  // files that are being written
  std::string wanted_file_;     // that is to be opened when what is coming is there
  bool quit_ = false;
};

// tcp-echo as the window first shows it.
gui::Controls first_controls();

}  // namespace synoptic::cli
