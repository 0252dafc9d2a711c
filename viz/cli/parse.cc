// The command line by CLI11, and its texts turned into values. Everything that makes no sense is
// found out here, before anything runs.
#include <fmt/format.h>
#include <net/if.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <limits>

#include "viz/cli/commands.hh"
#include "viz/cli/formats.hh"
#include "viz/cli/mistakes.hh"
#include "viz/cli/options.hh"
#include "viz/cli/suggest.hh"
#include "viz/cli/typed_programs.hh"
#include "viz/cli/values.hh"

namespace synoptic::cli {
namespace {

constexpr std::uint64_t max_count = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t max_bytes = 1'000'000'000;
constexpr std::uint64_t max_flow = std::numeric_limits<std::uint32_t>::max() - 1;

// What was typed.
struct Typed {
  using Word = std::optional<std::string>;  // empty is not the same as not given
  std::vector<std::string> files;
  std::string time = "ordinal", language = "en";
  Word format, flow;
  bool raw_seq = false, summary = false;
  std::string demo, role, address;
  Word names, pause, clients, bytes, encoding, peer, host, port;
  std::vector<std::string> lines;
  bool v4 = false, v6 = false;
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
  add_word(sub, "--flow", typed.flow, "Only this flow, by the number that --summary shows")
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
      "Examples:\n  sudo synoptic capture                                what goes over lo\n"
      "  sudo synoptic capture -i eth0 tcp port 80 -o web.pcapng\n"
      "  sudo synoptic capture \"tcp port 80 and (host 10.0.0.1 or host 10.0.0.2)\"\n"
      "What means something to the shell, as ( ) and &, needs quotes.");
  open->footer(
      "Examples:\n  synoptic open trace.pcapng --summary\n"
      "  synoptic open trace.pcapng tcp port 80 and host 10.0.0.1\n  tcpdump -i lo -w - | synoptic "
      "open -");
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
    sub->add_option("--lang", typed.language, "Language of what the demo prints: en or zh (en)")
        ->type_name("LANG")
        ->group("Demo");
  }
  app.add_subcommand("doctor",
                     "What works on this machine and, where something does not, the remedy");
}

// --- what it means
// --------------------------------------------------------------------------------

bool same_file(const std::string& a, const std::string& b) {
  const auto whole = [](const std::string& path) {
    return std::filesystem::absolute(path).lexically_normal();
  };
  return whole(a) == whole(b);
}

demos::Language language_of(const Typed& typed) {
  if (typed.language != "en" && typed.language != "zh")
    throw Usage(fmt::format("--lang {}: it is en or zh", typed.language));
  return typed.language == "zh" ? demos::Language::zh : demos::Language::en;
}

OutputOptions output_of(const Typed& typed) {
  OutputOptions out;
  out.language = language_of(typed);
  for (const std::string& path : typed.files) {
    const std::string ending = ending_of(path);
    if (ending.empty())
      throw Usage(fmt::format("-o {}: the ending of the file's name says its format; {}", path,
                              formats_there));
    const bool again = std::ranges::any_of(
        out.files, [&](const OutputFile& file) { return same_file(file.path, path); });
    if (again) throw Usage(fmt::format("-o {}: the file is given twice; leave one out", path));
    out.files.push_back({path, format_of(ending, "-o " + path)});
  }
  if (typed.format) {
    out.to_stdout = format_of(
        *typed.format, fmt::format("--format {}", typed.format->empty() ? "''" : *typed.format));
  } else if (!out.files.empty()) {
    out.to_stdout.reset();
  }
  if (typed.time != "ordinal" && typed.time != "proportional") {
    throw Usage(fmt::format("--time {}: it is ordinal or proportional", typed.time));
  }
  out.time = typed.time == "ordinal" ? ladder::TimeMode::ordinal : ladder::TimeMode::proportional;
  out.raw_seq = typed.raw_seq;
  out.summary = typed.summary;
  if (typed.flow)
    out.flow = static_cast<std::uint32_t>(number_of("--flow", *typed.flow, 0, max_flow));
  const bool text =
      out.to_stdout == Format::text ||
      std::ranges::find(out.files, Format::text, &OutputFile::format) != out.files.end();
  if (out.summary && !text) {
    throw Usage("--summary is text: add --format txt or -o FILE.txt, or leave --summary out");
  }
  return out;
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

// "hello;bye" for the client, or for the role that is run; "server:hi;fine" for that role.
std::vector<demos::TypedLines> lines_of(const Typed& typed, const DemoChoice& choice) {
  std::vector<demos::TypedLines> all;
  for (const std::string& text : typed.lines) {
    const demos::Role* role = choice.role ? choice.role : &choice.demo->roles.back();
    std::string lines = text;
    for (const demos::Role& named : choice.demo->roles) {
      if (!text.starts_with(std::string(named.name) + ":")) continue;
      role = &named;
      lines = text.substr(named.name.size() + 1);
    }
    if (std::ranges::find(all, role->name, &demos::TypedLines::role) != all.end())
      throw Usage(
          fmt::format("--lines: those of the {} are given twice; leave one out", role->name));
    all.push_back(
        {std::string(role->name), lines.empty() ? std::vector<std::string>{} : split(lines, ';')});
  }
  return all;
}

DemoChoice demo_choice(const Typed& typed, bool with_role) {
  DemoChoice choice;
  choice.demo = &demo_of(typed);
  if (with_role) choice.role = &role_of(*choice.demo, typed.role);
  demos::DemoOptions& program = choice.program;
  if (typed.names) program.names = names_of(*typed.names);
  program.typed = lines_of(typed, choice);
  if (typed.pause) program.pause = time_of("--pause", *typed.pause);
  if (typed.clients)
    program.clients = static_cast<int>(number_of("--clients", *typed.clients, 1, 100));
  program.language = language_of(typed);
  if (typed.bytes) program.bytes = number_of("--bytes", *typed.bytes, 0, max_bytes);
  if (typed.encoding) program.encoding = encoding_of("--encoding", *typed.encoding);
  if (typed.peer) program.client = address_of(*typed.peer);

  if (!typed.address.empty() && typed.host)
    throw Usage("the address is given twice, with --addr and without");
  const bool addressed = !typed.address.empty() || typed.host;
  const bool goes = choice.role == &choice.demo->roles.back();
  if (!typed.address.empty()) set_server(program, typed.address, goes && choice.demo->uses.host);
  if (typed.host) program.server = {ip_of(*typed.host), 0};
  if (typed.port && program.server.port != 0)
    throw Usage("the port is given twice, with --port and in the address");
  if (typed.port)
    program.server.port = static_cast<std::uint16_t>(number_of("--port", *typed.port, 1, 65535));
  if (program.server.port == 0) program.server.port = choice.demo->port;
  const bool v6_address = addressed && program.host.empty() && program.server.ip.is_v6();
  if ((typed.v4 && (typed.v6 || v6_address)) ||
      (typed.v6 && addressed && program.host.empty() && !v6_address)) {
    throw Usage("-4, -6 and the address do not go together");
  }
  choice.family = typed.v6 || v6_address ? wire::Family::ipv6 : wire::Family::ipv4;
  if (typed.peer && program.client.ip.family != choice.family)
    throw Usage("--peer: it is no address of the family of the server's; -6 asks for IPv6");
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
  for (const std::string& word : typed.filter) out.filter += (out.filter.empty() ? "" : " ") + word;
  if (typed.count) out.max_packets = number_of("--count", *typed.count, 1, max_count);
  if (typed.duration) out.max_time = time_above_zero("--duration", *typed.duration);
  if (!typed.filter.empty() && ::if_nametoindex(typed.filter[0].c_str()) != 0) {
    throw Usage(fmt::format("'{}' is an interface, not a filter; type: -i {}", typed.filter[0],
                            typed.filter[0]));
  }
  if (!out.filter.empty()) {
    if (auto good = live::check_filter(out.filter); !good) throw Usage(good.error().str());
  }
  return out;
}

// "tcp-echo, udp-echo or udp-echo-tasks"; empty when there is none.
std::string demos_where(const std::function<bool(const demos::Demo&)>& good) {
  std::vector<std::string_view> names;
  for (const demos::Demo& demo : demos::demos())
    if (good(demo)) names.push_back(demo.name);
  if (names.size() < 2) return names.empty() ? "" : std::string(names.front());
  const std::string_view last = names.back();
  names.pop_back();
  return fmt::format("{} or {}", fmt::join(names, ", "), last);
}

// An option that the demo has no use for is not what was meant.
void check_uses(Command command, const demos::Demo& demo, const Typed& typed) {
  const auto check = [&](bool given, std::string_view option, std::string_view why_not,
                         const std::function<bool(const demos::Demo&)>& uses) {
    if (!given || uses(demo)) return;
    const std::string others = demos_where(uses);
    throw Usage(fmt::format("{}: {} {}; leave it out{}", option, demo.name, why_not,
                            others.empty() ? "" : ", or take " + others));
  };
  using demos::Demo;
  check(!typed.lines.empty(), "--lines", "reads no typed lines",
        [](const Demo& d) { return d.uses.lines; });
  check(typed.names.has_value(), "--names", "sends no names",
        [](const Demo& d) { return d.uses.names; });
  check(typed.pause.has_value(), "--pause", "makes no pause",
        [](const Demo& d) { return d.uses.pause; });
  check(typed.bytes.has_value(), "--bytes", "sends what it has to say",
        [](const Demo& d) { return d.uses.bytes; });
  check(typed.encoding.has_value(), "--encoding", "sends text as UTF-8",
        [](const Demo& d) { return d.uses.encoding; });
  check(typed.peer.has_value(), "--peer", "has a client whose port the system chooses",
        [](const Demo& d) { return d.client_port != 0; });
  const bool several = std::ranges::any_of(demo.roles, &demos::Role::many);
  if (typed.clients && !several)
    throw Usage(fmt::format("--clients: {} has one client; leave it out", demo.name));
  const auto check_setting = [&](std::string_view key, std::string_view option) {
    check(key.starts_with("isn-"), option, "is over UDP, which has no sequence numbers",
          [](const Demo& d) { return d.protocol == model::Protocol::tcp; });
  };
  for (const auto& [key, value] : typed.settings) check_setting(key, "--" + key);
  for (const std::string& text : typed.sets) check_setting(text, "--set " + text);
  if (command == Command::demo && typed.clients && typed.role == "client")
    throw Usage("--clients: demo runs one client; leave it out, and start the next elsewhere");
}

// Options of demos mean nothing to programs.
void check_programs(const Typed& typed) {
  if (!typed.demo.empty())
    throw Usage(fmt::format("live runs a demo or commands: leave out '{}', or what follows the --",
                            typed.demo));
  if (typed.names || typed.pause || typed.clients || typed.host || typed.port ||
      !typed.lines.empty() || typed.v4 || typed.v6)
    throw Usage(
        "--names, --pause, --clients, --lines, --addr, --port, -4 and -6 are for demos: tell your "
        "programs what to do after the --");
}

Options options_of(Command command, const Typed& typed) {
  Options out;
  out.command = command;
  if (command == Command::lesson) {
    out.lesson = {.name = typed.lesson, .language = language_of(typed), .live = !typed.no_live};
    return out;
  }
  if (command == Command::picture) {
    out.picture = typed.picture;
    out.picture.language = language_of(typed);
    out.picture.time =
        typed.time == "proportional" ? ladder::TimeMode::proportional : ladder::TimeMode::ordinal;
    out.path = typed.path;
    return out;
  }
  const bool one_role = command == Command::demo || command == Command::role;
  const bool programs = typed.programs.any;
  if (programs) {
    check_programs(typed);
    out.programs = programs_of(typed.programs);
  } else if (typed.programs.wait || typed.programs.quiet) {
    throw Usage("--wait and --quiet are for commands after a --; a demo needs neither");
  }
  const bool demo = !programs && (one_role || command == Command::sim || command == Command::live ||
                                  command == Command::compare);
  if (demo) out.demo = demo_choice(typed, one_role);
  if (demo && command != Command::role) check_uses(command, *out.demo.demo, typed);
  if (!one_role) out.output = output_of(typed);
  out.simulation = simulation_of(typed);
  if (typed.timeout) out.timeout = time_above_zero("--timeout", *typed.timeout);
  out.capture = capture_of(typed);
  out.path = typed.path;
  if (command == Command::open && typed.path.empty())
    throw Usage("name a file to open, or - for standard input");
  return out;
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
  app.require_subcommand(0, 1);  // a file named "sim" is no second command
  app.footer(
      "Without a command: the window; synoptic FILE shows a capture in it.\nTry: synoptic compare "
      "tcp-echo\nOf each command: synoptic COMMAND --help");
  if (std::string_view(argv[1]) == "live") argc = take_programs(argc, argv, typed.programs);
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
    return std::unexpected(Exit{misused, mistake(error, app)});
  }
}

}  // namespace synoptic::cli
