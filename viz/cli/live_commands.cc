// live, compare, capture: what runs on the real network. Output files are tried before the run;
// what was captured is shown in any case.
#include <fmt/format.h>

#include "viz/cli/commands.hh"
#include "viz/cli/demo_runs.hh"
#include "viz/cli/drive.hh"
#include "viz/cli/output.hh"

namespace synoptic::cli {
namespace {

using Source = model::Expected<std::unique_ptr<observe::TraceSource>>;

Source run_to_its_end(const Options& options, std::string_view doing, Interrupts& interrupts) {
  Source source = live::run_private(make_live_spec(options));
  if (source) drive(**source, interrupts, doing);
  return source;
}

// The exit status of a run that was shown with `shown`: a demo that put nothing on the wire did not
// work.
int status_of(int shown, bool whole, const observe::TraceSource& source) {
  if (shown != done) return shown;
  if (source.counters().captured > 0) return whole ? done : refused;
  say("no packet was captured; the calls of the programs say why");
  return refused;
}

}  // namespace

int run_live(const Options& options) {
  if (!outputs_are_writable(options.output)) return refused;
  Interrupts interrupts;
  const Source source =
      run_to_its_end(options, fmt::format("running {}", options.demo.demo->name), interrupts);
  if (!source) {
    say(source.error().str());
    return refused;
  }
  const bool whole = report_end(**source);
  const int shown = show(
      {.trace = (*source)->trace(), .title = fmt::format("{} · captured", options.demo.demo->name)},
      options.output);
  return status_of(shown, whole, **source);
}

int run_compare(const Options& options) {
  if (!outputs_are_writable(options.output)) return refused;
  const model::Trace sim = net::run(make_scenario(options));
  Interrupts interrupts;
  const Source source = run_to_its_end(
      options, fmt::format("running {} on the real network", options.demo.demo->name), interrupts);
  if (!source) {
    say(fmt::format("{}; the simulated half needs no rights: synoptic sim {}", source.error().str(),
                    options.demo.demo->name));
    return refused;
  }
  const bool whole = report_end(**source);
  const model::Trace& live = (*source)->trace();
  const ladder::Alignment alignment = ladder::align(sim, live);
  const int shown = show({.trace = sim,
                          .live = &live,
                          .alignment = &alignment,
                          .title = std::string(options.demo.demo->name)},
                         options.output);
  return status_of(shown, whole, **source);
}

int run_capture(const Options& options) {
  if (!outputs_are_writable(options.output)) return refused;
  Interrupts interrupts;
  const Source source = live::capture(options.capture);
  if (!source) {
    say(source.error().str());
    return refused;
  }
  say(fmt::format("capturing on {}; Ctrl-C ends it", options.capture.interface));
  drive(**source, interrupts, fmt::format("capturing on {}", options.capture.interface));
  const bool whole = report_end(**source);
  if ((*source)->counters().captured == 0) say("nothing was captured in that time");
  const std::string filter =
      options.capture.filter.empty() ? "" : fmt::format(" · {}", options.capture.filter);
  const int shown =
      show({.trace = (*source)->trace(),
            .title = fmt::format("captured on {}{}", options.capture.interface, filter),
            .any_traffic = true},
           options.output);
  return shown == done && !whole ? refused : shown;
}

}  // namespace synoptic::cli
