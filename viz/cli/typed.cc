// The texts of the command line turned into values.
#include "viz/cli/typed.hh"

#include <fmt/format.h>
#include <net/if.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <limits>

#include "viz/cli/commands.hh"
#include "viz/cli/formats.hh"
#include "viz/cli/suggest.hh"
#include "viz/cli/values.hh"

namespace synoptic::cli {
namespace {

constexpr std::uint64_t max_count = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t max_bytes = 1'000'000'000;
constexpr std::uint64_t max_flow = std::numeric_limits<std::uint32_t>::max() - 1;

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
  if (typed.flow && *typed.flow == "all")
    out.several = ladder::Several::beside;
  else if (typed.flow && *typed.flow == "each")
    out.several = ladder::Several::one_after_another;
  else if (typed.flow && typed.flow->find_first_not_of("0123456789") != std::string::npos)
    throw Usage(fmt::format("--flow {}: it is a whole number from 0 on, all or each", *typed.flow));
  else if (typed.flow)
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
  choice.no_server = typed.no_server;
  choice.by_hand = typed.by_hand;
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
      !typed.lines.empty() || typed.v4 || typed.v6 || typed.no_server)
    throw Usage(
        "--names, --pause, --clients, --lines, --addr, --port, -4 and -6 are for demos: tell your "
        "programs what to do after the --");
}

}  // namespace

std::string demo_names() {
  std::string names;
  for (const demos::Demo& demo : demos::demos())
    names += fmt::format("{}{}", names.empty() ? "" : ", ", demo.name);
  return names;
}

Options options_of(Command command, const Typed& typed) {
  Options out;
  out.command = command;
  if (command == Command::none) {
    out.output = output_of(typed);
    out.path = typed.path;
    return out;
  }
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
  } else if (command == Command::shell) {
    out.programs.quiet = quiet_of(typed.programs);
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

}  // namespace synoptic::cli
