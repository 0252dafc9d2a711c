// A Picture: the ladders laid out, with all that is found in them. Made from traces that must not
// change meanwhile; on any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "viz/gui/display_filter.hh"
#include "viz/ladder/align.hh"
#include "viz/ladder/heads.hh"
#include "viz/ladder/layout.hh"
#include "viz/ladder/scene_index.hh"
#include "viz/ladder/steps.hh"

namespace synoptic::gui {

// A conversation to be chosen: of one trace, or what is the same conversation on both sides.
struct FlowChoice {
  model::FlowId flow = model::FlowId::none;  // its number: its place in ladder::flow_pairs()
  std::string name;                          // "10.0.0.1:40000 ↔ 10.0.0.2:80, TCP"
  std::size_t packets = 0;                   // of both sides
  std::string judgement;                     // "opened, closed by both, client first"
};

struct Picture {
  ladder::Alignment alignment;
  ladder::Scene scene;
  ladder::SceneIndex index;  // of the scene
  std::vector<ladder::LaneHead> heads;
  std::vector<ladder::Step> steps;
  std::vector<double> reached;  // by step: the lowest point that it and those before it have
  // By side and whether at a call's return, then by event; for step_of().
  std::array<std::vector<std::uint32_t>, 4> steps_by_event;
  std::vector<FlowChoice> flows;  // all, by their numbers, whichever is shown
  std::u32string characters;      // of all this, beyond Latin; each once
  // By side, in order of time: the nth has the number n + 1, as in a capture file.
  std::array<std::vector<model::EventId>, 2> packets;
  std::string filter;                      // the display filter that these are of:
  std::size_t matching = 0;                // packets, of both sides
  std::array<std::vector<bool>, 2> faded;  // by side and event: a packet that does not match

  // Which step brings the event; steps.size() when none does. O(1)
  std::size_t step_of(ladder::Side side, model::EventId event, bool at_return = false) const;
  const std::vector<model::EventId>& packets_of(ladder::Side side) const {
    return packets[static_cast<std::size_t>(side)];
  }
  bool is_faded(ladder::Side side, model::EventId event) const {
    const auto& of_side = faded[static_cast<std::size_t>(side)];
    return model::index(event) < of_side.size() && of_side[model::index(event)];
  }
};

struct PictureOf {
  const model::Trace* sim = nullptr;   // null: the captured side alone
  const model::Trace* live = nullptr;  // null: nothing was captured
  bool live_goes_on = false;           // or has not begun: of no packet can be said that it lacks
  ladder::LayoutOptions options;
  std::string filter_text;              // as it was typed
  std::optional<DisplayFilter> filter;  // nothing: all packets match
};
Picture make_picture(const PictureOf& of);
// Another filter over the same ladders.
void fade_packets(Picture& picture, const PictureOf& of);

}  // namespace synoptic::gui
