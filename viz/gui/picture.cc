// Alignment, layout, steps: one after the other.
#include "viz/gui/picture.hh"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "viz/gui/shown_characters.hh"
#include "viz/ladder/flows.hh"
#include "viz/ladder/role_name.hh"
#include "viz/words/words.hh"

namespace synoptic::gui {
namespace {

constexpr std::uint32_t no_step = 0xffff'ffff;

// In Picture::steps_by_event.
std::size_t list_of(ladder::Side side, bool at_return) {
  return 2 * static_cast<std::size_t>(side) + (at_return ? 1 : 0);
}

// While the real run goes on, nobody can say of a packet that it is missing there.
void leave_open(ladder::Alignment& alignment) {
  for (ladder::Row& row : alignment.rows) {
    if (!row.live.empty()) continue;
    row.verdict = ladder::Verdict::same;  // of what stands on one side only, nothing is drawn
    row.reason.reset();
  }
  alignment.unexplained = 0;
  alignment.summary.clear();
}

struct Side {
  const model::Trace& trace;
  std::vector<ladder::FlowCounts> counts;

  std::size_t packets(model::FlowId flow) const {
    const auto& [a, b] = counts[model::index(flow)].ways;
    return a.packets + b.packets;
  }
  std::string judgement(model::FlowId flow) const {
    return ladder::judgement(trace, trace[flow], counts[model::index(flow)]);
  }
};
Side side_of(const model::Trace& trace) {
  return {trace, ladder::count_flows(trace)};
}

const char* protocol_of(const model::Flow& flow) {
  return flow.protocol == model::Protocol::udp ? "UDP" : "TCP";
}

std::vector<FlowChoice> flows_of(const model::Trace& trace) {
  const Side side = side_of(trace);
  std::vector<FlowChoice> flows;
  for (const model::Flow& flow : trace.flows())
    flows.push_back({flow.id,
                     fmt::format("{} ↔ {}, {}", ladder::end_name(trace[flow.a]),
                                 ladder::end_name(trace[flow.b]), protocol_of(flow)),
                     side.packets(flow.id), side.judgement(flow.id)});
  return flows;
}

// Addresses are others on either side: the names of the roles.
std::vector<FlowChoice> flows_of(const model::Trace& sim, const model::Trace& live,
                                 const ladder::Alignment& alignment) {
  const Side sides[] = {side_of(sim), side_of(live)};
  std::vector<FlowChoice> flows;
  for (const ladder::FlowPair& pair : ladder::flow_pairs(sim, alignment)) {
    const Side& told = sides[pair.sim ? 0 : 1];
    const model::Flow& flow = told.trace[pair.sim ? *pair.sim : *pair.live];
    FlowChoice choice{model::FlowId(static_cast<std::uint32_t>(flows.size())),
                      fmt::format("{} ↔ {}, {}", ladder::role_name(told.trace[flow.a].name),
                                  ladder::role_name(told.trace[flow.b].name), protocol_of(flow)),
                      told.packets(flow.id), told.judgement(flow.id)};
    if (pair.sim && pair.live) {
      choice.packets += sides[1].packets(*pair.live);
      if (const std::string other = sides[1].judgement(*pair.live); other != choice.judgement)
        choice.judgement = fmt::format("{}{}; {}{}", words::tr("simulated: "), choice.judgement,
                                       words::tr("live: "), other);
    }
    flows.push_back(std::move(choice));
  }
  return flows;
}

// The one asked for, where it is there (still).
void drop_unknown_flow(ladder::LayoutOptions& options, std::size_t flows) {
  if (options.flow && model::index(*options.flow) >= flows) options.flow.reset();
}

const model::Trace* trace_of(const PictureOf& of, std::size_t side) {
  return side == static_cast<std::size_t>(ladder::Side::sim) ? of.sim : of.live;
}

void count_packets(Picture& picture, const PictureOf& of) {
  for (std::size_t side = 0; side < picture.packets.size(); ++side) {
    const model::Trace* const trace = trace_of(of, side);
    if (trace == nullptr) continue;
    for (const model::EventId id : trace->by_time())
      if (std::holds_alternative<model::Packet>((*trace)[id].body))
        picture.packets[side].push_back(id);
  }
}

void find_steps(Picture& picture) {
  picture.index = ladder::SceneIndex(picture.scene);
  picture.heads = ladder::heads_of(picture.scene);
  picture.steps = ladder::steps_of(picture.scene);
  picture.reached.reserve(picture.steps.size());
  double lowest = 0;
  for (std::size_t i = 0; i < picture.steps.size(); ++i) {
    const ladder::Step& step = picture.steps[i];
    lowest = std::max(lowest, step.bottom);
    picture.reached.push_back(lowest);
    auto& by_event = picture.steps_by_event[list_of(step.side, step.at_return)];
    if (by_event.size() <= model::index(step.event))
      by_event.resize(model::index(step.event) + 1, no_step);
    by_event[model::index(step.event)] = static_cast<std::uint32_t>(i);
  }
}

std::u32string characters_of(const Picture& picture) {
  CharacterSet all;
  for (const ladder::Text& text : picture.scene.texts) all.add(text.text);
  for (const ladder::Line& line : picture.scene.lines) all.add(line.tip);
  for (const FlowChoice& flow : picture.flows) all.add(flow.name);
  return all.all();
}

}  // namespace

std::size_t Picture::step_of(ladder::Side side, model::EventId event, bool at_return) const {
  const auto& by_event = steps_by_event[list_of(side, at_return)];
  if (model::index(event) >= by_event.size()) return steps.size();
  const std::uint32_t step = by_event[model::index(event)];
  return step == no_step ? steps.size() : step;
}

Picture make_picture(const PictureOf& of) {
  Picture picture;
  if (of.sim == nullptr && of.live == nullptr) {
    picture.scene.char_width = of.options.metrics.char_width;
    picture.scene.row_height = of.options.metrics.row_height;
  } else if (of.sim == nullptr) {
    ladder::LayoutOptions options = of.options;
    options.side = ladder::Side::live;
    picture.flows = flows_of(*of.live);
    drop_unknown_flow(options, picture.flows.size());
    picture.scene = ladder::layout(*of.live, options);
  } else {
    const model::Trace nothing(model::Source::captured);  // before a real run has begun
    const model::Trace& live = of.live != nullptr ? *of.live : nothing;
    picture.alignment = ladder::align(*of.sim, live);
    if (of.live_goes_on) leave_open(picture.alignment);
    ladder::LayoutOptions options = of.options;
    picture.flows = flows_of(*of.sim, live, picture.alignment);
    drop_unknown_flow(options, picture.flows.size());
    picture.scene = ladder::layout(*of.sim, live, picture.alignment, options);
  }
  find_steps(picture);
  count_packets(picture, of);
  fade_packets(picture, of);
  picture.characters = characters_of(picture);
  return picture;
}

void fade_packets(Picture& picture, const PictureOf& of) {
  picture.filter = of.filter_text;
  picture.matching = 0;
  for (std::size_t side = 0; side < picture.faded.size(); ++side) {
    auto& faded = picture.faded[side];
    faded.clear();
    const model::Trace* const trace = trace_of(of, side);
    if (trace == nullptr || !of.filter) continue;
    faded.resize(trace->events().size());
    std::uint32_t number = 0;
    for (const model::EventId id : picture.packets[side]) {
      const bool fits = of.filter->matches(*trace, (*trace)[id], ++number);
      picture.matching += fits ? 1 : 0;
      faded[model::index(id)] = !fits;
    }
    for (const model::Event& event : trace->events()) {  // a packet's loss is as pale as the packet
      if (event.kind == model::EventKind::loss && event.cause != model::EventId::none)
        faded[model::index(event.id)] = faded[model::index(event.cause)];
    }
  }
}

}  // namespace synoptic::gui
