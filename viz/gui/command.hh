// What a panel asks for. Panels change nothing themselves: App does, for those that are about the
// picture; whoever runs the window does, for those that touch the world outside.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "viz/gui/model.hh"

namespace synoptic::gui {

// --- for App
struct GoTo {  // a number of steps taken
  std::size_t cursor = 0;
};
struct StepBy {
  int steps = 1;
};
struct Play {
  bool on = true;
};
struct SetSpeed {
  double steps_a_second = 1;
};
struct Select {  // an event by click; the cursor goes there
  Selected what;
};
struct SelectNone {};
struct SetLook {
  Look look;
};
struct SetControls {  // another simulated run, at once
  Controls controls;
};
struct FitWidth {  // the ladders get so much room, in units of the scene
  double width = 0;
};
struct CompareFile {  // the file that is open, with the simulated run
  bool on = true;
};
struct ChooseFlow {  // of both sides, by its number in Picture::flows; nothing: all
  std::optional<model::FlowId> flow;
  ladder::Several several = ladder::Several::automatic;
};
struct ShowKeys {
  bool on = true;
};
struct Tell {  // in the status line, until something is done
  wire::Saying hint;
};
struct SetFilter {  // Wireshark's display filter; empty: none
  std::string text;
};

struct TypeByHand {  // or not; StartLive follows, as with whatever concerns both networks
  bool on = true;
};

// --- for whoever runs the window; what was typed goes to the App, too
struct TypeLine {
  std::string role, text;
};
struct EndInput {
  std::string role;
};
struct StartLive {};  // with the model's controls
struct StopLive {};
struct OpenFile {
  std::string path;
};
struct Save {
  std::string path;  // its ending says as what: png, svg, txt, json, pcapng
};
struct Quit {};

using Command =
    std::variant<GoTo, StepBy, Play, SetSpeed, Select, SelectNone, SetLook, SetControls, FitWidth,
                 CompareFile, ChooseFlow, ShowKeys, Tell, SetFilter, TypeByHand, TypeLine, EndInput,
                 StartLive, StopLive, OpenFile, Save, Quit>;
using Commands = std::vector<Command>;

}  // namespace synoptic::gui
