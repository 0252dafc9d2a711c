// Counts packets by kind, and states by how they are known.
#include "viz/ladder/seen.hh"

#include <fmt/format.h>

#include <vector>

#include "viz/words/words.hh"

namespace synoptic::ladder {

using model::EventId;
using words::N_;
using words::say;
using words::tr;

namespace {

model::Duration length_of(const model::Trace& trace, std::span<const EventId> events) {
  return events.empty() ? model::Duration{} : trace[events.back()].t - trace[events.front()].t;
}

constexpr Noun a_segment{N_("{} segment"), N_("{} segments")};
constexpr Noun a_datagram{N_("{} datagram"), N_("{} datagrams")};
constexpr Noun a_message{N_("{} ICMP message"), N_("{} ICMP messages")};
constexpr Noun another{N_("{} other packet"), N_("{} other packets")};

}  // namespace

void Seen::look(const model::Trace& trace, std::span<const EventId> events) {
  for (const EventId id : events) {
    const model::Event& e = trace[id];
    if (const auto* p = std::get_if<model::Packet>(&e.body)) {
      ++packets;
      lost += p->fate == model::Fate::lost ? 1 : 0;
      damaged += p->fate == model::Fate::damaged ? 1 : 0;
      segments += e.kind == model::EventKind::segment ? 1 : 0;
      datagrams += e.kind == model::EventKind::datagram ? 1 : 0;
      others += e.kind == model::EventKind::other ? 1 : 0;
    }
    if (const auto* s = std::get_if<model::StateChange>(&e.body)) {
      states = true;
      inferred |= s->basis == model::Basis::inferred;
      confirmed |= s->basis == model::Basis::confirmed;
      contradicted |= s->basis == model::Basis::contradicted;
      found_so |= s->from == s->to;
    }
  }
}

// What the signs mean that were used.
void legend(Page& page, const Seen& seen) {
  const bool drawn = page.drawn();  // with bars of colour instead of glyphs
  std::vector<std::string> parts;
  if (seen.segments > 0) parts.emplace_back(tr("──▶ segment"));
  if (seen.datagrams > 0) parts.emplace_back(tr("┄┄▶ datagram"));
  if (seen.icmp() > 0) parts.emplace_back(tr("┄┄▶ ICMP message"));
  if (seen.lost > 0) parts.emplace_back(tr("╌╌✗ lost"));
  if (seen.damaged > 0) parts.emplace_back(tr("╌╌✗┃ damaged, dropped on arrival"));
  if (seen.others > 0) parts.emplace_back(tr("▪ other packet, and its first bytes"));
  if (seen.states)
    parts.emplace_back(drawn ? tr("● state, the lane coloured by it")
                             : tr("● state  lane: ┊ closed │ opening ┃ open ║ closing"));
  if (seen.found_so)
    parts.emplace_back(tr("○ in this state by now (how it came there is not seen)"));
  if (seen.inferred) parts.emplace_back(tr("~ inferred"));
  if (seen.confirmed) parts.emplace_back(tr("✓ inferred, and the kernel says so too"));
  if (seen.contradicted) parts.emplace_back(tr("✗ inferred, but the kernel says otherwise"));
  if (parts.empty()) return;
  page.skip(1);
  page.paragraph(fmt::format("{}", fmt::join(parts, "  ")), Role::legend);
}

std::string counted(std::size_t n, Noun noun) {
  return say(n == 1 ? noun.one : noun.many, n);
}

std::string single_summary(const model::Trace& trace, std::span<const EventId> events,
                           const Seen& seen) {
  std::string text =
      trace.source() == model::Source::simulated ? tr("simulated: ") : tr("captured: ");
  if (seen.packets == 0) return text + tr("no packets");
  std::vector<std::string> counts;
  const auto count = [&](std::size_t n, Noun noun) {
    if (n > 0) counts.push_back(counted(n, noun));
  };
  count(seen.segments, a_segment);
  count(seen.datagrams, a_datagram);
  count(seen.icmp(), a_message);
  count(seen.others, another);
  text += fmt::format("{}", fmt::join(counts, tr(", ")));
  if (seen.lost > 0) text += say(", {} lost", seen.lost);
  if (seen.damaged > 0) text += say(", {} damaged", seen.damaged);
  return text + say(", in {}", model::format_duration(length_of(trace, events)));
}

}  // namespace synoptic::ladder
