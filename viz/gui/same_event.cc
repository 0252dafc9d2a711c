// Events are told by what they are, and counted.
#include "viz/gui/same_event.hh"

#include <cstdint>
#include <string_view>
#include <tuple>

namespace synoptic::gui {
namespace {

// Everything of an event that another run's same event has, too.
using Nature =
    std::tuple<std::string_view, model::EventKind, std::uint64_t, std::uint64_t, std::uint64_t>;

struct Describe {
  const model::Trace& trace;
  const model::Event& event;
  using Numbers = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>;

  Numbers operator()(const model::Packet& p) const {
    const bool segment = event.kind == model::EventKind::segment;
    const std::uint64_t seq = segment ? trace.relative_seq(event) : 0;
    const std::uint64_t ack = segment ? trace.relative_ack(event) : 0;
    return {seq << 32 | ack, std::uint64_t{p.len} << 8 | p.ctl.bits, p.retransmission ? 1 : 0};
  }
  Numbers operator()(const model::Call& c) const {
    return {static_cast<std::uint64_t>(c.name), static_cast<std::uint64_t>(c.fd), 0};
  }
  Numbers operator()(const model::StateChange& s) const {
    return {static_cast<std::uint64_t>(s.from), static_cast<std::uint64_t>(s.to), 0};
  }
  Numbers operator()(const model::Timer& t) const {
    return {static_cast<std::uint64_t>(t.name), static_cast<std::uint64_t>(t.action), 0};
  }
  Numbers operator()(const model::Loss&) const { return {}; }
  Numbers operator()(const model::Note&) const {
    return {static_cast<std::uint64_t>(event.why), 0, 0};
  }
};

Nature nature(const model::Trace& trace, const model::Event& event) {
  const auto [a, b, c] = std::visit(Describe{trace, event}, event.body);
  const std::string_view end =
      event.endpoint == model::EndpointId::none ? "" : std::string_view(trace[event.endpoint].name);
  return {end, event.kind, a, b, c};
}

}  // namespace

model::EventId same_event(const model::Trace& before, model::EventId event,
                          const model::Trace& after) {
  const Nature wanted = nature(before, before[event]);
  std::size_t nth = 0;
  for (std::uint32_t i = 0; i < model::index(event); ++i)
    nth += nature(before, before[model::EventId(i)]) == wanted ? 1 : 0;
  for (const model::Event& candidate : after.events()) {
    if (nature(after, candidate) == wanted && nth-- == 0) return candidate.id;
  }
  return model::EventId::none;
}

}  // namespace synoptic::gui
