// The part of the command line that concerns programs of the user's: what follows a --, and how
// they are run.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "viz/cli/options.hh"

namespace synoptic::cli {

struct TypedPrograms {
  bool any = false;                // there is a --
  std::vector<std::string> words;  // after it
  std::optional<std::string> wait, quiet;
};

// Takes off the command line what is not ours to read; gives how much of it is left.
int take_programs(int argc, char** argv, TypedPrograms& typed);
void add_program_options(CLI::App& live, TypedPrograms& typed);
void add_shell_options(CLI::App& shell, TypedPrograms& typed);
// Each throws Usage.
CommandOptions programs_of(const TypedPrograms& typed);
std::optional<model::Duration> quiet_of(const TypedPrograms& typed);

inline constexpr const char* live_examples =
    "Any program, one or several, each started when the one before it listens:\n"
    "  synoptic live -- python3 server.py + python3 client.py\n"
    "  synoptic live -o echo.svg -- ./server 9999 + ./client 9999 + ./client 9999\n"
    "They find each other at 127.0.0.1 (or 127.0.0.2, …) and ::1. What they print comes on\n"
    "standard error; the last one reads what is typed. To them your user id is 0; their files are\n"
    "yours all the same.";
inline constexpr const char* shell_help =
    "It runs $SHELL, or /bin/sh. Its programs find each other at 127.0.0.1 (or 127.0.0.2, …) and\n"
    "::1, and nobody else; to them your user id is 0, and their files are yours all the same. The\n"
    "diagram comes when the shell ends. For one of a server and a client:\n"
    "  python3 server.py &\n  python3 client.py\n  exit";

}  // namespace synoptic::cli
