// Commands become changes of the Model.
#include "viz/gui/app.hh"

#include <algorithm>
#include <cmath>
#include <utility>

#include "viz/gui/same_event.hh"

namespace synoptic::gui {

net::Scenario scenario_of(const Controls& controls) {
  net::Scenario scenario = lessons::scenario_of(controls);
  scenario.link.loss = controls.loss;
  scenario.seed = controls.seed;
  return scenario;
}

namespace {
constexpr std::uint32_t no_step = 0xffff'ffff;

// In Model::steps_by_event.
std::size_t list_of(ladder::Side side, bool at_return) {
  return 2 * static_cast<std::size_t>(side) + (at_return ? 1 : 0);
}
}  // namespace

std::size_t Model::step_of(ladder::Side side, model::EventId event, bool at_return) const {
  const auto& by_event = steps_by_event[list_of(side, at_return)];
  if (model::index(event) >= by_event.size()) return steps.size();
  const std::uint32_t step = by_event[model::index(event)];
  return step == no_step ? steps.size() : step;
}

std::optional<Selected> Model::in_focus() const {
  if (selected) return selected;
  if (cursor == 0 || steps.empty()) return std::nullopt;
  const ladder::Step& step = steps[std::min(cursor, steps.size()) - 1];
  return Selected{step.side, step.event, step.at_return};
}

std::optional<std::size_t> Model::number_of(ladder::Side side, model::EventId event) const {
  const model::Trace& trace = trace_of(side);
  const auto& all = packets_of(side);
  const auto place = [&](model::EventId id) { return std::pair(trace[id].t, id); };
  const auto found = std::ranges::lower_bound(all, place(event), {}, place);
  if (found == all.end() || *found != event) return std::nullopt;
  return static_cast<std::size_t>(found - all.begin()) + 1;
}

App::App(Controls controls, const ladder::Metrics& metrics) : metrics_(metrics) {
  model_.controls = std::move(controls);
  run_again();
  model_.cursor = model_.steps.size();
}

void App::open(lessons::Lesson lesson) {
  model_.controls = {lesson.choices};
  model_.lesson = std::move(lesson);
  run_again();
  go_to(0);
}

void App::run_again() {
  net::WatchedRun run = net::run_watched(scenario_of(model_.controls));
  std::optional<Selected> place = model_.in_focus();
  if (place && place->side == ladder::Side::sim)
    place->event = same_event(model_.sim(), place->event, run.trace);
  if (model_.selected) model_.selected = place;
  model_.run = std::move(run.trace);
  model_.read_run = nullptr;
  model_.tcbs = std::move(run.tcbs);
  model_.lesson_events.clear();
  // A lesson is about its own demo; it waits for that to come back.
  if (model_.lesson && model_.lesson->choices.demo == model_.controls.demo)
    model_.lesson_events = lessons::resolve(*model_.lesson, model_.run);
  model_.title = std::string(model_.controls.demo->name);
  lay_out(place);
}

namespace {

// While the real run goes on, nobody can say of a packet that it is missing there.
void leave_open(ladder::Alignment& alignment) {
  for (ladder::Row& row : alignment.rows) {
    if (!row.live.empty()) continue;
    row.verdict = ladder::Verdict::same;  // of what stands on one side only, nothing is drawn
    row.reason.reset();
  }
  alignment.unexplained = 0;
  alignment.summary.clear();
}

}  // namespace

void App::lay_out() {
  lay_out(model_.in_focus());
}

void App::lay_out(const std::optional<Selected>& place) {
  const bool at_end = model_.cursor == model_.steps.size();
  ++model_.revision;
  ladder::LayoutOptions options;
  options.metrics = metrics_;
  options.time = model_.look.time;
  options.raw_seq = model_.look.raw_seq;
  options.title = model_.title;
  const model::Trace& live = model_.live != nullptr ? *model_.live : nothing_;
  model_.alignment = ladder::align(model_.sim(), live);
  if (model_.live_run.state != LiveState::ended) leave_open(model_.alignment);
  model_.scene = ladder::layout(model_.sim(), live, model_.alignment, options);
  find_steps();
  count_packets();
  filter_packets();
  // What was chosen may be of a run that is gone.
  const auto& chosen = model_.selected;
  if (chosen &&
      model_.step_of(chosen->side, chosen->event, chosen->at_return) == model_.steps.size())
    model_.selected.reset();
  if (at_end) {
    model_.cursor = model_.steps.size();
  } else {
    keep_place(place);
  }
}

void App::find_steps() {
  model_.index = ladder::SceneIndex(model_.scene);
  model_.heads = ladder::heads_of(model_.scene);
  model_.steps = ladder::steps_of(model_.scene);
  model_.reached.clear();
  for (auto& by_event : model_.steps_by_event) by_event.clear();
  double lowest = 0;
  for (std::size_t i = 0; i < model_.steps.size(); ++i) {
    const ladder::Step& step = model_.steps[i];
    lowest = std::max(lowest, step.bottom);
    model_.reached.push_back(lowest);
    auto& by_event = model_.steps_by_event[list_of(step.side, step.at_return)];
    if (by_event.size() <= model::index(step.event))
      by_event.resize(model::index(step.event) + 1, no_step);
    by_event[model::index(step.event)] = static_cast<std::uint32_t>(i);
  }
}

void App::count_packets() {
  for (const ladder::Side side : {ladder::Side::sim, ladder::Side::live}) {
    auto& all = model_.packets[static_cast<std::size_t>(side)];
    all.clear();
    if (side == ladder::Side::live && model_.live == nullptr) continue;
    const model::Trace& trace = model_.trace_of(side);
    for (const model::EventId id : trace.by_time())
      if (std::holds_alternative<model::Packet>(trace[id].body)) all.push_back(id);
  }
}

void App::filter_packets() {
  Filtering& filtering = model_.filtering;
  filtering.matching = 0;
  for (const ladder::Side side : {ladder::Side::sim, ladder::Side::live}) {
    auto& faded = model_.faded[static_cast<std::size_t>(side)];
    faded.clear();
    if (!filtering.on()) continue;
    const model::Trace& trace = model_.trace_of(side);
    faded.resize(trace.events().size());
    std::uint32_t number = 0;
    for (const model::EventId id : model_.packets_of(side)) {
      const bool fits = filtering.filter->matches(trace, trace[id], ++number);
      filtering.matching += fits ? 1 : 0;
      faded[model::index(id)] = !fits;
    }
    for (const model::Event& event : trace.events()) {  // a packet's loss is as pale as the packet
      if (event.kind == model::EventKind::loss && event.cause != model::EventId::none)
        faded[model::index(event.id)] = faded[model::index(event.cause)];
    }
  }
}

// Other traces come in the place of those that the cursor stands in: it goes to their end.
void App::forget_place() {
  model_.steps.clear();
  model_.cursor = 0;
  model_.selected.reset();
}

// The cursor stays at the event where it was, wherever that stands now.
void App::keep_place(const std::optional<Selected>& place) {
  model_.cursor = std::min(model_.cursor, model_.steps.size());
  if (!place || model_.cursor == 0) return;
  const auto step_at = [&](bool at_return) {
    return model_.step_of(place->side, place->event, at_return);
  };
  // A call may return apart from being made in one run, and at once in another.
  std::size_t step = step_at(place->at_return);
  if (step == model_.steps.size()) step = step_at(!place->at_return);
  if (step < model_.steps.size()) model_.cursor = step + 1;
}

void App::go_to(std::size_t cursor) {
  model_.cursor = std::min(cursor, model_.steps.size());
  model_.under_way = 0;
  model_.selected.reset();
  if (model_.cursor == model_.steps.size()) model_.playing.on = false;
}

void App::apply(const Command& command) {
  if (const auto* to = std::get_if<GoTo>(&command)) {
    go_to(to->cursor);
  } else if (const auto* by = std::get_if<StepBy>(&command)) {
    const auto now = static_cast<std::int64_t>(model_.cursor);
    model_.playing.on = false;
    go_to(static_cast<std::size_t>(std::max<std::int64_t>(0, now + by->steps)));
  } else if (const auto* play = std::get_if<Play>(&command)) {
    if (play->on && model_.cursor == model_.steps.size()) go_to(0);
    model_.playing.on = play->on;
  } else if (const auto* speed = std::get_if<SetSpeed>(&command)) {
    model_.playing.speed = std::clamp(speed->steps_a_second, 0.1, 100.0);
  } else if (const auto* select = std::get_if<Select>(&command)) {
    const std::size_t place =
        model_.step_of(select->what.side, select->what.event, select->what.at_return);
    if (place == model_.steps.size()) return;
    model_.playing.on = false;
    go_to(place + 1);
    model_.selected = select->what;
  } else if (std::get_if<SelectNone>(&command) != nullptr) {
    model_.selected.reset();
  } else if (const auto* look = std::get_if<SetLook>(&command)) {
    const bool same_layout = look->look.time == model_.look.time &&
                             look->look.raw_seq == model_.look.raw_seq &&
                             look->look.language == model_.look.language;
    model_.look = look->look;
    model_.look.zoom = std::clamp(model_.look.zoom, least_zoom, most_zoom);
    model_.look.type_size = std::clamp(model_.look.type_size, least_type_size, most_type_size);
    if (words::spoken() != model_.look.language)
      words::speak(model_.look.language, SYNOPTIC_LOCALE_DIR);
    if (!same_layout) lay_out();
  } else if (const auto* controls = std::get_if<SetControls>(&command)) {
    model_.controls = controls->controls;
    run_again();
  } else if (const auto* fit = std::get_if<FitWidth>(&command)) {
    metrics_.width = fit->width;
    lay_out();
  } else if (const auto* keys = std::get_if<ShowKeys>(&command)) {
    model_.keys_shown = keys->on;
  } else if (const auto* filter = std::get_if<SetFilter>(&command)) {
    set_filter(filter->text);
  }
}

void App::set_filter(const std::string& text) {
  Filtering filtering{.text = text, .filter = {}, .wrong = {}};
  if (text.find_first_not_of(" \t") != std::string::npos) {
    if (auto filter = DisplayFilter::parse(text)) {
      filtering.filter = std::move(*filter);
    } else {
      filtering.wrong = filter.error().reason;
    }
  }
  model_.filtering = std::move(filtering);
  filter_packets();
}

bool App::advance(model::Duration passed) {
  if (!model_.playing.on) return false;
  model_.under_way += static_cast<double>(passed.ns) / 1e9 * model_.playing.speed;
  const double whole = std::floor(model_.under_way);
  const double rest = model_.under_way - whole;
  if (whole > 0) go_to(model_.cursor + static_cast<std::size_t>(whole));
  model_.under_way = model_.playing.on ? rest : 0;
  return true;
}

void App::attach(observe::TraceSource* source) {
  source_ = source;
  model_.live = nullptr;
  model_.live_run = {};
  if (model_.read_run != nullptr) {  // it went with the source that it was read from
    model_.read_run = nullptr;
    forget_place();
    run_again();
  }
  if (source != nullptr) model_.live_run.state = LiveState::running;
  poll();
  lay_out();
}

bool App::poll() {
  if (source_ == nullptr || model_.live_run.state != LiveState::running) return false;
  const bool ended = source_->ended();  // before the poll: nothing that came with the end is left
  const bool news = source_->poll();
  if (!news && !ended) return false;
  model_.live = &source_->trace();
  if (const model::Trace* const half = source_->simulated()) {
    if (model_.read_run == nullptr) forget_place();
    model_.read_run = half;
    model_.tcbs = {};
    model_.lesson_events.clear();
  }
  model_.live_run.counters = source_->counters();
  model_.live_run.failure = source_->failure();
  if (ended) model_.live_run.state = LiveState::ended;
  lay_out();
  return true;
}

void App::fail(const model::Error& error) {
  model_.live_run.failure = error;
  model_.message = error.saying();
}

void App::say(wire::Saying message) {
  model_.message = std::move(message);
}

void App::set_metrics(const ladder::Metrics& metrics) {
  metrics_ = metrics;
  lay_out();
}

}  // namespace synoptic::gui
