// Each packet goes to its own run.
#include "capture/live/two_runs.hh"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace synoptic::live {
namespace {

// Two runs of one demo have other ports: it is by their roles that the ends are the same. Who spoke
// first is a client; an end that is both keeps its address as its name.
void name_roles(model::Trace& trace) {
  const std::size_t count = trace.endpoints().size();
  std::vector<bool> opens(count), answers(count), named(count);
  for (const model::Flow& flow : trace.flows())
    opens[index(flow.a)] = true, answers[index(flow.b)] = true;
  int clients = 0, servers = 0;
  const auto name = [&](model::EndpointId end, const char* role, int& number) {
    const std::size_t i = index(end);
    if (named[i] || (opens[i] && answers[i])) return;
    named[i] = true;
    trace.edit(end).name = ++number == 1 ? std::string(role) : fmt::format("{} {}", role, number);
  };
  for (const model::Flow& flow : trace.flows())
    name(flow.a, "client", clients), name(flow.b, "server", servers);
}

}  // namespace

void TwoRuns::packet(const observe::CapturedPacket& packet) {
  if (packet.simulated && !simulated_) simulated_ = std::make_unique<Run>(options_);
  (packet.simulated ? *simulated_ : real_).tracker.packet(packet);
}

void TwoRuns::packets_missed() {
  real_.tracker.packets_missed();
  if (simulated_) simulated_->tracker.packets_missed();
}

void TwoRuns::finish() {
  real_.tracker.finish();
  if (simulated_) simulated_->tracker.finish();
  if (simulated() == nullptr) return;
  name_roles(simulated_->trace);
  name_roles(real_.trace);
}

void TwoRuns::warn(std::string text) {
  (only_simulated() ? simulated_->trace : real_.trace).warnings.push_back(std::move(text));
}

}  // namespace synoptic::live
