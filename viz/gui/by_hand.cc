// Typed lines and the demo's processes, brought together by name.
#include "viz/gui/by_hand.hh"

#include <algorithm>
#include <iterator>

namespace synoptic::gui {
namespace {

// Lines that are typed in their order, though they take no time.
constexpr model::Duration least_pace = model::milliseconds(1);

}  // namespace

std::vector<Typist> typists(const Controls& controls) {
  std::vector<Typist> clients, servers;
  for (const demos::Process& process : demos::processes(*controls.demo, controls.program)) {
    if (!demos::reads_lines(*controls.demo, *process.role)) continue;
    (process.is_server ? servers : clients)
        .push_back(
            {process.name, demos::typed_lines(*controls.demo, *process.role, controls.program)});
  }
  clients.insert(clients.end(), std::make_move_iterator(servers.begin()),
                 std::make_move_iterator(servers.end()));
  return clients;
}

const std::string* next_of(const Typist& typist, std::span<const TypedLine> typed) {
  const auto told = static_cast<std::size_t>(std::ranges::count_if(
      typed, [&](const TypedLine& line) { return line.role == typist.role && !line.end; }));
  return told < typist.lines.size() ? &typist.lines[told] : nullptr;
}

bool input_ended(std::string_view role, std::span<const TypedLine> typed) {
  return std::ranges::any_of(typed,
                             [&](const TypedLine& line) { return line.end && line.role == role; });
}

void type_by_hand(net::Scenario& scenario, const Controls& controls,
                  std::span<const TypedLine> typed) {
  const model::Duration pace = std::max(controls.program.pause, least_pace);
  for (const Typist& typist : typists(controls)) {
    const auto spec = std::ranges::find(scenario.roles, typist.role, &net::RoleSpec::name);
    if (spec == scenario.roles.end()) continue;
    spec->lines.clear();
    net::ByHand& by_hand = spec->by_hand.emplace();
    for (std::size_t i = 0; i < typed.size(); ++i) {
      if (typed[i].role != typist.role || by_hand.ended) continue;
      const model::Duration at = pace * static_cast<std::int64_t>(i + 1);
      if (typed[i].end) {
        by_hand.ended = at;
      } else {
        spec->lines.push_back(typed[i].text);
        by_hand.at.push_back(at);
      }
    }
  }
}

}  // namespace synoptic::gui
