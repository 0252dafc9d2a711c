// Chooses the writer for each format, and the width for text.
#include "viz/cli/output.hh"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "viz/cli/commands.hh"
#include "viz/cli/files.hh"
#include "viz/cli/picture.hh"
#include "viz/cli/select_flow.hh"
#include "viz/cli/summary.hh"
#include "viz/export/export.hh"
#include "viz/export/png.hh"

namespace synoptic::cli {
namespace {

constexpr int columns_without_terminal = 160;
constexpr int fewest_columns = 60, most_columns = 1000;
// A capture with more flows than this is a list of flows first.
constexpr std::size_t many_flows = 4;

ladder::Scene scene_of(const Shown& shown, const OutputOptions& options, ladder::Metrics metrics) {
  ladder::LayoutOptions layout;
  layout.metrics = metrics;
  layout.time = options.time;
  layout.raw_seq = options.raw_seq;
  layout.title = shown.title;
  layout.several = options.several;
  if (shown.live) return ladder::layout(shown.trace, *shown.live, *shown.alignment, layout);
  return ladder::layout(shown.trace, layout);
}

std::string text_of(const Shown& shown, const OutputOptions& options) {
  const bool list =
      options.summary || (shown.any_traffic && shown.trace.flows().size() > many_flows &&
                          options.several == ladder::Several::automatic);
  if (!list)
    return exporting::to_text(scene_of(shown, options, ladder::text_metrics(text_columns())));
  std::string text = shown.live ? comparison_summary(shown.trace, *shown.live, *shown.alignment)
                                : summary(shown.trace);
  if (!options.summary)
    text +=
        "\nOne of them as a diagram: --flow N; all of them: --flow each; this list on purpose: "
        "--summary\n";
  return text;
}

// A text shows the trace's warnings itself; where there is none on stdout, they are said here.
void say_warnings(const Shown& shown, std::optional<Format> to_stdout) {
  if (to_stdout == Format::text) return;
  for (const model::Trace* trace : {&shown.trace, shown.live}) {
    if (trace == nullptr) continue;
    for (const std::string& warning : trace->warnings) say(warning);
  }
}

model::Expected<void> write_file(const OutputFile& file, const Shown& shown,
                                 const OutputOptions& options) {
  const auto bytes = render(shown, file.format, options);
  return bytes ? write_whole(file.path, *bytes) : std::unexpected(bytes.error());
}

int show_all(const Shown& shown, const OutputOptions& options) {
  int status = done;
  std::optional<Format> format = options.to_stdout;
  if (!shown.nothing.empty()) say(shown.nothing);
  if (!shown.nothing.empty() && format == Format::text) format.reset();
  say_warnings(shown, format);
  for (const OutputFile& file : options.files) {
    if (auto written = write_file(file, shown, options); !written) {
      say(written.error().str());
      status = refused;
    }
  }
  if (status != done && !format && shown.nothing.empty()) {
    say("what it would have held follows as text on standard output");
    format = Format::text;
  }
  if (format) {
    const auto bytes = render(shown, *format, options);
    if (!bytes) {
      say(bytes.error().str());
      return refused;
    }
    if (auto written = write_stdout(*bytes); !written) {
      const model::Error remedied{written.error().what, "write a file instead: -o FILE.txt"};
      say((options.files.empty() ? remedied : written.error()).str());
      status = refused;
    }
  }
  return status;
}

}  // namespace

Rendering start_render(const Shown& shown, Format format, const OutputOptions& options) {
  if (format == Format::png) {
    auto image = pixels_of(scene_of(shown, options, ladder::svg_metrics()), options.dark);
    return [made = std::move(image)]() -> model::Expected<std::string> {
      if (!made) return std::unexpected(made.error());
      return exporting::to_png(made->width, made->height, made->rgba);
    };
  }
  return [made = render(shown, format, options)] { return made; };
}

model::Expected<std::string> render(const Shown& shown, Format format,
                                    const OutputOptions& options) {
  switch (format) {
    case Format::text: return text_of(shown, options);
    case Format::svg: return exporting::to_svg(scene_of(shown, options, ladder::svg_metrics()));
    case Format::png: return png_of(scene_of(shown, options, ladder::svg_metrics()), options.dark);
    case Format::json:
      return shown.live ? exporting::to_json(shown.trace, *shown.live, *shown.alignment)
                        : exporting::to_json(shown.trace);
    case Format::pcapng: {
      const wire::Bytes file = shown.live ? exporting::to_pcapng(shown.trace, *shown.live)
                                          : exporting::to_pcapng(shown.trace);
      return std::string(file.begin(), file.end());
    }
  }
  return std::string();
}

int text_columns() {
  winsize size{};
  if (::isatty(STDOUT_FILENO) && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
      size.ws_col > 0) {
    return std::clamp<int>(size.ws_col, fewest_columns, most_columns);
  }
  const char* variable = std::getenv("COLUMNS");
  const std::string_view text = variable ? variable : "";
  int columns = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), columns);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size())
    return columns_without_terminal;
  return std::clamp(columns, fewest_columns, most_columns);
}

bool outputs_are_writable(const OutputOptions& options) {
  for (const OutputFile& file : options.files) {
    if (auto good = check_writable(file.path); !good) {
      say(good.error().str());
      return false;
    }
  }
  return true;
}

int show(const Shown& shown, const OutputOptions& options) {
  if (!options.flow) return show_all(shown, options);
  std::vector<ladder::FlowPair> pairs;
  if (shown.live) pairs = ladder::flow_pairs(shown.trace, *shown.alignment);
  const std::size_t count = shown.live ? pairs.size() : shown.trace.flows().size();
  if (*options.flow >= count) {
    say(fmt::format("there is no flow {}{}", *options.flow,
                    count == 0   ? ": there is none at all"
                    : count == 1 ? "; the only one has the number 0"
                                 : fmt::format("; they are numbered 0 to {}, and listed on "
                                               "standard output",
                                               count - 1)));
    const std::string list = shown.live
                                 ? comparison_summary(shown.trace, *shown.live, *shown.alignment)
                                 : summary(shown.trace);
    if (auto written = write_stdout(list); !written) {
      say(written.error().str());
      return refused;
    }
    return misused;
  }
  if (shown.live) {
    const BothSides both = select_pair(shown.trace, *shown.live, pairs[*options.flow]);
    const ladder::Alignment alignment = ladder::align(both.sim, both.live);
    return show_all(
        {.trace = both.sim, .live = &both.live, .alignment = &alignment, .title = shown.title},
        options);
  }
  const model::Trace one = select_flow(shown.trace, static_cast<model::FlowId>(*options.flow));
  return show_all({.trace = one, .title = shown.title}, options);
}

}  // namespace synoptic::cli
