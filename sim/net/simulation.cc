// The run's loop: the next item of the agenda, then the programs that it let go on, until nothing
// is left.
#include "sim/net/simulation.hh"

#include <fmt/format.h>

#include <algorithm>

namespace synoptic::net {

using model::EventId;
using model::Instant;

namespace {

constexpr Instant start_of_run{};

// A lane that no program has claimed bears the name of the only role at its address, or the
// address.
Recorder::Owner name_lane(const Scenario& scenario, const wire::SocketAddress& address) {
  const RoleSpec* only = nullptr;
  for (const RoleSpec& role : scenario.roles) {
    if (role.address != address.ip) continue;
    if (only != nullptr) return {address.str(), role.is_server};
    only = &role;
  }
  if (only == nullptr) return {address.str(), false};
  return {only->name, only->is_server};
}

}  // namespace

Simulation::Simulation(const Scenario& scenario, Probe* probe)
    : scenario_(scenario),
      probe_(probe),
      recorder_(
          [&scenario](const wire::SocketAddress& address) { return name_lane(scenario, address); }),
      faults_(scenario.faults) {
  for (const RoleSpec& role : scenario.roles) {
    if (!route(role.address)) {
      const auto index = static_cast<std::uint32_t>(machines_.size());
      machines_.push_back(std::make_unique<Machine>(*this, index, role.address));
    }
    const auto index = static_cast<std::uint32_t>(hosts_.size());
    hosts_.push_back(
        std::make_unique<SimHost>(*this, index, role, *machines_[*route(role.address)]));
  }
  links_.resize(machines_.size() * machines_.size() * 2);
}

std::optional<std::uint32_t> Simulation::route(const wire::IpAddress& ip) const {
  // A handful of machines: a search tree would cost more.
  for (std::uint32_t i = 0; i < machines_.size(); ++i) {
    if (machines_[i]->ip() == ip) return i;
  }
  return std::nullopt;
}

// --- packets on their way

std::size_t Simulation::link(std::uint32_t from, std::uint32_t to, bool from_client) {
  const std::size_t index = (from * machines_.size() + to) * 2 + (from_client ? 0 : 1);
  if (!links_[index])
    links_[index] = std::make_unique<Link>(scenario_.link, Rng(scenario_.seed, index));
  return index;
}

void Simulation::transmit(std::uint32_t from, std::uint32_t to, EventId packet) {
  const model::Event& event = recorder_.trace()[packet];
  const auto& body = std::get<model::Packet>(event.body);
  const model::EndpointId sender =
      event.endpoint;  // the event itself may move when others are added
  const PacketTraits traits{!recorder_.is_server(sender), event.kind, body.ctl, body.len};
  const std::size_t on = link(from, to, traits.from_client);
  const Passage passage = links_[on]->send(now_, model::index(packet), body.original_size,
                                           faults_.decide(now_, traits));
  if (passage.lost != model::Why::none) {
    recorder_.lost(packet, now_, passage.lost);
    return;
  }
  if (passage.corrupt) recorder_.note(packet, sender, now_, model::Why::fault_corrupt);
  if (passage.held_back != model::Why::none)
    recorder_.note(packet, sender, now_, passage.held_back);
  if (passage.waits) {
    agenda_.add(passage.arrival,
                {Item::Kind::release, false, static_cast<std::uint32_t>(on), model::index(packet)});
  } else {
    deliver_later(to, model::index(packet), passage.corrupt, passage.arrival);
  }
  if (passage.duplicated != model::Why::none) {
    const EventId copy = recorder_.add_copy(packet, now_, passage.duplicated);
    deliver_later(to, model::index(copy), false, passage.arrival);
  }
  if (passage.overtaken)
    deliver_later(to, passage.overtaken->packet, passage.overtaken->corrupt, passage.arrival);
}

void Simulation::deliver_later(std::uint32_t machine, std::uint32_t packet, bool corrupt,
                               Instant at) {
  agenda_.add(at, {Item::Kind::arrival, corrupt, machine, packet});
}

void Simulation::add_deadline(std::uint32_t machine, Instant at) {
  agenda_.add(at, {Item::Kind::deadline, false, machine, 0});
}

void Simulation::add_wake(std::uint32_t host, std::uint32_t operation, Instant at) {
  agenda_.add(at, {Item::Kind::wake, false, host, operation});
}

void Simulation::dispatch(const Item& item) {
  switch (item.kind) {
    case Item::Kind::arrival:
      machines_[item.where]->arrive(EventId(item.what), item.corrupt);
      break;
    case Item::Kind::deadline: machines_[item.where]->deadline(); break;
    case Item::Kind::wake: hosts_[item.where]->wake(item.what); break;
    case Item::Kind::release: {
      const auto held = links_[item.where]->release(item.what);
      const auto to = static_cast<std::uint32_t>(item.where / 2 % machines_.size());
      if (!held) break;
      const EventId packet{held->packet};
      const model::EndpointId sender = recorder_.trace()[packet].endpoint;
      recorder_.note(packet, sender, now_, model::Why::fault_swap_alone);
      machines_[to]->arrive(packet, held->corrupt);
      break;
    }
  }
}

// --- programs

void Simulation::call_returned(std::uint32_t host, model::CallName name, EventId call) {
  if (started_ == hosts_.size()) return;
  const std::string& caller = scenario_.roles[host].name;
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    const RoleSpec& role = scenario_.roles[i];
    if (hosts_[i]->started() || role.start_after_call != name || role.start_after != caller)
      continue;
    ++started_;
    hosts_[i]->start(call);
  }
}

void Simulation::run_programs() {
  while (!runnable_.empty() && !stopped_) {
    const Runnable next = runnable_.front();
    runnable_.pop_front();
    hosts_[next.host]->resume(next.operation);
  }
}

// Programs that all serve have ended when nothing is left to happen.
bool Simulation::all_ended() const {
  if (std::ranges::all_of(hosts_, [](const auto& host) { return host->role().serves; }))
    return false;
  return std::ranges::all_of(hosts_,
                             [](const auto& host) { return host->role().serves || host->ended(); });
}

bool Simulation::has_room() {
  if (stopped_) return false;
  if (recorder_.count() < scenario_.max_events) return true;
  stopped_ = true;
  recorder_.trace().warnings.push_back(fmt::format(
      "the run was ended after {} events; --set max-events=N allows more", recorder_.count()));
  return false;
}

void Simulation::warn_about_waiting() {
  // Who waits for others then waits for that line, too.
  const bool goes_on =
      std::ranges::any_of(hosts_, [](const auto& host) { return host->awaits_line(); });
  for (const auto& host : hosts_) {
    const RoleSpec& role = host->role();
    if (!host->started()) {
      recorder_.trace().warnings.push_back(fmt::format("{} never began: {} did not get past {}()",
                                                       role.name, role.start_after,
                                                       model::call_name(role.start_after_call)));
    }
    if (role.serves || goes_on) continue;
    for (const std::string& call : host->waiting_calls()) {
      recorder_.trace().warnings.push_back(fmt::format(
          "{} waits for ever in {}: nothing is left that could end it", role.name, call));
    }
  }
}

model::Trace Simulation::run() {
  for (const auto& host : hosts_) {
    if (!host->role().start_after.empty()) continue;
    ++started_;
    host->start(EventId::none);
  }
  bool out_of_time = false;
  for (run_programs(); has_room() && !agenda_.empty() && (scenario_.drain || !all_ended());
       run_programs()) {
    out_of_time = agenda_.top().at > start_of_run + scenario_.max_time;
    if (out_of_time) break;
    const auto entry = agenda_.pop();
    now_ = entry.at;
    dispatch(entry.item);
  }
  if (out_of_time) {
    recorder_.trace().warnings.push_back(
        fmt::format("the run was ended after {} of simulated time; --set max-time=TIME allows more",
                    model::format_duration(scenario_.max_time)));
  } else if (!stopped_) {
    warn_about_waiting();
  }
  for (const auto& host : hosts_) host->finish();
  for (std::string& line : faults_.unused()) recorder_.trace().warnings.push_back(std::move(line));
  return recorder_.take();
}

model::Trace run(const Scenario& scenario) {
  return Simulation(scenario).run();
}

}  // namespace synoptic::net
