// The command line as it was typed, and what it means.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "viz/cli/options.hh"
#include "viz/cli/typed_programs.hh"

namespace synoptic::cli {

// The texts, as CLI11 found them.
struct Typed {
  using Word = std::optional<std::string>;  // empty is not the same as not given
  std::vector<std::string> files;
  std::string time = "ordinal", language = "en";
  Word format, flow;
  bool raw_seq = false, summary = false;
  std::string demo, role, address;
  Word names, pause, clients, bytes, encoding, peer, host, port;
  std::vector<std::string> lines;
  bool v4 = false, v6 = false, no_server = false, by_hand = false;
  std::vector<std::pair<std::string, std::string>> settings;
  std::vector<std::string> faults, sets;
  Word timeout;
  std::string interface = "lo", path, lesson;
  PictureOptions picture;
  bool no_live = false;
  std::vector<std::string> filter;
  Word count, duration;
  TypedPrograms programs;
};

// "tcp-echo, udp-echo, …"
std::string demo_names();

// Everything that makes no sense is found out here, before anything runs: throws Usage.
Options options_of(Command command, const Typed& typed);

}  // namespace synoptic::cli
