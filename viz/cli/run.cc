// What is typed becomes a command: the one switch over all of them, and those that fit in a few
// lines.
#include <fmt/format.h>

#include "viz/cli/commands.hh"
#include "viz/cli/demo_runs.hh"
#include "viz/cli/files.hh"
#include "viz/cli/output.hh"
#include "viz/cli/window_command.hh"
#include "viz/words/words.hh"

namespace synoptic::cli {
namespace {

// Without a command the window; without a display what it would show, as text.
int run_default(Options options) {
  const std::string& file = options.path;
  const auto closed = run_window(file, options.window);
  if (closed) return done;
  if (!file.empty()) {
    say(fmt::format("no window: {}; this is: synoptic open {}", closed.error().str(), file));
    options.command = Command::open;
    return run_open(options);
  }
  say(fmt::format("no window: {}; this is: synoptic compare tcp-echo", closed.error().str()));
  options.command = Command::compare;
  options.demo.demo = demos::find_demo("tcp-echo");
  options.demo.program.server.port = options.demo.demo->port;
  return run_compare(options);
}

int print(std::string_view text) {
  if (auto written = write_stdout(text); !written) {
    say(written.error().str());
    return refused;
  }
  return done;
}

}  // namespace

int run_sim(const Options& options) {
  if (!outputs_are_writable(options.output)) return refused;
  const model::Trace trace = net::run(make_scenario(options));
  return show({.trace = trace, .title = words::say("{} · simulated", options.demo.demo->name)},
              options.output);
}

int run_doctor() {
  bool all_needed = true;
  std::string text;
  for (const live::Check& check : live::doctor()) {
    const char* mark = check.works ? "works" : check.needed ? "FAILS" : "not here";
    text += fmt::format("{:<8} {}: {}\n", mark, check.name, check.detail);
    if (!check.works && !check.remedy.empty()) text += fmt::format("         {}\n", check.remedy);
    all_needed &= check.works || !check.needed;
  }
  text += all_needed ? "All that the demos need works here.\n"
                     : "Something that the demos need does not work here.\n";
  const int printed = print(text);
  return all_needed ? printed : refused;
}

int run(int argc, char** argv) {
  occupy_standard_streams();
  take_refused_writes();
  const auto options = parse(argc, argv);
  if (!options) {
    const Exit& exit = options.error();
    if (exit.status == done) return print(exit.text);
    say(exit.text);
    return exit.status;
  }
  if (options->output.language == demos::Language::zh) words::speak(words::Language::zh);
  switch (options->command) {
    case Command::none: return run_default(*options);
    case Command::sim: return run_sim(*options);
    case Command::live: return options->demo.demo ? run_live(*options) : run_commands(*options);
    case Command::shell: return run_shell(*options);
    case Command::compare: return run_compare(*options);
    case Command::capture: return run_capture(*options);
    case Command::open: return run_open(*options);
    case Command::demo: return run_demo(*options);
    case Command::lesson: return run_lesson(*options);
    case Command::doctor: return run_doctor();
    case Command::role: return run_role(*options);
    case Command::picture: return run_picture(*options);
  }
  return misused;
}

}  // namespace synoptic::cli
