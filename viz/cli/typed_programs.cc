// "-- python3 server.py + python3 client.py": read and checked.
#include "viz/cli/typed_programs.hh"

#include <algorithm>
#include <string_view>

#include "viz/cli/values.hh"

namespace synoptic::cli {

int take_programs(int argc, char** argv, TypedPrograms& typed) {
  char** const end = argv + argc;
  char** const dashes = std::find(argv, end, std::string_view("--"));
  typed.any = dashes != end;
  if (typed.any) typed.words.assign(dashes + 1, end);
  return static_cast<int>(dashes - argv);
}

namespace {

CLI::Option* add_time(CLI::App& app, const char* name, std::optional<std::string>& word,
                      const char* help) {
  return app
      .add_option_function<std::string>(
          name, [&word](const std::string& text) { word = text; }, help)
      ->type_name("TIME");
}

}  // namespace

void add_program_options(CLI::App& live, TypedPrograms& typed) {
  add_time(live, "--wait", typed.wait,
           "How long a command is given to listen, to be bound or to connect before the next one "
           "is started (5s)")
      ->group("Commands");
  add_time(live, "--quiet", typed.quiet,
           "How long nothing may happen, once the last command has ended, before those that still "
           "run are ended (1s)")
      ->group("Commands");
}

void add_shell_options(CLI::App& shell, TypedPrograms& typed) {
  add_time(shell, "--quiet", typed.quiet,
           "How long nothing may happen, once the shell has ended, before what it left in the "
           "background is ended (1s)");
}

CommandOptions programs_of(const TypedPrograms& typed) {
  CommandOptions out;
  out.commands.emplace_back();
  for (const std::string& word : typed.words) {
    if (word == "+")
      out.commands.emplace_back();
    else
      out.commands.back().push_back(word);
  }
  for (const auto& command : out.commands) {
    if (command.empty() || command[0].empty())
      throw Usage(
          "a command is missing; type it as: synoptic live -- python3 server.py + python3 "
          "client.py");
  }
  if (typed.wait) out.wait = time_of("--wait", *typed.wait);
  out.quiet = quiet_of(typed);
  return out;
}

std::optional<model::Duration> quiet_of(const TypedPrograms& typed) {
  if (!typed.quiet) return std::nullopt;
  return time_of("--quiet", *typed.quiet);
}

}  // namespace synoptic::cli
