// live, compare, capture: what runs on the real network. Output files are tried before the run;
// what was captured is shown in any case.
#include <fmt/format.h>
#include <unistd.h>

#include <optional>

#include "viz/cli/commands.hh"
#include "viz/cli/demo_runs.hh"
#include "viz/cli/drive.hh"
#include "viz/cli/output.hh"
#include "viz/cli/packet_lines.hh"
#include "viz/words/words.hh"

namespace synoptic::cli {
namespace {

using Source = model::Expected<std::unique_ptr<observe::TraceSource>>;

// A run, driven to its end or to Ctrl-C.
struct Ended {
  std::unique_ptr<observe::TraceSource> source;
  Driven driven = Driven::to_its_end;
  const model::Trace& trace() const { return source->trace(); }
};

model::Expected<Ended> run_and_wait(const Options& options, std::string_view doing) {
  Interrupts interrupts;
  Source source = live::run_private(make_live_spec(options.demo, options.timeout));
  if (!source) return std::unexpected(source.error());
  const Driven driven = drive(**source, interrupts, doing);
  return Ended{std::move(*source), driven};
}

// What there is to say about how it went: false when it is not the whole run, or when nothing was
// on the wire.
bool report_run(const Ended& run, const demos::Demo& demo) {
  const bool whole = report_end(*run.source);
  if (run.driven == Driven::interrupted) {
    say(fmt::format("the run was ended before {} was done; what came until then is shown",
                    demo.name));
    return false;
  }
  if (run.source->counters().captured > 0) return whole;
  say("no packet was captured; the calls of the programs say why");
  return false;
}

}  // namespace

int run_live(const Options& options) {
  if (!outputs_are_writable(options.output)) return refused;
  const demos::Demo& demo = *options.demo.demo;
  const auto run = run_and_wait(options, fmt::format("running {}", demo.name));
  if (!run) {
    say(run.error().str());
    return refused;
  }
  const bool whole = report_run(*run, demo);
  const int shown = show({.trace = run->trace(), .title = words::say("{} · captured", demo.name)},
                         options.output);
  return shown == done && !whole ? refused : shown;
}

int run_compare(const Options& options) {
  if (!outputs_are_writable(options.output)) return refused;
  const demos::Demo& demo = *options.demo.demo;
  const model::Trace sim = net::run(make_scenario(options));
  const auto run = run_and_wait(options, fmt::format("running {} on the real network", demo.name));
  if (!run) {
    say(fmt::format("{}; the simulated half needs no rights: synoptic sim {}", run.error().str(),
                    demo.name));
    return refused;
  }
  const bool whole = report_run(*run, demo);
  const ladder::Alignment alignment = ladder::align(sim, run->trace());
  const int shown = show({.trace = sim,
                          .live = &run->trace(),
                          .alignment = &alignment,
                          .title = std::string(demo.name)},
                         options.output);
  return shown == done && !whole ? refused : shown;
}

int run_capture(const Options& options) {
  Interrupts interrupts;
  live::CaptureOptions capture = options.capture;
  capture.give_up_rights = true;
  const Source source = live::capture(capture);
  if (!source) {
    say(source.error().str());
    return refused;
  }
  // Asked now: who called sudo writes the files, not root.
  if (!outputs_are_writable(options.output)) return refused;
  const std::string& interface = options.capture.interface;
  const std::string& filter = options.capture.filter;
  say(fmt::format("capturing on {}; Ctrl-C ends it", interface));
  std::optional<PacketLines> lines;
  if (options.output.to_stdout == Format::text && ::isatty(STDOUT_FILENO) != 0)
    lines.emplace(options.output.raw_seq, options.output.flow);
  drive(**source, interrupts, fmt::format("capturing on {}", interface), lines ? &*lines : nullptr);
  const bool whole = report_end(**source);
  std::string nothing;
  if ((*source)->counters().captured == 0) {
    nothing = filter.empty() ? fmt::format("no packet came over {} in that time", interface)
                             : fmt::format("no packet on {} matched '{}'", interface, filter);
  }
  const int shown = show({.trace = (*source)->trace(),
                          .title = words::say("captured on {}{}", interface,
                                              filter.empty() ? "" : fmt::format(" · {}", filter)),
                          .any_traffic = true,
                          .nothing = nothing},
                         options.output);
  return shown == done && !whole ? refused : shown;
}

}  // namespace synoptic::cli
