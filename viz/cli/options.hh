// The command line, read and checked: what a command gets is ready to be used.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capture/live/live.hh"
#include "lessons/demos/demo.hh"
#include "sim/net/scenario.hh"
#include "viz/ladder/layout.hh"

namespace synoptic::cli {

enum class Command : std::uint8_t {
  none,
  lesson,
  sim,
  live,
  shell,
  compare,
  capture,
  open,
  demo,
  doctor,
  role,
  picture
};

enum class Format : std::uint8_t { text, svg, png, json, pcapng };

struct OutputFile {
  std::string path;
  Format format = Format::text;
};

struct OutputOptions {
  std::vector<OutputFile> files;
  std::optional<Format> to_stdout = Format::text;  // nothing when there are files and no --format
  bool raw_seq = false;
  bool summary = false;
  bool dark = false;                               // a PNG's ground
  demos::Language language = demos::Language::en;  // of the diagram
  ladder::TimeMode time = ladder::TimeMode::ordinal;
  std::optional<std::uint32_t> flow;  // by its number in the summary
  ladder::Several several = ladder::Several::automatic;
};

struct DemoChoice {
  const demos::Demo* demo = nullptr;
  const demos::Role* role = nullptr;  // commands demo and role only
  bool no_server = false;             // nobody has its port
  demos::DemoOptions program;  // its server's address may be unspecified: the command's own default
  wire::Family family = wire::Family::ipv4;
  bool by_hand =
      false;  // somebody types while the run goes on; else the demo's own lines are typed
};

struct SimulationOptions {
  std::vector<std::pair<std::string, std::string>>
      settings;  // for net::set(), in the order in which they count
  std::vector<net::Fault> faults;
};

struct LessonOptions {
  std::string name;  // or the path of its folder; empty: the list of the course
  demos::Language language = demos::Language::en;
  bool live = true;  // the real run beside the simulated one
};

// How the window begins; what is not given is as it was when the last one was closed.
struct WindowOptions {
  std::optional<demos::Language> language;
  std::optional<ladder::TimeMode> time;
  bool raw_seq = false;
};

// Of the window, for the README.
struct PictureOptions {
  int width = 1280, height = 720;  // pixels
  double scale = 1;
  double zoom = 1;       // of the ladders
  std::size_t step = 0;  // the cursor
  bool dark = false;
  ladder::TimeMode time = ladder::TimeMode::ordinal;
  std::string file;      // a capture in the place of the first lesson
  bool compare = false;  // and the simulated run beside it
  demos::Language language = demos::Language::en;
};

// Programs of the user's, in the private loopback: of live, when there is no demo.
struct CommandOptions {
  std::vector<std::vector<std::string>> commands;
  std::optional<model::Duration> wait, quiet;
};

struct Options {
  Command command = Command::none;
  OutputOptions output;
  DemoChoice demo;
  CommandOptions programs;
  SimulationOptions simulation;
  LessonOptions lesson;
  WindowOptions window;
  PictureOptions picture;
  std::optional<model::Duration> timeout;  // live, compare, shell
  live::CaptureOptions capture;
  std::string path;  // open (its filter is capture.filter), picture; none: for the window
};

// What ends the program instead: help on stdout (status 0), or a line on stderr.
struct Exit {
  int status = 0;
  std::string text;
};

std::expected<Options, Exit> parse(int argc, char** argv);

}  // namespace synoptic::cli
