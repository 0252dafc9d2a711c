// Runs start and files open on threads of their own; tick() takes over what is ready.
#include "viz/cli/session.hh"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

#include "viz/cli/demo_runs.hh"
#include "viz/cli/files.hh"
#include "viz/cli/formats.hh"
#include "viz/cli/input.hh"
#include "viz/cli/output.hh"
#include "viz/cli/select_flow.hh"
#include "viz/export/export.hh"
#include "viz/words/words.hh"

namespace synoptic::cli {
namespace {

// A trace that is there already, as a source.
class ReadTrace : public observe::TraceSource {
 public:
  explicit ReadTrace(exporting::JsonDocument document) : document_(std::move(document)) {}
  bool poll() override { return !std::exchange(polled_, true); }
  void wait(model::Duration) override {}
  const model::Trace& trace() const override {
    return document_.captured ? *document_.captured : document_.trace;
  }
  const model::Trace* simulated() const override {
    return document_.captured ? &document_.trace : nullptr;
  }
  observe::Counters counters() const override {
    const auto events = trace().events();
    const auto packets = std::ranges::count_if(events, [](const model::Event& event) {
      return std::holds_alternative<model::Packet>(event.body);
    });
    return {.captured = static_cast<std::uint64_t>(packets)};
  }
  bool ended() const override { return true; }
  std::optional<model::Error> failure() const override { return document_.cut; }
  void stop() override {}

 private:
  exporting::JsonDocument document_;
  bool polled_ = false;
};

model::Expected<std::unique_ptr<observe::TraceSource>> source_of(const std::string& path) {
  const std::string name = std::filesystem::path(path).filename().string();
  {
    const Input input(path);
    if (input.holds_json()) {
      const auto text = input.read_all(name);
      auto read = text ? exporting::read_json_document(*text) : std::unexpected(text.error());
      if (!read) {
        return std::unexpected(model::Error{wire::Saying::of("'{}': {}", name, read.error().what),
                                            read.error().remedy});
      }
      return std::make_unique<ReadTrace>(std::move(*read));
    }
  }
  return live::open_file(path, "");
}

bool ready(const auto& future) {
  return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

// "~/x.png" as a shell takes it.
std::string from_home(const std::string& path) {
  const char* const home = std::getenv("HOME");
  return path.starts_with("~/") && home != nullptr ? home + path.substr(1) : path;
}

DemoChoice choice_of(const gui::Controls& controls) {
  return {.demo = controls.demo,
          .role = nullptr,
          .program = controls.program,
          .family = controls.family};
}

}  // namespace

gui::Controls first_controls() {
  gui::Controls controls;
  controls.demo = demos::find_demo("tcp-echo");
  return controls;
}

Session::Session(const gui::Controls& controls) : app_(controls, ladder::svg_metrics()) {
  std::error_code error;
  app_.saves_in(std::filesystem::current_path(error).string());
}

Session::~Session() {
  app_.attach(nullptr);
  if (coming_.valid()) {
    if (auto started = coming_.get()) dispose(std::move(*started));
  }
  dispose(std::move(source_));
}

void Session::handle(const gui::Command& command) {
  if (std::holds_alternative<gui::StartLive>(command)) {
    start_live();
  } else if (std::holds_alternative<gui::StopLive>(command)) {
    const bool goes_on = coming_.valid() || model().live_run.state == gui::LiveState::running;
    stop_live();
    if (goes_on) app_.say(wire::Saying::of("stopped: what came so far stays"));
  } else if (const auto* typed = std::get_if<gui::TypeLine>(&command)) {
    type(command, typed->role, &typed->text);
  } else if (const auto* end = std::get_if<gui::EndInput>(&command)) {
    type(command, end->role, nullptr);
  } else if (const auto* file = std::get_if<gui::OpenFile>(&command)) {
    open_file(file->path);
  } else if (const auto* target = std::get_if<gui::Save>(&command)) {
    save(target->path);
  } else if (std::holds_alternative<gui::Quit>(command)) {
    quit_ = true;
  } else {
    app_.apply(command);
  }
}

bool Session::tick(model::Duration passed) {
  std::erase_if(leaving_, [](const std::future<void>& source) { return ready(source); });
  const bool taken = take_started();
  const bool moved = app_.advance(passed);
  const bool running = model().live_run.state == gui::LiveState::running;
  const bool grown = app_.poll();
  // What was said belongs to the time before; unless it is that it was stopped.
  if (running && model().live_run.state == gui::LiveState::ended && !unwanted_) app_.say({});
  const bool saved = take_saved();
  return taken || saved || moved || grown;
}

void Session::wait(model::Duration at_most) {
  if (coming_.valid()) {
    coming_.wait_for(std::chrono::nanoseconds(at_most.ns));
  } else if (!saving_.empty()) {
    saving_.front().done.wait_for(std::chrono::nanoseconds(at_most.ns));
  } else if (app_.busy()) {
    app_.wait(at_most);
  } else if (source_) {
    source_->wait(at_most);
  }
}

bool Session::busy() const {
  return coming_.valid() || !saving_.empty() || app_.busy() || model().playing.on ||
         model().live_run.state == gui::LiveState::running;
}

void Session::start_live() {
  if (coming_.valid()) return;
  app_.say({});
  stop_live();
  app_.leave_file();
  app_.begin_typing();
  unwanted_ = false;
  DemoChoice choice = choice_of(model().controls);
  choice.by_hand = model().typed_by_hand();
  if (choice.program.server.port == 0) choice.program.server.port = choice.demo->port;
  coming_ = std::async(std::launch::async, [spec = make_live_spec(choice, std::nullopt)] {
    return live::run_private(spec);
  });
}

// What the real program got, the simulated one gets; what neither got is said.
void Session::type(const gui::Command& command, const std::string& role, const std::string* line) {
  observe::RunInput* const input = coming_.valid() || !source_ ? nullptr : source_->input();
  if (input == nullptr) return app_.say(wire::Saying("nobody reads it: no run goes on"));
  if (line == nullptr) {
    input->end_input(role);
  } else if (const auto typed = input->type(role, *line); !typed) {
    return app_.say(typed.error().saying());
  }
  app_.say({});
  app_.apply(command);
}

void Session::stop_live() {
  unwanted_ = true;
  if (source_) source_->stop();
}

// A run that is just starting is stopped first.
void Session::open_file(const std::string& path) {
  app_.say({});
  wanted_file_ = path;
  stop_live();
  if (!coming_.valid()) look_for_file();
}

void Session::look_for_file() {
  unwanted_ = false;
  std::string path = std::exchange(wanted_file_, {});
  app_.show_file(std::filesystem::path(path).filename().string());
  coming_ = std::async(std::launch::async, [path = std::move(path)] { return source_of(path); });
}

// True when there is something new to show.
bool Session::take_started() {
  if (!coming_.valid() || !ready(coming_)) return false;
  model::Expected<Source> started = coming_.get();
  if (!wanted_file_.empty()) {
    if (started) dispose(std::move(*started));
    look_for_file();
    return true;
  }
  if (!started) {
    app_.fail(started.error());
    return true;
  }
  if (unwanted_) (*started)->stop();
  Source before = std::exchange(source_, std::move(*started));
  app_.attach(source_.get());
  dispose(std::move(before));
  return true;
}

// A run that ends waits for its processes: not on the window's time.
void Session::dispose(Source source) {
  if (source == nullptr) return;
  leaving_.push_back(
      std::async(std::launch::async, [ending = std::move(source)]() mutable { ending.reset(); }));
}

// "tcp-echo.png", or "tcp-echo 2.png" where there is one already, or is about to be: nobody was
// asked whether it may go.
std::string Session::free_name(const std::string& wanted) const {
  std::error_code error;
  const std::filesystem::path path = wanted;
  std::filesystem::path free = path;
  const auto taken = [&] {
    return std::filesystem::exists(free, error) ||
           std::ranges::find(saving_, free.string(), &Saving::path) != saving_.end();
  };
  for (int n = 2; taken(); ++n)
    free = path.parent_path() /
           fmt::format("{} {}{}", path.stem().string(), n, path.extension().string());
  return free.string();
}

// The pixels or the text of this moment; they become a file on a thread of their own.
void Session::save(const std::string& wanted) {
  const std::string path = free_name(from_home(wanted));
  const auto format = format_named(ending_of(path));
  if (!format) {
    app_.say(wire::Saying::of("'{}' is not saved: the ending of its name says its format; {}", path,
                              wire::Saying(formats_there)));
    return;
  }
  const gui::Model& m = model();
  if (m.alone() && m.live == nullptr)
    return app_.say(wire::Saying::of("'{}' is not saved: there is nothing to be seen", path));
  OutputOptions options;
  options.raw_seq = m.look.raw_seq;
  options.time = m.look.time;
  options.dark = m.look.dark;
  options.several = m.several;
  std::optional<model::Trace> flow;
  if (m.alone() && m.flow && model::index(*m.flow) < m.live->flows().size())
    flow = select_flow(*m.live, *m.flow);
  std::optional<ladder::Alignment> fresh;  // where the window is behind its traces
  std::optional<BothSides> both;
  Shown shown{.trace = flow        ? *flow
                       : m.alone() ? *m.live
                                   : m.sim(),
              .title = m.alone() ? m.file->name : m.title};
  if (m.live != nullptr && !m.alone()) {
    shown.live = m.live;
    shown.alignment = app_.busy() ? &fresh.emplace(ladder::align(m.sim(), *m.live)) : &m.alignment;
  }
  if (shown.live != nullptr && m.flow) {
    const auto pairs = ladder::flow_pairs(m.sim(), *shown.alignment);
    if (model::index(*m.flow) < pairs.size()) {
      both = select_pair(m.sim(), *m.live, pairs[model::index(*m.flow)]);
      const ladder::Alignment& of_both = fresh.emplace(ladder::align(both->sim, both->live));
      return start_saving(
          path, {.trace = both->sim, .live = &both->live, .alignment = &of_both, .title = m.title},
          *format, options);
    }
  } else if (!m.alone() && m.flow && model::index(*m.flow) < m.sim().flows().size()) {
    flow = select_flow(m.sim(), *m.flow);
    return start_saving(path, {.trace = *flow, .title = m.title}, *format, options);
  }
  start_saving(path, shown, *format, options);
}

void Session::start_saving(const std::string& path, const Shown& shown, Format format,
                           const OutputOptions& options) {
  app_.say(wire::Saying::of("saving {} …", path));
  saving_.push_back(
      {path,
       std::async(std::launch::async,
                  [path, rest = start_render(shown, format, options)]() -> model::Expected<void> {
                    const auto bytes = rest();
                    if (!bytes) return std::unexpected(bytes.error());
                    return write_whole(path, *bytes);
                  })});
}

// True when a file is there, or could not be written: the status line says so.
bool Session::take_saved() {
  bool any = false;
  for (Saving& saving : saving_) {
    if (!ready(saving.done)) continue;
    const auto written = saving.done.get();
    std::error_code error;
    if (written)
      app_.say(
          wire::Saying::of("saved as {}", std::filesystem::absolute(saving.path, error).string()));
    else
      app_.say(wire::Saying::of(
          "not saved: {}; the window saves in the folder that it was started in: {}",
          written.error().what, std::filesystem::current_path(error).string()));
    any = true;
  }
  std::erase_if(saving_, [](const Saving& saving) { return !saving.done.valid(); });
  return any;
}

std::vector<model::Error> Session::finish_saving() {
  std::vector<model::Error> errors;
  for (Saving& saving : std::exchange(saving_, {})) {
    if (auto written = saving.done.get(); !written) errors.push_back(written.error());
  }
  return errors;
}

}  // namespace synoptic::cli
