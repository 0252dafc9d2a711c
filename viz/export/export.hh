// Export: small writers over a Scene or a Trace, and the reader of our JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/model/error.hh"
#include "sim/model/trace.hh"
#include "sim/wire/bytes.hh"
#include "viz/ladder/align.hh"
#include "viz/ladder/scene.hh"

namespace synoptic::exporting {

std::string to_text(const ladder::Scene& scene);  // UTF-8, one cell a unit, no trailing blanks
std::string to_svg(const ladder::Scene& scene);   // stands alone; readable in light and dark

// Our JSON. Written in order of time; bytes as hex. read_json() gives back a trace that writes the
// same text.
std::string to_json(const model::Trace& trace);
std::string to_json(const model::Trace& sim, const model::Trace& live,
                    const ladder::Alignment& alignment);
model::Expected<model::Trace> read_json(std::string_view text);
// The same, or both halves of a comparison.
struct JsonDocument {
  model::Trace trace;                    // the only one, or the simulated half
  std::optional<model::Trace> captured;  // the captured half
  std::optional<model::Error> cut;       // the text ended too early: this is what was whole
};
model::Expected<JsonDocument> read_json_document(std::string_view text);

// A pcapng file: simulated packets with a comment each (its why; lost ones say so), captured ones
// untouched.
wire::Bytes to_pcapng(const model::Trace& trace);
// Both halves of a comparison in one file, each on interfaces of its own ("simulated", "captured"):
// the first one's packets get comments, wherever that trace was read from.
wire::Bytes to_pcapng(const model::Trace& sim, const model::Trace& live);

}  // namespace synoptic::exporting
