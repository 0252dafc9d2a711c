// What the window shows: plain values, read by every panel and changed by App alone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/observe/trace_source.hh"
#include "lessons/demos/demo.hh"
#include "lessons/lesson.hh"
#include "sim/net/scenario.hh"
#include "sim/net/tcb_history.hh"
#include "viz/gui/display_filter.hh"
#include "viz/ladder/align.hh"
#include "viz/ladder/heads.hh"
#include "viz/ladder/layout.hh"
#include "viz/ladder/scene_index.hh"
#include "viz/ladder/steps.hh"
#include "viz/words/words.hh"

namespace synoptic::gui {

// What is run on both sides, and under which conditions on the simulated one: what a lesson may
// choose, and what is for free play.
struct Controls : lessons::Choices {
  double loss = 0;  // a probability, each direction
  std::uint64_t seed = 1;
};
net::Scenario scenario_of(const Controls& controls);

enum class LiveState : std::uint8_t { none, running, ended };

// The real run, or what was read from a file.
struct Live {
  LiveState state = LiveState::none;
  observe::Counters counters;
  std::optional<model::Error> failure;  // why there is none, or what ended it before its time
};

struct Playing {
  bool on = false;
  double speed = 1;  // steps a second
};

// Beyond these nothing can be read, or nothing but one word is seen.
inline constexpr double least_zoom = 0.2, most_zoom = 8, least_type_size = 0.5, most_type_size = 4;

struct Look {
  words::Language language = words::Language::en;
  ladder::TimeMode time = ladder::TimeMode::ordinal;
  bool raw_seq = false;
  bool dark = false;
  double zoom = 1;       // of the ladders
  double type_size = 1;  // of all type
};

// An event of one of the two sides.
struct Selected {
  ladder::Side side = ladder::Side::sim;
  model::EventId event = model::EventId::none;
  bool at_return = false;  // a call, at its return
  friend bool operator==(const Selected&, const Selected&) = default;
};

// A display filter, as it was typed, and what it comes to.
struct Filtering {
  std::string text;                     // empty: there is none
  std::optional<DisplayFilter> filter;  // nothing where the text is wrong
  wire::Saying wrong;                   // why; empty where it is not
  std::size_t matching = 0;             // packets, of both sides

  bool on() const { return filter.has_value(); }
};

struct Model {
  Controls controls;
  Look look;
  Playing playing;
  std::optional<lessons::Lesson> lesson;          // shown while lesson_events has its steps
  std::vector<lessons::StepEvent> lesson_events;  // of its steps, in `sim`
  Live live_run;
  std::string title;

  // Both traces as they are shown; `live` is empty before a real run has begun.
  model::Trace run{model::Source::simulated};  // of the controls
  const model::Trace* read_run = nullptr;      // the simulated half of a file, in its place
  const model::Trace* live = nullptr;
  std::uint64_t revision = 0;  // another one whenever a trace or their alignment has changed
  net::TcbHistory tcbs;        // of `sim`; empty where that was not run here
  ladder::Alignment alignment;
  ladder::Scene scene;
  ladder::SceneIndex index;  // of the scene
  std::vector<ladder::LaneHead> heads;
  std::vector<ladder::Step> steps;
  std::vector<double> reached;  // by step: the lowest point that it and those before it have

  // By side, in order of time: the nth has the number n + 1, as in a capture file.
  std::array<std::vector<model::EventId>, 2> packets;
  Filtering filtering;
  std::array<std::vector<bool>, 2> faded;  // by side and event: a packet that does not match

  // By side and whether at a call's return, then by event; for step_of().
  std::array<std::vector<std::uint32_t>, 4> steps_by_event;

  std::size_t cursor = 0;            // steps taken: 0 is before the first; steps.size() the end
  double under_way = 0;              // playing: how far the next step has come, 0 to 1
  std::optional<Selected> selected;  // clicked at; else what the last step brought
  bool keys_shown = false;
  wire::Saying message;  // the last thing that went well or did not, for the status line

  const model::Trace& sim() const { return read_run != nullptr ? *read_run : run; }
  const model::Trace& trace_of(ladder::Side side) const {
    return side == ladder::Side::live && live != nullptr ? *live : sim();
  }
  // Which step brings the event; steps.size() when none does. O(1)
  std::size_t step_of(ladder::Side side, model::EventId event, bool at_return = false) const;
  const std::vector<model::EventId>& packets_of(ladder::Side side) const {
    return packets[static_cast<std::size_t>(side)];
  }
  // The number of a packet on its side, from 1; nothing for what is none. O(log n)
  std::optional<std::size_t> number_of(ladder::Side side, model::EventId event) const;
  bool is_faded(ladder::Side side, model::EventId event) const {
    const auto& of_side = faded[static_cast<std::size_t>(side)];
    return model::index(event) < of_side.size() && of_side[model::index(event)];
  }
  // What the details are about: the selected event, else that of the last step; none at the start.
  std::optional<Selected> in_focus() const;
};

}  // namespace synoptic::gui
