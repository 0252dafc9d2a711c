// open: a capture file, or a trace of ours; told apart by the first byte, not by the name.
#include <fmt/format.h>

#include <filesystem>

#include "viz/cli/commands.hh"
#include "viz/cli/drive.hh"
#include "viz/cli/input.hh"
#include "viz/cli/output.hh"
#include "viz/export/export.hh"

namespace synoptic::cli {
namespace {

int show_both(const model::Trace& sim, const model::Trace& live, const std::string& title,
              const Options& options) {
  const ladder::Alignment alignment = ladder::align(sim, live);
  return show({.trace = sim, .live = &live, .alignment = &alignment, .title = title},
              options.output);
}

int open_json(const Input& input, const std::string& name, const Options& options) {
  if (!options.capture.filter.empty()) {
    say("a capture filter needs a capture file; of a JSON trace, choose with --flow N");
    return misused;
  }
  const auto text = input.read_all(name);
  const auto read = text ? exporting::read_json_document(*text) : std::unexpected(text.error());
  if (!read) {
    say(fmt::format("'{}': {}", name, read.error().str()));
    return refused;
  }
  if (read->cut) say(fmt::format("'{}': {}", name, read->cut->str()));
  const auto status = [&](int shown) { return shown == done && read->cut ? refused : shown; };
  if (read->captured) return status(show_both(read->trace, *read->captured, name, options));
  return status(show({.trace = read->trace, .title = name, .any_traffic = true}, options.output));
}

// What to say of a capture in which no packet was found; empty when one was.
std::string nothing_in(const observe::TraceSource& source, const std::string& name,
                       const std::string& filter) {
  if (source.counters().captured > 0) return "";
  return filter.empty() ? fmt::format("'{}' has no packet in it", name)
                        : fmt::format("no packet in '{}' matches '{}'", name, filter);
}

}  // namespace

int run_open(const Options& options) {
  if (!outputs_are_writable(options.output)) return refused;
  const std::string name = options.path == "-"
                               ? "standard input"
                               : std::filesystem::path(options.path).filename().string();
  {
    const Input input(options.path);
    if (input.holds_json()) return open_json(input, name, options);
  }
  Interrupts interrupts;
  const auto source = live::open_file(options.path, options.capture.filter);
  if (!source) {
    say(source.error().str());
    return refused;
  }
  drive(**source, interrupts, fmt::format("reading {}", name));
  const auto failure = (*source)->failure();
  if (failure) say(failure->str());
  const model::Trace* simulated = (*source)->simulated();
  const int shown = simulated
                        ? show_both(*simulated, (*source)->trace(), name, options)
                        : show({.trace = (*source)->trace(),
                                .title = name,
                                .any_traffic = true,
                                .nothing = nothing_in(**source, name, options.capture.filter)},
                               options.output);
  return shown == done && failure ? refused : shown;
}

}  // namespace synoptic::cli
