// What the kernel said of both ends of a real connection, at the event in focus or beside it.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "viz/gui/details_model.hh"
#include "viz/words/words.hh"

namespace synoptic::gui {

using words::N_;
using words::say;
using words::tr;

namespace {

using ladder::Side;
using model::EndpointId;
using model::Event;
using model::EventId;
using model::FlowId;
using model::Instant;
using model::KernelSample;
using model::Trace;

constexpr Instant the_end{std::numeric_limits<std::int64_t>::max()};

struct Value {
  std::string_view name;
  const char* meaning;
};
enum Val { state, cwnd, ssthresh, rtt, rto, unacked, value_count };
constexpr std::array<Value, value_count> values{{
    {"state", N_("where this end stands in the state diagram")},
    {"cwnd", N_("the congestion window: so many segments may be on their way")},
    {"ssthresh", N_("the slow start threshold, in segments: below it the congestion window grows "
                    "fast; none before the first loss")},
    {"rtt", N_("the smoothed round-trip time, as this end has measured it")},
    {"rto", N_("the retransmission timeout: so long this end waits for an ACK before it sends "
               "again")},
    {"unacked", N_("segments on their way that are not acknowledged")},
}};

// A moment of a real connection.
struct Place {
  FlowId flow = FlowId::none;
  Instant t;
};

// Where the real run stood at an event of the simulated one: at the packet beside it; for what is
// no packet, before the next one.
std::optional<Place> beside(const Model& model, FlowId sim_flow, const Selected& focus) {
  const auto& conversations = model.alignment.conversations;
  const auto same =
      std::ranges::find(conversations, std::optional(sim_flow), &ladder::AlignedConversation::sim);
  if (same == conversations.end() || !same->live) return std::nullopt;
  const auto number = static_cast<std::uint32_t>(same - conversations.begin());
  const Trace &sim = model.sim(), &live = *model.live;
  const Event& e = sim[focus.event];
  const auto* call = std::get_if<model::Call>(&e.body);
  const Instant now = focus.at_return && call != nullptr ? call->returned_at : e.t;
  Place place{*same->live, the_end};
  bool after = false;  // the rows that the focus has not come to yet
  for (const ladder::Row& row : model.alignment.rows) {
    if (row.conversation != number) continue;
    const bool itself = std::ranges::find(row.sim, focus.event) != row.sim.end();
    if (itself && !row.live.empty()) return Place{*same->live, live[row.live.back()].t};
    after = after || itself || (!row.sim.empty() && sim[row.sim.front()].t > now);
    if (!after || row.live.empty()) continue;
    place.t = live[row.live.front()].t - model::nanoseconds(1);
    return place;
  }
  return place;
}

std::optional<Place> place_of(const Model& model, FlowId flow, const Selected& focus) {
  if (model.live == nullptr || model.live->kernel.empty()) return std::nullopt;
  if (focus.side == Side::sim) return beside(model, flow, focus);
  const Event& e = (*model.live)[focus.event];
  const auto* call = std::get_if<model::Call>(&e.body);
  return Place{flow, focus.at_return && call != nullptr ? call->returned_at : e.t};
}

const KernelSample* last_sample(const Trace& trace, EndpointId end, const Place& place) {
  const KernelSample* last = nullptr;
  for (const KernelSample& sample : trace.kernel) {
    if (sample.endpoint != end || sample.flow != place.flow || sample.after > place.t ||
        sample.came_from)
      continue;
    if (last == nullptr || sample.after >= last->after) last = &sample;
  }
  return last;
}

void fill(KernelDetails& details, std::size_t end, const KernelSample& sample) {
  const auto set = [&](Val value, std::string text) {
    details.rows[value].value[end] = std::move(text);
  };
  set(state, std::string(model::rfc_name(sample.state)));
  if (!sample.info) return;
  set(cwnd, std::to_string(sample.info->cwnd));
  set(ssthresh, sample.info->ssthresh ? std::to_string(*sample.info->ssthresh) : tr("none"));
  set(rtt, model::format_duration(sample.info->rtt));
  set(rto, model::format_duration(sample.info->rto));
  set(unacked, std::to_string(sample.info->unacked));
}

// When the kernel said so, as far as it had been asked by then.
std::string moment_of(const KernelSample& sample, const Trace& trace) {
  const std::string first = model::format_duration(sample.after - trace.start());
  if (sample.last_after == sample.after) return say("at {}", first);
  return say("from {} to {}", first, model::format_duration(sample.last_after - trace.start()));
}

}  // namespace

std::optional<KernelDetails> kernel_of(const Model& model, FlowId flow, const Selected& focus) {
  const auto place = place_of(model, flow, focus);
  if (!place) return std::nullopt;
  const Trace& live = *model.live;
  const model::Flow& of = live[place->flow];
  const std::array lanes{of.a, of.b};
  // Nobody asked about this connection: it was open on another machine.
  const bool asked = std::ranges::any_of(
      live.kernel, [&](const KernelSample& s) { return s.flow == place->flow; });
  if (!asked) return std::nullopt;
  KernelDetails details;
  for (const Value& value : values) details.rows.push_back({value.name, tr(value.meaning), {}});
  for (std::size_t end = 0; end < 2; ++end) {
    const KernelSample* sample = last_sample(live, lanes[end], *place);
    details.moment[end] = sample != nullptr ? moment_of(*sample, live) : tr("not asked yet");
    if (sample != nullptr) fill(details, end, *sample);
  }
  return details;
}

}  // namespace synoptic::gui
