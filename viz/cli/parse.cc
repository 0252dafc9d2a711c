// The command line by CLI11.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <filesystem>

#include "viz/cli/commands.hh"
#include "viz/cli/formats.hh"
#include "viz/cli/mistakes.hh"
#include "viz/cli/options.hh"
#include "viz/cli/suggest.hh"
#include "viz/cli/typed.hh"
#include "viz/cli/values.hh"

namespace synoptic::cli {
namespace {

std::string demo_list() {
  std::string text = "The demos:\n";
  for (const demos::Demo& demo : demos::demos())
    text += fmt::format("  {:<22} {}\n", demo.name, demo.title);
  text.pop_back();
  return text;
}

CLI::Option* add_word(CLI::App& sub, const std::string& name, Typed::Word& word,
                      const std::string& help) {
  return sub.add_option_function<std::string>(
      name, [&word](const std::string& text) { word = text; }, help);
}

void add_output(CLI::App& sub, Typed& typed) {
  constexpr const char* group = "Output";
  sub.add_option(
         "-o,--output", typed.files,
         "Write FILE; its ending says the format: txt, svg, png, json or pcapng. May be given "
         "several times")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->group(group);
  add_word(sub, "-F,--format", typed.format,
           "Write to standard output as txt, svg, png, json or pcapng (txt)")
      ->type_name("FORMAT")
      ->group(group);
  sub.add_flag("--raw-seq", typed.raw_seq,
               "Sequence numbers as they are on the wire, not relative to the first")
      ->group(group);
  sub.add_option("--time", typed.time,
                 "Distance between rows: ordinal (one row after the other) or proportional to time")
      ->type_name("MODE")
      ->group(group);
  sub.add_flag("--summary", typed.summary,
               "The flows with their counts and judgements instead of the diagram")
      ->group(group);
  sub.add_option("--lang", typed.language,
                 "Language of the diagram, and of what a demo prints: en or zh (en)")
      ->type_name("LANG")
      ->group(group);
}

void add_flow(CLI::App& sub, Typed& typed) {
  add_word(sub, "--flow", typed.flow,
           "Only this flow, by the number that --summary shows; all: all in one picture, however "
           "wide; each: one after another")
      ->type_name("N")
      ->group("Output");
}

void add_program(CLI::App& sub, Typed& typed) {
  constexpr const char* group = "Demo";
  add_word(sub, "--names", typed.names, "Names that a client sends, in order (Michael,Tracy,Sarah)")
      ->type_name("A,B,C")
      ->group(group);
  add_word(sub, "--pause", typed.pause,
           "What the server waits before it answers, or how long a line takes to type (1s)")
      ->type_name("TIME")
      ->group(group);
  add_word(sub, "--clients", typed.clients, "Number of clients (1)")->type_name("N")->group(group);
  sub.add_option("--lines", typed.lines,
                 "What is typed, for demos that ask: at the client's prompts, or with ROLE: before "
                 "it at that role's. May be given for each")
      ->type_name("\"A;B\"")
      ->allow_extra_args(false)
      ->group(group);
  add_word(sub, "--bytes", typed.bytes, "What a client of bulk sends (100000)")
      ->type_name("N")
      ->group(group);
  add_word(sub, "--encoding", typed.encoding,
           "How text becomes bytes, for demos that ask: gb2312 or utf-8 (gb2312)")
      ->type_name("NAME")
      ->group(group);
  add_word(sub, "--peer", typed.peer, "Address of the client, for demos in which it binds one")
      ->type_name("HOST:PORT")
      ->group(group);
  add_word(sub, "--addr", typed.host, "Address of the server")->type_name("HOST")->group(group);
  add_word(sub, "--port", typed.port, "Port of the server (the demo's own)")
      ->type_name("N")
      ->group(group);
  sub.add_flag("-4", typed.v4, "Over IPv4 (it is so unless asked otherwise)")->group(group);
  sub.add_flag("-6", typed.v6, "Over IPv6")->group(group);
}

void add_demo(CLI::App& sub, Typed& typed) {
  sub.add_option("DEMO", typed.demo, "The demo: " + demo_names())->type_name("")->option_text(" ");
  sub.footer(demo_list());
}

void add_simulation(CLI::App& sub, Typed& typed) {
  constexpr const char* group = "Simulation";
  constexpr std::array named{"seed", "profile",    "delay",     "rate",
                             "loss", "isn-client", "isn-server"};
  std::string others;
  for (const net::ScenarioKey& key : net::scenario_keys()) {
    if (std::find(named.begin(), named.end(), key.name) == named.end()) {
      others += fmt::format("\n  {:<16} {}", key.name, key.help);
      continue;
    }
    auto put = [&typed, name = std::string(key.name)](const std::string& value) {
      typed.settings.emplace_back(name, value);
    };
    std::string help(key.help);
    help[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(help[0])));
    sub.add_option_function<std::string>(fmt::format("--{}", key.name), put, help)
        ->type_name("VALUE")
        ->group(group);
  }
  sub.add_option("--fault", typed.faults,
                 "What happens to a segment, as \"drop 2nd data client>server\". May be given "
                 "several times")
      ->type_name("TEXT")
      ->allow_extra_args(false)
      ->group(group);
  sub.add_option("--set", typed.sets, "Any setting of the simulation: those above, and those below")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false)
      ->group(group);
  sub.footer(
      demo_list() +
      "\n\nFaults:\n  (drop|duplicate|corrupt|delay TIME|swap) [Nth] "
      "[syn|syn-ack|ack|data|fin|rst|any]\n"
      "  (client>server|server>client) [from TIME] [to TIME]\n\nFurther settings for --set:" +
      others);
}

void add_timeout(CLI::App& sub, Typed& typed) {
  add_word(sub, "--timeout", typed.timeout,
           "End a run that has not ended by then (60s, and what the pauses take; commands: 600s)")
      ->type_name("TIME")
      ->group("Demo");
}

void add_lesson(CLI::App& app, Typed& typed) {
  CLI::App* lesson = app.add_subcommand("lesson", "List the course, or take a lesson");
  lesson
      ->add_option("NAME", typed.lesson,
                   "The lesson, by its name or number, or by the path of its folder; without: the "
                   "list of the course")
      ->type_name("")
      ->option_text(" ");
  lesson->add_option("--lang", typed.language, "Language of the lesson: en or zh (en)")
      ->type_name("LANG");
  lesson->add_flag("--no-live", typed.no_live, "The simulated side alone");
}

void add_picture(CLI::App& app, Typed& typed) {
  CLI::App* picture = app.add_subcommand("__picture", "")->group("");
  picture->add_option("FILE", typed.path)->required();
  picture->add_option("--width", typed.picture.width)->check(CLI::Range(320, 16384));
  picture->add_option("--height", typed.picture.height)->check(CLI::Range(240, 16384));
  picture->add_option("--scale", typed.picture.scale)->check(CLI::Range(0.5, 8.0));
  picture->add_option("--zoom", typed.picture.zoom)->check(CLI::Range(0.2, 8.0));
  picture->add_option("--step", typed.picture.step);
  picture->add_flag("--dark", typed.picture.dark);
  picture->add_option("--lang", typed.language);
  picture->add_option("--time", typed.time)->check(CLI::IsMember({"ordinal", "proportional"}));
  picture->add_option("--open", typed.picture.file);
  picture->add_flag("--compare", typed.picture.compare);
}

// What runs programs of the user's: live after a --, and shell.
void add_programs(CLI::App& app, CLI::App& live, Typed& typed) {
  add_program_options(live, typed.programs);
  live.footer(fmt::format("{}\n\n{}", demo_list(), live_examples));
  CLI::App* shell = app.add_subcommand(
      "shell", "A terminal inside a private loopback: what is started there is captured");
  add_output(*shell, typed);
  add_flow(*shell, typed);
  add_word(*shell, "--timeout", typed.timeout, "End it after this time (never)")->type_name("TIME");
  add_shell_options(*shell, typed.programs);
  shell->footer(shell_help);
}

void add_commands(CLI::App& app, Typed& typed) {
  add_lesson(app, typed);
  add_picture(app, typed);
  CLI::App* sim = app.add_subcommand("sim", "Run a demo on the simulated network");
  CLI::App* live = app.add_subcommand(
      "live", "Run a demo on the real network, in a private loopback, and capture it");
  CLI::App* compare =
      app.add_subcommand("compare", "Run a demo on both, and explain each difference");
  for (CLI::App* sub : {sim, live, compare}) {
    add_demo(*sub, typed);
    add_output(*sub, typed);
    add_program(*sub, typed);
  }
  for (CLI::App* sub : {sim, compare}) add_simulation(*sub, typed);
  for (CLI::App* sub : {live, compare}) add_timeout(*sub, typed);

  add_programs(app, *live, typed);
  CLI::App* capture = app.add_subcommand("capture", "Capture what any program does, until Ctrl-C");
  capture->add_option("-i,--interface", typed.interface, "The interface (lo)")->type_name("IF");
  add_word(*capture, "--count", typed.count, "End after N packets")->type_name("N");
  add_word(*capture, "--duration", typed.duration, "End after this time")->type_name("TIME");
  CLI::App* open =
      app.add_subcommand("open", "Show a capture file (pcap, pcapng) or a trace of ours (JSON)");
  open->add_option("FILE", typed.path, "The file; - is standard input")
      ->type_name("")
      ->option_text(" ");
  for (CLI::App* sub : {capture, open}) {
    sub->add_option("FILTER", typed.filter,
                    "A capture filter (BPF), in one word or several, as tcp port 9999")
        ->type_name("")
        ->option_text(" ");
  }
  capture->footer(
      "Examples:\n  synoptic capture                                what goes over lo\n"
      "  synoptic capture -i eth0 tcp port 80 -o web.pcapng\n"
      "  synoptic capture \"tcp port 80 and (host 10.0.0.1 or host 10.0.0.2)\"\n"
      "What means something to the shell, as ( ) and &, needs quotes.\n"
      "The device is opened by a helper, synoptic-capture, which is given the right once:\n"
      "synoptic doctor says how. With sudo it works without; the files are yours all the same.");
  open->footer(
      "Examples:\n  synoptic open trace.pcapng --summary\n"
      "  synoptic open trace.pcapng tcp port 80 and host 10.0.0.1\n  tcpdump -i lo -w - | synoptic "
      "open -");
  for (CLI::App* sub : {capture, open}) add_output(*sub, typed);
  for (CLI::App* sub : {sim, live, compare, capture, open}) add_flow(*sub, typed);
  for (CLI::App* sub : {sim, live, compare})
    sub->add_flag("--no-server", typed.no_server, "Leave the server out: nobody has its port")
        ->group("Demo");

  CLI::App* demo =
      app.add_subcommand("demo", "One side of a demo in this terminal, as in the tutorials");
  CLI::App* role = app.add_subcommand("__role", "")->group("");
  for (CLI::App* sub : {demo, role}) {
    add_demo(*sub, typed);
    sub->add_option("ROLE", typed.role, "server or client")->type_name("")->option_text(" ");
    sub->add_option("ADDR", typed.address, "HOST, HOST:PORT or [HOST]:PORT of the server")
        ->type_name("")
        ->option_text(" ");
    add_program(*sub, typed);
    sub->add_option("--lang", typed.language, "Language of what the demo prints: en or zh (en)")
        ->type_name("LANG")
        ->group("Demo");
  }
  role->add_flag("--by-hand", typed.by_hand);
  app.add_subcommand("doctor",
                     "What works on this machine and, where something does not, the remedy");
}

// Of the window, where no command is given. A file is one of these words only behind an option: a
// first word is a command, or is taken for one that was mistyped.
void add_window(CLI::App& app, Typed& typed, bool file) {
  constexpr const char* group = "Window";
  app.add_option("--lang", typed.language, "Language: en or zh")->type_name("LANG")->group(group);
  app.add_option("--time", typed.time,
                 "Distance between rows: ordinal (one row after the other) or proportional to time")
      ->type_name("MODE")
      ->group(group);
  app.add_flag("--raw-seq", typed.raw_seq,
               "Sequence numbers as they are on the wire, not relative to the first")
      ->group(group);
  if (file) app.add_option("FILE", typed.path)->group("");
}

Options window_options(const CLI::App& app, const Typed& typed) {
  Options options = options_of(Command::none, typed);
  if (app.count("--lang") > 0) options.window.language = options.output.language;
  if (app.count("--time") > 0) options.window.time = options.output.time;
  options.window.raw_seq = options.output.raw_seq;
  return options;
}

constexpr std::array<std::pair<std::string_view, Command>, 11> commands{{
    {"lesson", Command::lesson},
    {"sim", Command::sim},
    {"live", Command::live},
    {"shell", Command::shell},
    {"compare", Command::compare},
    {"capture", Command::capture},
    {"open", Command::open},
    {"demo", Command::demo},
    {"doctor", Command::doctor},
    {"__role", Command::role},
    {"__picture", Command::picture},
}};

bool is_internal(std::string_view command) {
  return command.starts_with("__");
}

}  // namespace

std::expected<Options, Exit> parse(int argc, char** argv) {
  if (argc <= 1) return Options{};
  std::vector<std::string> known;
  for (const auto& [name, command] : commands) {
    if (!is_internal(name) || name == argv[1]) known.emplace_back(name);
  }
  if (std::ranges::find(known, argv[1]) == known.end()) {
    std::error_code error;
    const std::filesystem::file_status status = std::filesystem::status(argv[1], error);
    if (argc == 2 && std::filesystem::exists(status) && !std::filesystem::is_directory(status)) {
      Options file;  // for the window
      file.path = argv[1];
      return file;
    }
    if (auto mistaken = no_file(argv[1])) return std::unexpected(std::move(*mistaken));
  }
  if (std::string unknown = unknown_command(argv[1], known); !unknown.empty())
    return std::unexpected(Exit{misused, std::move(unknown)});
  Typed typed;
  CLI::App app("Synoptic: see TCP twice, simulated and captured, side by side.", "synoptic");
  app.set_version_flag("--version", "synoptic " SYNOPTIC_VERSION);
  add_commands(app, typed);
  add_window(app, typed, argv[1][0] == '-');
  app.require_subcommand(0, 1);  // a file named "sim" is no second command
  app.footer(
      "Without a command: the window; synoptic FILE shows a capture in it.\nTry: synoptic compare "
      "tcp-echo\nOf each command: synoptic COMMAND --help");
  if (std::string_view(argv[1]) == "live") argc = take_programs(argc, argv, typed.programs);
  try {
    app.parse(argc, argv);
    const auto chosen = app.get_subcommands();
    if (chosen.empty()) {
      std::error_code error;
      const std::string& file = typed.path;
      if (!file.empty() && !std::filesystem::is_regular_file(file, error)) {
        if (auto mistaken = no_file(file)) return std::unexpected(std::move(*mistaken));
        return std::unexpected(Exit{misused, unknown_command(file, known)});
      }
      return window_options(app, typed);
    }
    const auto* found = std::find_if(commands.begin(), commands.end(), [&](const auto& c) {
      return c.first == chosen[0]->get_name();
    });
    return options_of(found->second, typed);
  } catch (const Usage& usage) {
    return std::unexpected(Exit{misused, usage.text});
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    return std::unexpected(Exit{done, chosen.empty() ? app.help() : chosen[0]->help("synoptic")});
  } catch (const CLI::CallForVersion& version) {
    return std::unexpected(Exit{done, std::string(version.what()) + "\n"});
  } catch (const CLI::ParseError& error) {
    return std::unexpected(Exit{misused, mistake(error, app)});
  }
}

}  // namespace synoptic::cli
