// An App over a recorded run, drawn by the window's own code.
#include "tests/window/view.hh"

#include <stdexcept>
#include <utility>

#include "lessons/lesson.hh"
#include "tests/files.hh"
#include "tests/gui/support.hh"
#include "viz/export/export.hh"
#include "viz/gui/palette.hh"
#include "viz/words/words.hh"

namespace synoptic::window::test {
namespace {

model::Trace recorded_run() {
  auto trace = exporting::read_json(
      read_file(std::string(SYNOPTIC_SOURCE_DIR) + "/tests/data/live-tcp-echo.json"));
  if (!trace) throw std::runtime_error(trace.error().str());
  return std::move(*trace);
}

lessons::Lesson first_lesson() {
  auto course = lessons::list_course();
  if (course.empty() || !course.front().lesson) throw std::runtime_error("no lesson");
  return std::move(*course.front().lesson);
}

}  // namespace

const FontFiles& fonts() {
  static const model::Expected<FontFiles> found = find_fonts();
  if (!found) throw std::runtime_error(found.error().str());
  return *found;
}

View::View(words::Language language, bool dark)
    : app(gui::testing::tcp_echo(), ladder::svg_metrics()),
      recorded_(std::make_unique<gui::testing::Recorded>(recorded_run())) {
  words::speak(language, SYNOPTIC_LOCALE_DIR);
  gui::Look look;
  look.language = language;
  look.dark = dark;
  app.apply(gui::SetLook{look});
  app.open(first_lesson());
  app.attach(recorded_.get());
  app.poll();
}

View::~View() {
  words::speak(words::Language::en, SYNOPTIC_LOCALE_DIR);
}

void View::apply(const gui::Command& command) {
  app.apply(command);
}

bool View::go_to(const std::function<bool(const model::Packet&)>& wanted) {
  const gui::Model& model = app.model();
  for (const ladder::Step& step : model.steps) {
    if (step.side != ladder::Side::sim) continue;
    const auto* packet = std::get_if<model::Packet>(&model.sim()[step.event].body);
    if (packet == nullptr || !wanted(*packet)) continue;
    app.apply(gui::Select{{step.side, step.event}});
    return true;
  }
  return false;
}

void View::frame(const gui::Fonts& built) {
  ui.fonts = built;
  for (const gui::Command& command : gui::draw(app.model(), ui)) app.apply(command);
}

Image View::picture(const Size& size) {
  bool styled = false;
  const Shot shot{.width = size.width,
                  .height = size.height,
                  .fonts = font_sizes(size.scale, 1),
                  .also = also(),
                  .frames = frames,
                  .background = gui::paper_colour(app.model().look.dark),
                  .zoom = [&] { return app.model().look.zoom; },
                  .of_ladders = [&] { return app.model().characters; }};
  auto image = render(shot, fonts(), [&](const gui::Fonts& built) {
    if (!std::exchange(styled, true))
      gui::apply_style(app.model().look.dark, static_cast<float>(size.scale));
    frame(built);
  });
  if (!image) throw std::runtime_error(image.error().str());
  return std::move(*image);
}

std::string View::also() const {
  const auto& lesson = app.model().lesson;
  return std::string(words::characters()) + (lesson ? lesson->all_words() : "");
}

}  // namespace synoptic::window::test
