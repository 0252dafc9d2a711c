// Commands become changes of the Model.
#include "viz/gui/app.hh"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "viz/gui/by_hand.hh"
#include "viz/gui/same_event.hh"
#include "viz/words/words.hh"

namespace synoptic::gui {

net::Scenario scenario_of(const Controls& controls) {
  net::Scenario scenario = lessons::scenario_of(controls);
  scenario.link.loss = controls.loss;
  scenario.seed = controls.seed;
  return scenario;
}

namespace {

// So many events are laid out within a frame.
constexpr std::size_t events_at_once = 2'000;

}  // namespace

std::optional<Selected> Model::in_focus() const {
  if (selected) return selected;
  if (cursor == 0 || steps.empty()) return std::nullopt;
  const ladder::Step& step = steps[std::min(cursor, steps.size()) - 1];
  return Selected{step.side, step.event, step.at_return};
}

bool Model::as_in_lesson() const {
  const Controls own{lesson->choices};
  return !typed_by_hand() && lessons::same_choices(controls, own) && controls.loss == own.loss &&
         controls.seed == own.seed;
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

App::~App() {
  abandon_picture();
}

void App::open(lessons::Lesson lesson) {
  model_.controls = {lesson.choices};
  model_.by_hand = {};
  model_.lesson_run = net::run(lessons::scenario_of(lesson.choices));
  model_.lesson = std::move(lesson);
  run_again();
  go_to(0);
}

void App::run_again() {
  net::Scenario scenario = scenario_of(model_.controls);
  model_.by_hand.typists = typists(model_.controls);
  if (model_.typed_by_hand()) type_by_hand(scenario, model_.controls, model_.by_hand.typed);
  net::WatchedRun run = net::run_watched(scenario);
  abandon_picture();
  std::optional<Selected> place = model_.in_focus();
  if (place && place->side == ladder::Side::sim)
    place->event = same_event(model_.sim(), place->event, run.trace);
  if (model_.selected) model_.selected = place;
  model_.run = std::move(run.trace);
  model_.read_run = nullptr;
  model_.tcbs = std::move(run.tcbs);
  model_.lesson_events.clear();
  // A lesson is about its own demo; it waits for that to come back.
  if (model_.lesson && !model_.file && model_.lesson->choices.demo == model_.controls.demo)
    model_.lesson_events = lessons::resolve(*model_.lesson, model_.run);
  if (model_.title != model_.controls.demo->name) show_all_flows();
  model_.title = std::string(model_.controls.demo->name);
  lay_out_now(place);
}

PictureOf App::picture_wanted() const {
  PictureOf of{.sim = model_.alone() ? nullptr : &model_.sim(),
               .live = model_.live,
               .live_goes_on = model_.live_run.state != LiveState::ended,
               .options = {.metrics = metrics_,
                           .time = model_.look.time,
                           .raw_seq = model_.look.raw_seq,
                           .title = model_.alone() ? std::string() : model_.title}};
  of.filter_text = model_.filtering.text;
  of.filter = model_.filtering.filter;
  if (model_.file) of.options.live_title = model_.file->name;
  of.options.flow = model_.flow;
  of.options.several = model_.several;
  return of;
}

void App::lay_out() {
  const std::size_t events =
      model_.sim().events().size() + (model_.live != nullptr ? model_.live->events().size() : 0);
  if (events <= events_at_once && !coming_.valid()) return lay_out_now(model_.in_focus());
  stale_ = true;
  rest_ = 0;
  // Nobody looks up words while the language changes.
  if (coming_.valid() || words::spoken() != model_.look.language) return;
  stale_ = false;
  coming_ =
      std::async(std::launch::async, [wanted = picture_wanted()] { return make_picture(wanted); });
}

void App::lay_out_now(const std::optional<Selected>& place) {
  abandon_picture();
  stale_ = false;
  put(make_picture(picture_wanted()), place);
}

// True if there was one.
bool App::take_picture() {
  if (!coming_.valid()) return false;
  if (coming_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    ++waited_;
    return false;
  }
  // As long as this one took, the next may wait.
  rest_ = std::exchange(waited_, 0);
  put(coming_.get(), model_.in_focus());
  return true;
}

void App::put(Picture picture, const std::optional<Selected>& place) {
  const bool at_end = model_.cursor == model_.steps.size();
  ++model_.revision;
  // What was typed while it was made.
  if (picture.filter != model_.filtering.text) fade_packets(picture, picture_wanted());
  std::swap(static_cast<Picture&>(model_), picture);
  if (picture.steps.size() > events_at_once)
    discarded_ = std::async(std::launch::async, [old = std::move(picture)]() mutable {
      const Picture gone = std::move(old);  // here, and not with the future
    });
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

// It is of traces, or of a view, that are to go.
void App::abandon_picture() {
  if (coming_.valid()) coming_.get();
  waited_ = rest_ = 0;
}

void App::wait(model::Duration at_most) const {
  if (coming_.valid()) coming_.wait_for(std::chrono::nanoseconds(at_most.ns));
}

void App::show_all_flows() {
  model_.flow.reset();
  model_.several = ladder::Several::automatic;
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
  if (hinted_) say({});
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
    if (look->look.language != model_.look.language && coming_.valid()) coming_.wait();
    if (look->look.language != words::spoken()) words::speak(look->look.language);
    model_.look = look->look;
    model_.look.zoom = std::clamp(model_.look.zoom, least_zoom, most_zoom);
    model_.look.type_size = std::clamp(model_.look.type_size, least_type_size, most_type_size);
    if (!same_layout) lay_out();
  } else if (const auto* controls = std::get_if<SetControls>(&command)) {
    if (controls->controls.demo != model_.controls.demo) model_.by_hand.typed.clear();
    model_.controls = controls->controls;
    run_again();
  } else if (const auto* fit = std::get_if<FitWidth>(&command)) {
    metrics_.width = fit->width;
    lay_out();
  } else if (const auto* compare = std::get_if<CompareFile>(&command)) {
    if (!model_.file || compare->on == model_.file->compared) return;
    model_.file->compared = compare->on;
    show_all_flows();
    lay_out();
  } else if (const auto* choice = std::get_if<ChooseFlow>(&command)) {
    model_.flow = choice->flow;
    model_.several = choice->several;
    lay_out();
  } else if (const auto* keys = std::get_if<ShowKeys>(&command)) {
    model_.keys_shown = keys->on;
  } else if (const auto* by_hand = std::get_if<TypeByHand>(&command)) {
    model_.by_hand.on = by_hand->on;
    model_.by_hand.typed.clear();
    run_again();
  } else if (const auto* line = std::get_if<TypeLine>(&command)) {
    type({.role = line->role, .text = line->text});
  } else if (const auto* end = std::get_if<EndInput>(&command)) {
    type({.role = end->role, .text = {}, .end = true});
  } else if (const auto* tell = std::get_if<Tell>(&command)) {
    say(tell->hint);
    hinted_ = true;
  } else if (const auto* filter = std::get_if<SetFilter>(&command)) {
    set_filter(filter->text);
  }
}

// The simulated side has the same line at once.
void App::type(TypedLine line) {
  if (!model_.typed_by_hand()) return;
  model_.by_hand.typed.push_back(std::move(line));
  run_again();
}

void App::begin_typing() {
  model_.by_hand.roles.clear();
  if (!std::exchange(model_.by_hand.typed, {}).empty()) run_again();
  // Who types wants to see what comes of it.
  if (model_.typed_by_hand()) go_to(model_.steps.size());
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
  if (!coming_.valid()) fade_packets(model_, picture_wanted());
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

// Whatever it was shows no more.
void App::drop_source() {
  abandon_picture();
  source_ = nullptr;
  model_.live = nullptr;
  model_.live_run = {};
  // Another run may have another one there, or none.
  if (model_.flow && model::index(*model_.flow) >= model_.run.flows().size()) show_all_flows();
  if (model_.read_run == nullptr) return;
  model_.read_run = nullptr;  // it went with the source that it was read from
  forget_place();
  run_again();
}

// Where the cursor stands, or on the simulated side what is the same: the captured side goes.
std::optional<Selected> App::place_in_simulation() const {
  const auto place = model_.in_focus();
  if (!place || place->side == ladder::Side::sim) return place;
  if (model_.read_run != nullptr || model_.live == nullptr) return std::nullopt;
  const model::EventId same = same_event(*model_.live, place->event, model_.sim());
  if (same != model::EventId::none) return Selected{ladder::Side::sim, same, place->at_return};
  for (std::size_t i = model_.step_of(place->side, place->event, place->at_return); i-- > 0;) {
    const ladder::Step& before = model_.steps[i];
    if (before.side == ladder::Side::sim)
      return Selected{before.side, before.event, before.at_return};
  }
  return std::nullopt;
}

void App::attach(observe::TraceSource* source) {
  const auto place = place_in_simulation();
  drop_source();
  source_ = source;
  if (source != nullptr) model_.live_run.state = LiveState::running;
  lay_out_now(place);
  poll();
}

bool App::poll() {
  if (coming_.valid()) {
    if (source_ != nullptr && model_.live_run.state == LiveState::running) source_->hold();
    return take_picture();
  }
  bool news = false;
  if (source_ != nullptr && model_.live_run.state == LiveState::running) {
    const bool ended = source_->ended();  // before the poll: nothing that came with the end is left
    news = source_->poll() || ended;
    if (news) take_over(ended);
  }
  if (!stale_) return news;
  if (rest_ > 0 && model_.live_run.state == LiveState::running) {
    --rest_;
  } else {
    lay_out();
  }
  return true;
}

// What the source has.
void App::take_over(bool ended) {
  stale_ = true;
  model_.live_run.counters = source_->counters();
  model_.live_run.failure = source_->failure();
  if (observe::RunInput* const input = source_->input()) model_.by_hand.roles = input->roles();
  if (model_.file) model_.file->failure = model_.live_run.failure;
  if (ended) model_.live_run.state = LiveState::ended;
  const model::Trace* const live = &source_->trace();
  const model::Trace* const half = source_->simulated();
  const bool another = (model_.live != nullptr && model_.live != live) || half != model_.read_run;
  model_.live = live;
  if (!another) return;
  if (half != model_.read_run) {
    forget_place();
    model_.read_run = half;
    model_.tcbs = {};
    model_.lesson_events.clear();
  }
  lay_out_now(model_.in_focus());
}

void App::show_file(std::string name) {
  drop_source();
  model_.file = OpenedFile{.name = std::move(name)};
  show_all_flows();
  model_.lesson_events.clear();
  forget_place();
  lay_out_now(std::nullopt);
}

void App::leave_file() {
  if (!model_.file) return;
  drop_source();
  show_all_flows();
  model_.file.reset();
  forget_place();
  run_again();
}

void App::fail(const model::Error& error) {
  model_.live_run.failure = error;
  if (model_.file) {
    model_.file->failure = error;
  } else {
    model_.message = error.saying();
  }
}

void App::say(wire::Saying message) {
  hinted_ = false;
  model_.message = std::move(message);
}

void App::set_metrics(const ladder::Metrics& metrics) {
  metrics_ = metrics;
  lay_out();
}

}  // namespace synoptic::gui
