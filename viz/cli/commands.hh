// The commands of `synoptic`: each takes what was typed and gives the exit status. Data goes to
// stdout, messages to stderr.
#pragma once

#include "viz/cli/messages.hh"
#include "viz/cli/options.hh"

namespace synoptic::cli {

// The exit statuses.
inline constexpr int done = 0;     // it worked
inline constexpr int refused = 1;  // the outside world refused, or the input was damaged
inline constexpr int misused = 2;  // what was typed makes no sense

// Everything: reads the command line, runs the command.
int run(int argc, char** argv);

int run_sim(const Options& options);
int run_live(const Options& options);
int run_commands(const Options& options);  // live, with commands in the place of a demo
int run_shell(const Options& options);
int run_compare(const Options& options);
int run_capture(const Options& options);
int run_open(const Options& options);
int run_demo(const Options& options);  // one role in this terminal, on the host's own network
int run_role(const Options& options);  // one role inside a live run: a process of its own
int run_doctor();
int run_lesson(const Options& options);  // the course, or a lesson in the terminal

}  // namespace synoptic::cli
