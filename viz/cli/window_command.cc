// A Session in a Window.
#include "viz/cli/window_command.hh"

#include <fmt/format.h>
#include <imgui.h>

#include <atomic>
#include <utility>

#include "lessons/lesson.hh"
#include "viz/cli/commands.hh"
#include "viz/cli/end_signals.hh"
#include "viz/cli/files.hh"
#include "viz/cli/settings_file.hh"
#include "viz/export/png.hh"
#include "viz/gui/palette.hh"
#include "viz/gui/shown_characters.hh"
#include "viz/gui/ui.hh"
#include "viz/window/offscreen.hh"
#include "viz/window/window.hh"

namespace synoptic::cli {
namespace {

// Every character that the program and its lessons write.
std::string characters(const std::vector<lessons::CourseEntry>& course) {
  std::string all(words::characters());
  for (const demos::Demo& demo : demos::demos()) all += demo.title_zh;
  for (const lessons::CourseEntry& entry : course)
    if (entry.lesson) all += entry.lesson->all_words();
  return all;
}

// The first lesson that can be read, if there is one.
void open_first(Session& session, std::vector<lessons::CourseEntry>& course) {
  for (lessons::CourseEntry& entry : course) {
    if (!entry.lesson) continue;
    session.open(std::move(*entry.lesson));
    return;
  }
}

// Until nothing is under way.
void settle(Session& session) {
  while (session.busy()) {
    session.wait(model::milliseconds(100));
    session.tick({});
  }
}

gui::Commands draw(const Session& session, const gui::Fonts& fonts, gui::Ui& ui) {
  ui.fonts = fonts;
  return gui::draw(session.model(), ui);
}

}  // namespace

void begin(Session& session, std::vector<lessons::CourseEntry>& course, const std::string& file) {
  open_first(session, course);
  if (file.empty()) {
    session.handle(gui::StartLive{});
  } else {
    session.handle(gui::OpenFile{file});
  }
}

model::Expected<void> run_window(const std::string& file, const WindowOptions& options) {
  auto fonts = window::find_fonts();
  if (!fonts) return std::unexpected(fonts.error());
  std::vector<lessons::CourseEntry> course = lessons::list_course();
  gui::Settings kept = load_settings();
  if (options.language)
    kept.look.language =
        *options.language == demos::Language::zh ? words::Language::zh : words::Language::en;
  if (options.time) kept.look.time = *options.time;
  kept.look.raw_seq |= options.raw_seq;
  EndSignals signals;
  auto window = window::Window::open({.fonts = std::move(*fonts),
                                      .also = characters(course),
                                      .width = kept.width,
                                      .height = kept.height,
                                      .type_size = kept.look.type_size});
  if (!window) return std::unexpected(window.error());

  Session session(first_controls());
  session.handle(gui::SetLook{kept.look});
  session.handle(gui::SetSpeed{kept.speed});
  begin(session, course, file);
  gui::Ui ui;
  ui.controls_shown = kept.controls_shown;
  ui.details_share = static_cast<float>(kept.details_share);
  gui::ShownCharacters shown;
  std::atomic<bool> ended = false;
  signals.listen([&] {
    ended = true;
    window::Window::wake();
  });
  (*window)->run({.look = [&] { return session.model().look; },
                  .draw = [&](const gui::Fonts& built) { return draw(session, built, ui); },
                  .waits = [&] { return ui.field_opens; },
                  .title = [&] { return "Synoptic · " + gui::status_text(session.model()); },
                  .handle =
                      [&](const gui::Command& command) {
                        session.handle(command);
                        if (session.quit()) (*window)->close();
                      },
                  .tick =
                      [&](model::Duration passed) {
                        if (ended) (*window)->close();
                        const bool changed = session.tick(passed);
                        return window::Ticked{.changed = changed, .busy = session.busy()};
                      },
                  .characters = [&] { return shown.news(session.model(), ui); },
                  .of_ladders = [&] { return session.model().characters; }});
  signals.stop_listening();
  for (const model::Error& error : session.finish_saving()) say(error.str());
  const auto [width, height] = (*window)->size();
  const auto saved = save_settings({.look = session.model().look,
                                    .speed = session.model().playing.speed,
                                    .controls_shown = ui.controls_shown,
                                    .details_share = ui.details_share,
                                    .width = width,
                                    .height = height});
  if (!saved) say(saved.error().str());
  return {};
}

int run_picture(const Options& options) {
  const PictureOptions& wanted = options.picture;
  auto fonts = window::find_fonts();
  if (!fonts) {
    say(fonts.error().str());
    return refused;
  }
  std::vector<lessons::CourseEntry> course = lessons::list_course();
  const std::string also = characters(course);
  Session session(first_controls());
  gui::Look look = session.model().look;
  look.dark = wanted.dark;
  look.language =
      wanted.language == demos::Language::zh ? words::Language::zh : words::Language::en;
  look.time = wanted.time;
  look.zoom = wanted.zoom;
  session.handle(gui::SetLook{look});
  begin(session, course, wanted.file);
  settle(session);
  if (wanted.compare) session.handle(gui::CompareFile{});
  gui::Ui ui;
  gui::ShownCharacters shown;
  bool styled = false;
  const window::Shot shot{.width = wanted.width,
                          .height = wanted.height,
                          .fonts = window::font_sizes(wanted.scale, 1),
                          .also = also,
                          .frames = 6,
                          .background = gui::paper_colour(wanted.dark),
                          .characters = [&] { return shown.news(session.model(), ui); },
                          .zoom = [&] { return session.model().look.zoom; },
                          .of_ladders = [&] { return session.model().characters; }};
  const auto image = window::render(shot, *fonts, [&](const gui::Fonts& built) {
    if (!std::exchange(styled, true))
      gui::apply_style(wanted.dark, static_cast<float>(wanted.scale));
    for (const gui::Command& command : draw(session, built, ui)) session.handle(command);
    settle(session);
    session.handle(gui::GoTo{std::min(wanted.step, session.model().steps.size())});
  });
  const auto written =
      image ? write_whole(options.path, exporting::to_png(image->width, image->height, image->rgba))
            : std::unexpected(image.error());
  if (written) return done;
  say(written.error().str());
  return refused;
}

}  // namespace synoptic::cli
