// A Session in a Window.
#include "viz/cli/window_command.hh"

#include <utility>

#include "viz/cli/session.hh"
#include "viz/gui/ui.hh"
#include "viz/window/window.hh"

namespace synoptic::cli {

model::Expected<void> run_window(const std::string& file) {
  auto fonts = window::find_fonts();
  if (!fonts) return std::unexpected(fonts.error());
  auto window = window::Window::open(std::move(*fonts));
  if (!window) return std::unexpected(window.error());

  Session session(first_controls());
  gui::Ui ui;
  if (file.empty()) {
    session.handle(gui::StartLive{});
  } else {
    session.handle(gui::OpenFile{file});
  }
  (*window)->run({.look = [&] { return session.model().look; },
                  .draw =
                      [&](const gui::Fonts& built) {
                        ui.fonts = built;
                        return gui::draw(session.model(), ui);
                      },
                  .handle =
                      [&](const gui::Command& command) {
                        session.handle(command);
                        if (session.quit()) (*window)->close();
                      },
                  .tick =
                      [&](model::Duration passed) {
                        const bool changed = session.tick(passed);
                        return window::Ticked{.changed = changed, .busy = session.busy()};
                      }});
  return {};
}

}  // namespace synoptic::cli
