// What is typed by hand: which programs of a demo read lines, what they might be told, and the
// simulated run with what they were told.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "viz/gui/model.hh"

namespace synoptic::gui {

// One for each program that reads lines.
std::vector<Typist> typists(const Controls& controls);

// What the demo would type next into a program; nothing where it would end the input.
const std::string* next_of(const Typist& typist, std::span<const TypedLine> typed);
bool input_ended(std::string_view role, std::span<const TypedLine> typed);

// What was typed, in its order, one line after the other at the pace at which the demo types: who
// reads them waits for the next one.
void type_by_hand(net::Scenario& scenario, const Controls& controls,
                  std::span<const TypedLine> typed);

}  // namespace synoptic::gui
