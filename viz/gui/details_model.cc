// The details of an event gathered: its packet, its why, its row of the comparison, its two ends.
#include "viz/gui/details_model.hh"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "viz/words/words.hh"

namespace synoptic::gui {

using words::tr;

namespace {

using ladder::Side;
using ladder::Verdict;
using model::Event;
using model::EventId;
using model::Trace;

const model::Packet* packet_in(const Event& e) {
  return std::get_if<model::Packet>(&e.body);
}

Mention mention(const Model& model, Side side, EventId id) {
  const Trace& trace = model.trace_of(side);
  return {{side, id}, one_line(trace, trace[id], model.look.raw_seq), ladder::shows(trace[id])};
}

// --- the packet

// The event itself, or what led to it, if that is a packet.
std::optional<EventId> packet_of(const Trace& trace, const Event& e) {
  if (packet_in(e) != nullptr) return e.id;
  if (e.kind == model::EventKind::call || e.cause == EventId::none) return std::nullopt;
  if (packet_in(trace[e.cause]) == nullptr) return std::nullopt;
  return e.cause;
}

template <typename Number>
wire::Saying with_relative(const wire::Saying& value, Number relative) {
  return wire::Saying::of("{} (relative {})", value, relative);
}

void add_relative(wire::Decoded& decoded, const Trace& trace, const Event& segment) {
  if (segment.kind != model::EventKind::segment || segment.flow == model::FlowId::none) return;
  for (wire::Layer& layer : decoded.layers) {
    if (layer.name != "TCP") continue;
    for (wire::Field& field : layer.fields) {
      if (field.name == "Sequence Number")
        field.value = with_relative(field.value, trace.relative_seq(segment));
      if (field.name == "Acknowledgment Number" && packet_in(segment)->ctl.has(wire::ACK))
        field.value = with_relative(field.value, trace.relative_ack(segment));
    }
  }
}

PacketDetails packet_details(const Model& model, Side side, EventId id, bool led_to) {
  const Trace& trace = model.trace_of(side);
  const Event& e = trace[id];
  const model::Packet& p = *packet_in(e);
  PacketDetails details{.event = {side, id},
                        .led_to = led_to,
                        .line = one_line(trace, e, model.look.raw_seq),
                        .bytes = p.bytes,
                        .original_size = p.original_size,
                        .decoded = wire::decode(p.bytes, p.link, p.original_size)};
  add_relative(details.decoded, trace, e);
  return details;
}

// --- why

WhyDetails why_of(const Model& model, const Selected& focus) {
  const Event& e = model.trace_of(focus.side)[focus.event];
  const model::WhyInfo& info = model::info(e.why);
  WhyDetails why{words_of(e.why), std::string(info.rfc), {}};
  EventId cause = e.cause;
  if (focus.at_return) {
    const EventId ended = ends_wait(model.trace_of(focus.side), focus.event);
    if (ended != focus.event) cause = ended;
  }
  if (cause != EventId::none) why.cause = mention(model, focus.side, cause);
  return why;
}

// --- the difference

const std::vector<EventId>& ids_of(const ladder::Row& row, Side side) {
  return side == Side::sim ? row.sim : row.live;
}

std::size_t row_of(const ladder::Alignment& alignment, Side side, EventId packet) {
  const auto found = std::ranges::find_if(alignment.rows, [&](const ladder::Row& row) {
    const auto& ids = ids_of(row, side);
    return std::ranges::find(ids, packet) != ids.end();
  });
  return static_cast<std::size_t>(found - alignment.rows.begin());
}

std::string_view heading_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::same: return tr("The same on both sides.");
    case Verdict::merged: return tr("Several segments in the simulation, one in the real run.");
    case Verdict::split: return tr("One segment in the simulation, several in the real run.");
    case Verdict::only_sim: return tr("Only in the simulation.");
    case Verdict::only_live: return tr("Only in the real run.");
    case Verdict::differs: return tr("Not the same on both sides.");
    case Verdict::unexplained: return tr("Not the same on both sides, and no known reason fits.");
  }
  return "";
}

std::string options_of(const Event& e) {
  const auto& p = *packet_in(e);
  const wire::ParsedOptions o =
      wire::view(p.bytes, p.link, p.original_size, {.verify_checksums = false}).tcp.options.parse();
  std::string text;
  const auto add = [&](const std::string& option) { text += (text.empty() ? "" : ", ") + option; };
  if (o.mss) add(fmt::format("MSS {}", *o.mss));
  if (o.sack_permitted) add(tr("SACK permitted"));
  if (o.timestamps) add(tr("timestamps"));
  if (o.window_scale) add(fmt::format(fmt::runtime(tr("window scale {}")), *o.window_scale));
  if (o.sack_count > 0) add(tr("SACK blocks"));
  if (o.unknown) add(tr("others"));
  return text.empty() ? tr("none") : text;
}

// The time from the packet before the row to its last one, on one side.
std::string gap_before(const Model& model, std::size_t row, Side side) {
  const auto& rows = model.alignment.rows;
  const Trace& trace = model.trace_of(side);
  const model::Instant t = trace[ids_of(rows[row], side).front()].t;
  for (std::size_t i = row; i-- > 0 && rows[i].conversation == rows[row].conversation;) {
    if (const auto& ids = ids_of(rows[i], side); !ids.empty())
      return model::format_duration(t - trace[ids.back()].t);
  }
  return tr("none before it");
}

std::vector<std::string> also_differs(const Model& model, std::size_t at) {
  std::vector<std::string> also;
  const ladder::Row& row = model.alignment.rows[at];
  if (row.sim.empty() || row.live.empty()) return also;
  const Event& sim = model.sim()[row.sim.back()];
  const Event& live = (*model.live)[row.live.back()];
  if (row.window_differs)
    also.push_back(fmt::format(fmt::runtime(tr("Window: {} octets simulated, {} captured.")),
                               packet_in(sim)->wnd, packet_in(live)->wnd));
  if (row.options_differ)
    also.push_back(fmt::format(fmt::runtime(tr("Options: {} simulated; {} captured.")),
                               options_of(sim), options_of(live)));
  if (row.timing_differs)
    also.push_back(
        fmt::format(fmt::runtime(tr("Time since the packet before: {} simulated, {} captured.")),
                    gap_before(model, at, Side::sim), gap_before(model, at, Side::live)));
  return also;
}

DifferenceDetails difference_of(const Model& model, Side side, std::optional<EventId> packet) {
  DifferenceDetails details;
  if (model.alone()) return details;  // there is nothing to compare it with
  if (model.live == nullptr || model.live->events().empty()) {
    details.heading = tr("The real run has shown nothing yet that this could be compared with.");
    return details;
  }
  const std::size_t at =
      packet ? row_of(model.alignment, side, *packet) : model.alignment.rows.size();
  if (at == model.alignment.rows.size()) {
    details.heading = tr("Packets are compared row by row; this is none.");
    return details;
  }
  const ladder::Row& row = model.alignment.rows[at];
  if (row.live.empty() && model.live_run.state == LiveState::running) {
    details.heading = tr("The real run goes on: its packet has not come yet.");
    return details;
  }
  details.verdict = row.verdict;
  details.heading = heading_of(row.verdict);
  if (row.reason) {
    details.text = row.reason->text;
    for (const EventId id : row.reason->cites_sim)
      details.cites.push_back(mention(model, Side::sim, id));
    for (const EventId id : row.reason->cites_live)
      details.cites.push_back(mention(model, Side::live, id));
  }
  details.also = also_differs(model, at);
  const Side other = side == Side::sim ? Side::live : Side::sim;
  for (const EventId id : ids_of(row, other))
    details.counterpart.push_back(mention(model, other, id));
  return details;
}

std::string why_no_ends(const Trace& trace, const Event& e) {
  if (e.kind == model::EventKind::other) return tr("This packet belongs to no connection.");
  const bool udp =
      e.endpoint != model::EndpointId::none && trace[e.endpoint].protocol == model::Protocol::udp;
  return udp ? tr("UDP has no connections: its ends keep no state and no TCB.")
             : tr("No TCP connection is known here.");
}

}  // namespace

wire::ByteRange range_of(const wire::Decoded& decoded, FieldRef ref) {
  if (!ref.valid() || static_cast<std::size_t>(ref.layer) >= decoded.layers.size()) return {};
  const wire::Layer& layer = decoded.layers[static_cast<std::size_t>(ref.layer)];
  if (ref.field < 0 || static_cast<std::size_t>(ref.field) >= layer.fields.size())
    return layer.range;
  return layer.fields[static_cast<std::size_t>(ref.field)].range;
}

// Of fields that share a byte, the smallest: a part of another, and of two the first.
FieldRef field_at(const wire::Decoded& decoded, std::uint32_t byte) {
  const auto holds = [&](wire::ByteRange range) {
    return byte >= range.offset && byte < range.end();
  };
  for (std::size_t l = 0; l < decoded.layers.size(); ++l) {
    const wire::Layer& layer = decoded.layers[l];
    FieldRef found;
    for (std::size_t f = 0; f < layer.fields.size(); ++f) {
      const wire::Field& field = layer.fields[f];
      // A flag is one bit of the byte: the byte stands for all of them.
      if (!holds(field.range) || (field.depth > 0 && field.bit_size > 0)) continue;
      const bool closer =
          found.field < 0 ||
          field.range.size < layer.fields[static_cast<std::size_t>(found.field)].range.size ||
          field.depth > layer.fields[static_cast<std::size_t>(found.field)].depth;
      if (closer) found = {static_cast<int>(l), static_cast<int>(f)};
    }
    if (found.valid()) return found;
    if (holds(layer.range)) return {static_cast<int>(l), -1};
  }
  return {};
}

HexLine hex_line(wire::ByteSpan bytes, std::uint32_t offset, std::uint32_t per_line) {
  HexLine line{.offset = offset, .hex = {}, .text = {}};
  for (const std::uint8_t byte : wire::slice(bytes, {offset, per_line})) {
    line.hex += fmt::format("{:02x} ", byte);
    line.text += byte >= 0x20 && byte < 0x7f ? static_cast<char>(byte) : '.';
  }
  return line;
}

Details details_of(const Model& model, const Selected& focus) {
  const Trace& trace = model.trace_of(focus.side);
  const Event& e = trace[focus.event];
  Told told = tell(trace, e);
  Details details{
      .focus = focus,
      .simulated = focus.side == Side::sim || trace.source() == model::Source::simulated,
      .heading = std::move(told.heading),
      .sentences = std::move(told.sentences),
      .oddities = {},
      .packet = {},
      .why = why_of(model, focus),
      .difference = {},
      .ends = ends_of(model, focus),
      .no_ends = {}};
  const std::optional<EventId> packet = packet_of(trace, e);
  if (packet) {
    details.packet = packet_details(model, focus.side, *packet, *packet != e.id);
    if (!details.packet->led_to) {
      for (const wire::Anomaly& anomaly : details.packet->decoded.anomalies)
        details.oddities.push_back(words::say(anomaly.text));
    }
  }
  const bool is_fate = std::holds_alternative<model::Loss>(e.body);
  details.difference =
      difference_of(model, focus.side, packet_in(e) != nullptr || is_fate ? packet : std::nullopt);
  if (!details.ends) details.no_ends = why_no_ends(trace, e);
  return details;
}

}  // namespace synoptic::gui
