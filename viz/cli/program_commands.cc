// live with commands, and shell: the user's own programs in the private loopback, captured.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "viz/cli/commands.hh"
#include "viz/cli/drive.hh"
#include "viz/cli/output.hh"
#include "viz/words/words.hh"

namespace synoptic::cli {
namespace {

// One that hangs is ended after this, unless --timeout says otherwise.
constexpr model::Duration command_timeout = model::seconds(600);

// "client.py", and the second of that name "client.py 2".
std::string unused_name(const std::string& wanted, std::set<std::string>& used) {
  std::string name = wanted;
  for (int n = 2; !used.insert(name).second; ++n) name = fmt::format("{} {}", wanted, n);
  return name;
}

live::LiveSpec spec_of(const Options& options) {
  live::LiveSpec spec;
  std::set<std::string> used;
  for (const std::vector<std::string>& argv : options.programs.commands) {
    live::LiveRole role;
    role.name = unused_name(live::command_name(argv), used);
    role.argv = argv;
    role.kind = live::RoleKind::command;
    spec.roles.push_back(std::move(role));
  }
  spec.timeout = options.timeout.value_or(command_timeout);
  spec.wait = options.programs.wait.value_or(spec.wait);
  spec.quiet = options.programs.quiet.value_or(spec.quiet);
  spec.shim = live::find_shim();
  return spec;
}

live::LiveSpec shell_spec(const Options& options) {
  const char* variable = std::getenv("SHELL");
  const std::string shell =
      variable != nullptr && ::access(variable, X_OK) == 0 ? variable : "/bin/sh";
  live::LiveSpec spec;
  spec.roles.push_back({.name = "shell", .argv = {shell}, .kind = live::RoleKind::shell});
  spec.timeout = options.timeout.value_or(model::Duration{});
  spec.quiet = options.programs.quiet.value_or(spec.quiet);
  spec.shim = live::find_shim();
  return spec;
}

// While a shell runs it has the terminal; afterwards the terminal is ours again, as it was.
class BorrowedTerminal {
 public:
  ~BorrowedTerminal() {
    if (owner_ < 0) return;
    const auto before = ::signal(SIGTTOU, SIG_IGN);  // who is in the background may not ask for it
    ::tcsetpgrp(STDIN_FILENO, owner_);
    ::signal(SIGTTOU, before);
  }

 private:
  pid_t owner_ = ::isatty(STDIN_FILENO) != 0 ? ::tcgetpgrp(STDIN_FILENO) : -1;
};

std::string title_of(const live::LiveSpec& spec) {
  std::string names;
  for (const live::LiveRole& role : spec.roles) names += (names.empty() ? "" : " + ") + role.name;
  return names;
}

int run_programs(const live::LiveSpec& spec, const Options& options) {
  if (!outputs_are_writable(options.output)) return refused;
  if (spec.shim.empty())
    say("the library that records socket calls is not beside the program: packets only");
  model::Expected<std::unique_ptr<observe::TraceSource>> source;
  Driven driven = Driven::to_its_end;
  {
    const BorrowedTerminal terminal;
    Interrupts interrupts;
    source = live::run_private(spec);
    if (!source) {
      say(source.error().str());
      return refused;
    }
    driven = drive(**source, interrupts, "");
  }
  bool whole = report_end(**source);
  if (driven == Driven::interrupted)
    say("ended before all was done; what came until then is shown");
  const model::Trace& trace = (*source)->trace();
  std::string nothing;
  if ((*source)->counters().captured == 0) {
    nothing = "no packet was captured: no program sent anything to 127.0.0.1 or ::1";
    whole = whole && driven == Driven::interrupted;
  }
  const bool calls = std::ranges::any_of(trace.events(), [](const model::Event& event) {
    return event.kind == model::EventKind::call;
  });
  const int shown = show({.trace = trace,
                          .title = words::say("{} · captured", title_of(spec)),
                          .any_traffic = true,
                          .nothing = calls ? "" : nothing},
                         options.output);
  if (calls && !nothing.empty()) say(nothing);
  return shown == done && !whole ? refused : shown;
}

}  // namespace

int run_commands(const Options& options) {
  return run_programs(spec_of(options), options);
}

int run_shell(const Options& options) {
  say("a shell in a private loopback: what it starts is captured; exit ends it");
  return run_programs(shell_spec(options), options);
}

}  // namespace synoptic::cli
