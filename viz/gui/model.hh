// What the window shows: plain values, read by every panel and changed by App alone.
#pragma once

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
#include "viz/gui/picture.hh"
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

// A capture file in the place of the real run.
struct OpenedFile {
  std::string name;                     // without its folders
  std::optional<model::Error> failure;  // why there is nothing of it, or where it ended too early
  bool compared = false;                // with the simulated run, beside it; else it is alone
};

struct Playing {
  bool on = false;
  double speed = 1;  // steps a second
};

// What was typed at a role's prompt; or that no more is.
struct TypedLine {
  std::string role, text;
  bool end = false;
};

// One of a demo's programs that read lines.
struct Typist {
  std::string role;                // "client 2"
  std::vector<std::string> lines;  // that the demo types by itself
};

// Who types at the prompts of a demo that has some.
struct ByHand {
  std::vector<Typist> typists;            // of the demo, its clients first
  bool on = false;                        // somebody does; else the demo's own lines are typed
  std::vector<TypedLine> typed;           // since the run began, in their order
  std::vector<observe::RoleInput> roles;  // of the real run
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

  bool on() const { return filter.has_value(); }
};

// What is laid out may be a few frames behind the traces where these are long.
struct Model : Picture {
  Controls controls;
  ByHand by_hand;
  Look look;
  Playing playing;
  std::optional<lessons::Lesson> lesson;              // shown while lesson_events has its steps
  std::vector<lessons::StepEvent> lesson_events;      // of its steps, in `sim`
  model::Trace lesson_run{model::Source::simulated};  // its own, which its words are about
  Live live_run;
  std::optional<OpenedFile> file;
  std::string title;
  std::optional<model::FlowId> flow;  // the only one shown, by its number in `flows`
  ladder::Several several = ladder::Several::automatic;

  // Both traces as they are shown; `live` is empty before a real run has begun.
  model::Trace run{model::Source::simulated};  // of the controls
  const model::Trace* read_run = nullptr;      // the simulated half of a file, in its place
  const model::Trace* live = nullptr;
  std::uint64_t revision = 0;  // another one whenever a trace or their alignment has changed
  net::TcbHistory tcbs;        // of `sim`; empty where that was not run here
  Filtering filtering;

  std::size_t cursor = 0;            // steps taken: 0 is before the first; steps.size() the end
  double under_way = 0;              // playing: how far the next step has come, 0 to 1
  std::optional<Selected> selected;  // clicked at; else what the last step brought
  bool keys_shown = false;
  std::string folder;    // where a name without one is saved; empty: nobody has said
  wire::Saying message;  // the last thing that went well or did not, for the status line

  const model::Trace& sim() const { return read_run != nullptr ? *read_run : run; }
  const model::Trace& trace_of(ladder::Side side) const {
    return side == ladder::Side::live && live != nullptr ? *live : sim();
  }
  // The number of a packet on its side, from 1; nothing for what is none. O(log n)
  std::optional<std::size_t> number_of(ladder::Side side, model::EventId event) const;
  // The run is under the lesson's own conditions; there is a lesson.
  bool as_in_lesson() const;
  // Somebody types at this demo's prompts.
  bool typed_by_hand() const { return by_hand.on && controls.demo->uses.lines; }
  // Only the file is shown: there is no simulated side.
  bool alone() const { return file && !file->compared && read_run == nullptr; }
  // What the details are about: the selected event, else that of the last step; none at the start.
  std::optional<Selected> in_focus() const;
};

}  // namespace synoptic::gui
