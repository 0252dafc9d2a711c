// Models and a screen for the tests of the details.
#include "tests/gui/details_support.hh"

#include <algorithm>

#include "capture/observe/flow_tracker.hh"

namespace synoptic::gui::testing {

namespace {

Controls controls_of(const RunSetup& setup) {
  Controls controls = testing::controls_of(setup.demo, setup.faults);
  controls.family = setup.family;
  controls.profile = setup.profile;
  return controls;
}

// The packets of `trace`, read as a capture is.
void observe_into(model::Trace& out, const model::Trace& trace) {
  observe::FlowTracker tracker(out);
  for (const model::EventId id : trace.by_time()) {
    const auto* const packet = std::get_if<model::Packet>(&trace[id].body);
    if (packet == nullptr) continue;
    tracker.packet({.t = trace[id].t + model::seconds(1'700'000'000),
                    .bytes = packet->bytes,
                    .original_size = packet->original_size,
                    .link = packet->link});
  }
  // An ARP request: a packet of no connection.
  wire::Bytes arp(14, 0xff);
  arp[12] = 0x08, arp[13] = 0x06;
  arp.resize(42);
  tracker.packet({.t = model::Instant{} + model::seconds(1'700'009'000), .bytes = arp});
  tracker.finish();
}

}  // namespace

const std::vector<RunSetup>& run_setups() {
  using tcp::ProfileName;
  static const std::vector<RunSetup> all{
      {},
      {.profile = ProfileName::linux_},
      {.family = wire::Family::ipv6},
      {.demo = "udp-echo"},
      {.demo = "handshake"},
      {.demo = "handshake", .faults = {"drop 1st syn client>server"}},
      {.demo = "handshake", .faults = {"drop any server>client"}},
      {.faults = {"drop 2nd data client>server", "corrupt 1st data server>client"}},
      {.faults = {"duplicate fin client>server", "delay 500ms 1st ack client>server"},
       .profile = ProfileName::linux_},
  };
  return all;
}

TwoSided::TwoSided(const RunSetup& setup) : app(controls_of(setup), ladder::svg_metrics()) {
  RunSetup other = setup;
  other.profile = setup.profile == tcp::ProfileName::linux_ ? tcp::ProfileName::textbook
                                                            : tcp::ProfileName::linux_;
  const Controls controls = controls_of(other);
  observe_into(live, net::run(scenario_of(controls)));
  const Model& made = app.model();
  model_.controls = made.controls;
  net::WatchedRun run = net::run_watched(scenario_of(made.controls));
  model_.run = std::move(run.trace);
  model_.tcbs = std::move(run.tcbs);
  model_.live = &live;
  model_.live_run.state = LiveState::ended;
  model_.alignment = ladder::align(model_.run, live);
  model_.revision = 1;
}

Screen::Screen(float w, float h) : width(w), height(h), canvas_({x + w + 50, y + h + 50}) {
  ImGui::GetIO().MousePos = {-1, -1};
  ImGui::GetStyle().WindowBorderSize = 0;  // its soft edge lies outside of the window
}

void Screen::panel(const Model& model, Commands& commands) {
  ImGui::SetNextWindowPos({x, y});
  ImGui::SetNextWindowSize({width, height});
  ImGui::Begin("panel", nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove);
  draw_details(model, ui, commands);
  ImGui::End();
}

std::string Screen::read(const Model& model) {
  Commands commands;
  return logged([&] { panel(model, commands); });
}

Commands Screen::frame(const Model& model) {
  Commands commands;
  ImGui::NewFrame();
  panel(model, commands);
  ImGui::Render();
  return commands;
}

void Screen::mouse(ImVec2 at, bool down) {
  ImGui::GetIO().MousePos = at;
  ImGui::GetIO().MouseDown[0] = down;
}

Screen::Extent Screen::drawn() const {
  Extent all{1e9F, 1e9F, -1e9F, -1e9F};
  const ImDrawData& data = *ImGui::GetDrawData();
  for (int i = 0; i < data.CmdListsCount; ++i) {
    const ImDrawList& list = *data.CmdLists[i];
    for (const ImDrawCmd& command : list.CmdBuffer) {
      for (unsigned k = 0; k < command.ElemCount; ++k) {
        const ImVec2 p =
            list
                .VtxBuffer[static_cast<int>(
                    list.IdxBuffer[static_cast<int>(command.IdxOffset + k)] + command.VtxOffset)]
                .pos;
        const ImVec4& clip = command.ClipRect;
        all.left = std::min(all.left, std::clamp(p.x, clip.x, clip.z));
        all.right = std::max(all.right, std::clamp(p.x, clip.x, clip.z));
        all.top = std::min(all.top, std::clamp(p.y, clip.y, clip.w));
        all.bottom = std::max(all.bottom, std::clamp(p.y, clip.y, clip.w));
      }
    }
  }
  return all;
}

}  // namespace synoptic::gui::testing
