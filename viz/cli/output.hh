// From a trace, or two aligned, to what was asked for: text, SVG, PNG, JSON or pcapng, in files or
// on stdout.
#pragma once

#include <functional>
#include <string>

#include "viz/cli/options.hh"

namespace synoptic::cli {

// What is to be shown; `live` and `alignment` only for a comparison.
struct Shown {
  const model::Trace& trace;
  const model::Trace* live = nullptr;
  const ladder::Alignment* alignment = nullptr;
  std::string title;
  bool any_traffic =
      false;  // a capture of whatever was on the wire: with many flows, the summary is shown
  std::string nothing;  // not one packet is in it: this is said, instead of a text on stdout
};

// As many as the terminal has, else as COLUMNS says.
int text_columns();

// Before anything runs: whether each output file can be written. Says so where one cannot; false
// then.
bool outputs_are_writable(const OutputOptions& options);

// A file of this format, in two parts: what needs the traces is done now, what the answer does
// takes its time, needs nothing of them, and may be called on another thread.
using Rendering = std::function<model::Expected<std::string>()>;
Rendering start_render(const Shown& shown, Format format, const OutputOptions& options);
// What a file of this format holds; an error where a picture cannot be drawn.
model::Expected<std::string> render(const Shown& shown, Format format,
                                    const OutputOptions& options);

// Writes all that was asked for, and gives the exit status. When a file cannot be written after
// all, what it would have held is shown as text on stdout: nothing captured is lost.
int show(const Shown& shown, const OutputOptions& options);

}  // namespace synoptic::cli
