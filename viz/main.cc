// The one binary: the supervisor of a live run, if it was started as that; else the command that
// was typed.
#include "capture/live/live.hh"
#include "viz/cli/commands.hh"

int main(int argc, char** argv) {
  synoptic::live::supervisor_entry(argc, argv);
  return synoptic::cli::run(argc, argv);
}
