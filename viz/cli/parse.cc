// The command line by CLI11, and its texts turned into values. Everything that makes no sense is
// found out here, before anything runs.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <filesystem>

#include "viz/cli/commands.hh"
#include "viz/cli/options.hh"
#include "viz/cli/suggest.hh"
#include "viz/export/socket_address.hh"

namespace synoptic::cli {
namespace {

constexpr std::string_view formats_there = "there are txt, svg, json and pcapng";

// What was typed.
struct Typed {
  std::vector<std::string> files;
  std::string format, time = "ordinal", language = "en";
  bool raw_seq = false, summary = false;
  std::optional<std::uint32_t> flow;
  std::string demo, role, address;
  std::string names, pause, lines, host;
  int clients = 1;
  std::optional<std::uint32_t> port;
  bool v4 = false, v6 = false;
  std::vector<std::pair<std::string, std::string>> settings;
  std::vector<std::string> faults, sets;
  std::string timeout;
  std::string interface = "lo", filter, path;
  std::uint64_t count = 0;
  std::string duration;
};

// Wrong usage; ends the reading, and never leaves this file.
struct Usage {
  explicit Usage(std::string text) : text(std::move(text)) {}
  std::string text;
};

// --- what may be typed
// ----------------------------------------------------------------------------

std::string demo_names() {
  std::string names;
  for (const demos::Demo& demo : demos::demos())
    names += fmt::format("{}{}", names.empty() ? "" : ", ", demo.name);
  return names;
}

std::string demo_list() {
  std::string text = "The demos:\n";
  for (const demos::Demo& demo : demos::demos())
    text += fmt::format("  {:<16} {}\n", demo.name, demo.title);
  text.pop_back();
  return text;
}

void add_output(CLI::App& sub, Typed& typed) {
  constexpr const char* group = "Output";
  sub.add_option("-o,--output", typed.files,
                 "Write FILE; its ending says the format: txt, svg, json or pcapng. May be given "
                 "several times")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->group(group);
  sub.add_option("-F,--format", typed.format,
                 "Write to standard output as txt, svg, json or pcapng (txt)")
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
}

void add_flow(CLI::App& sub, Typed& typed) {
  sub.add_option("--flow", typed.flow, "Only this flow, by the number that --summary shows")
      ->type_name("N")
      ->group("Output");
}

void add_program(CLI::App& sub, Typed& typed) {
  constexpr const char* group = "Demo";
  sub.add_option("--names", typed.names,
                 "Names that a client sends, in order (Michael,Tracy,Sarah)")
      ->type_name("A,B,C")
      ->group(group);
  sub.add_option("--pause", typed.pause, "What the server waits before it answers (1s)")
      ->type_name("TIME")
      ->group(group);
  sub.add_option("--clients", typed.clients, "Number of clients (1)")
      ->type_name("N")
      ->check(CLI::Range(1, 100).description(""))
      ->group(group);
  sub.add_option("--lines", typed.lines, "Typed lines, for demos that read them")
      ->type_name("\"A;B\"")
      ->group(group);
  sub.add_option("--addr", typed.host, "Address of the server")->type_name("HOST")->group(group);
  sub.add_option("--port", typed.port, "Port of the server (the demo's own)")
      ->type_name("N")
      ->check(CLI::Range(1, 65535).description(""))
      ->group(group);
  sub.add_flag("-4", typed.v4, "Over IPv4 (it is so unless asked otherwise)")->group(group);
  sub.add_flag("-6", typed.v6, "Over IPv6")->group(group);
  sub.add_option("--lang", typed.language, "Language of what the demo prints: en or zh (en)")
      ->type_name("LANG")
      ->group(group);
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
  sub.add_option("--timeout", typed.timeout,
                 "End a run that has not ended by then (60s, and what the pauses take)")
      ->type_name("TIME")
      ->group("Demo");
}

void add_commands(CLI::App& app, Typed& typed) {
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

  CLI::App* capture = app.add_subcommand("capture", "Capture what any program does, until Ctrl-C");
  capture->add_option("-i,--interface", typed.interface, "The interface (lo)")->type_name("IF");
  capture->add_option("FILTER", typed.filter, "A capture filter (BPF), as \"tcp port 9999\"")
      ->type_name("")
      ->option_text(" ");
  capture->add_option("--count", typed.count, "End after N packets")->type_name("N");
  capture->add_option("--duration", typed.duration, "End after this time")->type_name("TIME");
  CLI::App* open =
      app.add_subcommand("open", "Show a capture file (pcap, pcapng) or a trace of ours (JSON)");
  open->add_option("FILE", typed.path, "The file; - is standard input")
      ->type_name("")
      ->option_text(" ");
  open->add_option("FILTER", typed.filter, "A capture filter (BPF), as \"tcp port 9999\"")
      ->type_name("")
      ->option_text(" ");
  capture->footer(
      "Examples:\n  sudo synoptic capture                                what goes over lo\n"
      "  sudo synoptic capture -i eth0 \"port 80\" -o web.pcapng");
  open->footer(
      "Examples:\n  synoptic open trace.pcapng --summary\n  tcpdump -i lo -w - | synoptic open -");
  for (CLI::App* sub : {capture, open}) add_output(*sub, typed);
  for (CLI::App* sub : {sim, live, capture, open}) add_flow(*sub, typed);

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
  }
  app.add_subcommand("doctor",
                     "What works on this machine and, where something does not, the remedy");
}

// --- what it means
// --------------------------------------------------------------------------------

Format format_of(std::string_view word, std::string_view said) {
  constexpr std::array<std::pair<std::string_view, Format>, 5> there{{{"txt", Format::text},
                                                                      {"text", Format::text},
                                                                      {"svg", Format::svg},
                                                                      {"json", Format::json},
                                                                      {"pcapng", Format::pcapng}}};
  const auto* found = std::find_if(there.begin(), there.end(),
                                   [&](const auto& entry) { return entry.first == word; });
  if (found != there.end()) return found->second;
  const bool planned = word == "html" || word == "png" || word == "mmd";
  throw Usage(planned ? fmt::format("{}: the format {} is not part of this version; {}", said, word,
                                    formats_there)
                      : fmt::format("{}: unknown format '{}'; {}", said, word, formats_there));
}

OutputOptions output_of(const Typed& typed) {
  OutputOptions out;
  for (const std::string& path : typed.files) {
    const std::string ending = std::filesystem::path(path).extension().string();
    if (ending.size() < 2)
      throw Usage(fmt::format("-o {}: the ending of the file's name says its format; {}", path,
                              formats_there));
    out.files.push_back({path, format_of(std::string_view(ending).substr(1), "-o " + path)});
  }
  if (!typed.format.empty()) {
    out.to_stdout = format_of(typed.format, "--format " + typed.format);
  } else if (!out.files.empty()) {
    out.to_stdout.reset();
  }
  if (typed.time != "ordinal" && typed.time != "proportional") {
    throw Usage(fmt::format("--time {}: it is ordinal or proportional", typed.time));
  }
  out.time = typed.time == "ordinal" ? ladder::TimeMode::ordinal : ladder::TimeMode::proportional;
  out.raw_seq = typed.raw_seq;
  out.summary = typed.summary;
  out.flow = typed.flow;
  return out;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

model::Duration time_of(const std::string& option, const std::string& text) {
  const auto duration = model::parse_duration(text);
  if (!duration)
    throw Usage(
        fmt::format("{} {}: a time is a number with its unit, as 500ms or 2s", option, text));
  return *duration;
}

wire::IpAddress ip_of(const std::string& text) {
  if (text == "localhost") return wire::IpAddress::v4(127, 0, 0, 1);
  const auto ip = wire::IpAddress::parse(text);
  if (!ip) throw Usage(fmt::format("'{}' is no IP address; give one as 127.0.0.1 or ::1", text));
  return *ip;
}

// HOST, HOST:PORT or [HOST]:PORT; the port is 0 where none is given.
wire::SocketAddress address_of(const std::string& text) {
  if (const auto address = exporting::parse_socket_address(text)) return *address;
  if (text.starts_with("localhost:")) {
    if (const auto address = exporting::parse_socket_address("127.0.0.1" + text.substr(9)))
      return *address;
  }
  return {ip_of(text), 0};
}

const demos::Demo& demo_of(const Typed& typed) {
  if (typed.demo.empty()) throw Usage(fmt::format("name a demo: {}", demo_names()));
  if (const demos::Demo* demo = demos::find_demo(typed.demo)) return *demo;
  std::vector<std::string> known;
  for (const demos::Demo& demo : demos::demos()) known.emplace_back(demo.name);
  std::string text = fmt::format("there is no demo '{}'", typed.demo);
  const std::string near = suggest(typed.demo, known);
  throw Usage(near.empty() ? fmt::format("{}; there are {}", text, demo_names()) : text + near);
}

const demos::Role& role_of(const demos::Demo& demo, const std::string& name) {
  std::string names;
  for (const demos::Role& role : demo.roles) {
    if (role.name == name) return role;
    names += fmt::format("{}{}", names.empty() ? "" : " or ", role.name);
  }
  throw Usage(name.empty() ? fmt::format("name a role of {}: {}", demo.name, names)
                           : fmt::format("{} has no role '{}'; it is {}", demo.name, name, names));
}

DemoChoice demo_choice(const Typed& typed, bool with_role) {
  DemoChoice choice;
  choice.demo = &demo_of(typed);
  if (with_role) choice.role = &role_of(*choice.demo, typed.role);
  demos::DemoOptions& program = choice.program;
  if (!typed.names.empty()) program.names = split(typed.names, ',');
  if (std::ranges::any_of(program.names, &std::string::empty))
    throw Usage(fmt::format("--names {}: a name is empty", typed.names));
  if (!typed.lines.empty()) program.lines = split(typed.lines, ';');
  if (!typed.pause.empty()) program.pause = time_of("--pause", typed.pause);
  program.clients = typed.clients;
  if (typed.language != "en" && typed.language != "zh")
    throw Usage(fmt::format("--lang {}: it is en or zh", typed.language));
  program.language = typed.language == "zh" ? demos::Language::zh : demos::Language::en;

  if (!typed.address.empty() && !typed.host.empty())
    throw Usage("the address is given twice, with --addr and without");
  const bool addressed = !typed.address.empty() || !typed.host.empty();
  if (addressed)
    program.server = typed.address.empty() ? wire::SocketAddress{ip_of(typed.host), 0}
                                           : address_of(typed.address);
  if (typed.port) program.server.port = static_cast<std::uint16_t>(*typed.port);
  if (program.server.port == 0) program.server.port = choice.demo->port;
  const bool v6_address = addressed && program.server.ip.is_v6();
  if ((typed.v4 && (typed.v6 || v6_address)) || (typed.v6 && addressed && !v6_address)) {
    throw Usage("-4, -6 and the address do not go together");
  }
  choice.family = typed.v6 || v6_address ? wire::Family::ipv6 : wire::Family::ipv4;
  return choice;
}

SimulationOptions simulation_of(const Typed& typed) {
  SimulationOptions out;
  out.settings = typed.settings;
  for (const std::string& text : typed.sets) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) throw Usage(fmt::format("--set {}: it is KEY=VALUE", text));
    out.settings.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  net::Scenario scratch;
  for (const auto& [key, value] : out.settings) {
    if (auto good = net::set(scratch, key, value); !good) throw Usage(good.error().str());
  }
  for (const std::string& text : typed.faults) {
    auto fault = net::parse_fault(text);
    if (!fault) throw Usage(fault.error().str());
    out.faults.push_back(*fault);
  }
  return out;
}

live::CaptureOptions capture_of(const Typed& typed) {
  live::CaptureOptions out;
  out.interface = typed.interface;
  out.filter = typed.filter;
  out.max_packets = typed.count;
  if (!typed.duration.empty()) out.max_time = time_of("--duration", typed.duration);
  if (!typed.filter.empty()) {
    if (auto good = live::check_filter(typed.filter); !good) throw Usage(good.error().str());
  }
  return out;
}

Options options_of(Command command, const Typed& typed) {
  Options out;
  out.command = command;
  const bool one_role = command == Command::demo || command == Command::role;
  const bool demo = one_role || command == Command::sim || command == Command::live ||
                    command == Command::compare;
  if (demo) out.demo = demo_choice(typed, one_role);
  if (!one_role) out.output = output_of(typed);
  out.simulation = simulation_of(typed);
  if (!typed.timeout.empty()) out.timeout = time_of("--timeout", typed.timeout);
  out.capture = capture_of(typed);
  out.path = typed.path;
  if (command == Command::open && typed.path.empty())
    throw Usage("name a file to open, or - for standard input");
  return out;
}

// --- mistakes
// -------------------------------------------------------------------------------------

constexpr std::array<std::pair<std::string_view, Command>, 8> commands{{
    {"sim", Command::sim},
    {"live", Command::live},
    {"compare", Command::compare},
    {"capture", Command::capture},
    {"open", Command::open},
    {"demo", Command::demo},
    {"doctor", Command::doctor},
    {"__role", Command::role},
}};

std::optional<Exit> unknown_command(std::string_view word) {
  if (word.starts_with('-')) return std::nullopt;
  if (word == "lesson" || word == "shell") {
    return Exit{
        misused,
        fmt::format("the command '{}' is not part of this version; see: synoptic --help", word)};
  }
  std::vector<std::string> known;
  for (const auto& [name, command] : commands) {
    if (name == word) return std::nullopt;
    if (!name.starts_with("__")) known.emplace_back(name);
  }
  const std::string near = suggest(word, known);
  return Exit{misused, fmt::format("there is no command '{}'{}", word,
                                   near.empty() ? "; see: synoptic --help" : near)};
}

// CLI11's own words, on one line; for an option that does not exist, the nearest one that does.
std::string mistake(const CLI::ParseError& error, const CLI::App& app, int argc, char** argv) {
  std::string text = error.what();
  std::replace(text.begin(), text.end(), '\n', ' ');
  const auto chosen = app.get_subcommands();
  if (chosen.empty()) return text + "; see: synoptic --help";
  std::vector<std::string> known;
  for (const CLI::Option* option : chosen[0]->get_options()) {
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  }
  if (dynamic_cast<const CLI::ExtrasError*>(&error)) {
    for (int i = 2; i < argc; ++i) {
      const std::string word = std::string(argv[i]).substr(0, std::string_view(argv[i]).find('='));
      if (!word.starts_with("--") || std::ranges::find(known, word) != known.end()) continue;
      const std::string near = suggest(word, known);
      text = fmt::format("{} has no option '{}'", chosen[0]->get_name(), word);
      if (!near.empty()) return text + near;
      break;
    }
  }
  return fmt::format("{}; see: synoptic {} --help", text, chosen[0]->get_name());
}

}  // namespace

std::expected<Options, Exit> parse(int argc, char** argv) {
  if (argc <= 1) return Options{};
  if (const auto unknown = unknown_command(argv[1])) return std::unexpected(*unknown);
  Typed typed;
  CLI::App app("Synoptic: see TCP twice, simulated and captured, side by side.", "synoptic");
  app.set_version_flag("--version", "synoptic " SYNOPTIC_VERSION);
  add_commands(app, typed);
  app.footer("Try: synoptic compare tcp-echo\nOf each command: synoptic COMMAND --help");
  try {
    app.parse(argc, argv);
    const auto chosen = app.get_subcommands();
    if (chosen.empty()) return Options{};
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
    return std::unexpected(Exit{misused, mistake(error, app, argc, argv)});
  }
}

}  // namespace synoptic::cli
