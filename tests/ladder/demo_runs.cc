// Makes those runs.
#include "tests/ladder/demo_runs.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "lessons/scenario.hh"
#include "sim/net/scenario.hh"

namespace synoptic::ladder {

std::string name(const DemoRun& r) {
  std::string text = fmt::format("{} {} clients, pause {} ms,", r.demo, r.clients, r.pause_ms);
  for (const std::string& n : r.names)
    text += n.size() > 20 ? fmt::format(" <{}>", n.size()) : " " + n;
  for (const std::string& fault : r.faults) text += ", " + fault;
  for (const auto& [key, value] : r.set) text += fmt::format(", {}={}", key, value);
  return text;
}

model::Trace run(const DemoRun& r) {
  const demos::DemoOptions options{
      .names = r.names, .pause = model::milliseconds(r.pause_ms), .clients = r.clients};
  net::Scenario scenario = lessons::make_scenario(*demos::find_demo(r.demo), options,
                                                  r.ipv6 ? wire::Family::ipv6 : wire::Family::ipv4);
  for (const auto& [key, value] : r.set)
    EXPECT_TRUE(net::set(scenario, key, value)) << key << "=" << value;
  for (const std::string& fault : r.faults)
    scenario.faults.push_back(net::parse_fault(fault).value());
  return net::run(scenario);
}

model::Trace as_captured(const model::Trace& truth) {
  model::Trace seen(model::Source::captured);
  for (const model::Endpoint& e : truth.endpoints())
    seen.add_endpoint(e.name, e.address, e.protocol);
  for (const model::Flow& f : truth.flows()) {
    const model::FlowId id = seen.add_flow(f.protocol, f.a, f.b);
    seen.edit(id).base_a = f.base_a;
    seen.edit(id).base_b = f.base_b;
  }
  for (const model::EventId id : truth.by_time()) {
    const model::Event& e = truth[id];
    model::Event copy{.t = e.t, .endpoint = e.endpoint, .to = e.to, .flow = e.flow};
    if (const auto* packet = std::get_if<model::Packet>(&e.body)) {
      model::Packet p = *packet;
      p.bytes = seen.arena().store(packet->bytes);
      p.fate = model::Fate::delivered;
      p.arrived = e.t;
      copy.body = p;
    } else if (const auto* made = std::get_if<model::Call>(&e.body)) {
      model::Call call = *made;
      call.data = seen.arena().store(made->data);
      copy.body = call;
    } else {
      continue;
    }
    seen.add(copy, e.kind);
  }
  return seen;
}

model::Trace kernel_like(DemoRun r, int seed) {
  r.faults.clear();
  r.set = {
      {"profile", "linux"}, {"delay", "20us"}, {"mtu", "65535"}, {"seed", fmt::format("{}", seed)}};
  return as_captured(run(r));
}

}  // namespace synoptic::ladder
