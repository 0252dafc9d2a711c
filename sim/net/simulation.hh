// Simulation: one run. It owns the agenda, the machines, the links between them and the programs,
// and moves the time.
//
// A machine is an IP address with a TCP and a UDP of its own; a program (SimHost) lives on one
// machine, and several may share it, as several processes share a computer.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/net/fault_script.hh"
#include "sim/net/link.hh"
#include "sim/net/machine.hh"
#include "sim/net/recorder.hh"
#include "sim/net/scenario.hh"
#include "sim/net/scheduler.hh"
#include "sim/net/sim_host.hh"

namespace synoptic::net {

// Told of every input of a machine's TCP, once the events it led to are in the trace, from `first`
// to its end.
class Probe {
 public:
  virtual ~Probe() = default;
  virtual void settled(std::uint32_t machine, const tcp::Stack& tcp, model::Instant now,
                       model::EventId cause, std::size_t first, const model::Trace& trace) = 0;
};

class Simulation {
 public:
  // The probe, if any, must outlive the run.
  explicit Simulation(const Scenario& scenario, Probe* probe = nullptr);
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;
  model::Trace run();

  // --- for machines and hosts
  model::Instant now() const { return now_; }
  Recorder& recorder() { return recorder_; }
  Probe* probe() const { return probe_; }
  const Scenario& scenario() const { return scenario_; }
  // Where packets to `ip` go; nothing when no machine has this address.
  std::optional<std::uint32_t> route(const wire::IpAddress& ip) const;
  const wire::MacAddress& mac(std::uint32_t machine) const { return machines_[machine]->mac(); }
  SimHost& host(std::uint32_t index) { return *hosts_[index]; }
  // Sends a packet that is in the trace over the link from machine to machine.
  void transmit(std::uint32_t from, std::uint32_t to, model::EventId packet);
  void add_deadline(std::uint32_t machine, model::Instant at);
  void add_wake(std::uint32_t host, std::uint32_t operation, model::Instant at);
  // Lets the program go on once the present event has been dealt with.
  void add_runnable(std::uint32_t host, std::uint32_t operation) {
    runnable_.push_back({host, operation});
  }
  // A call has returned without an error: roles that waited for it begin.
  void call_returned(std::uint32_t host, model::CallName name, model::EventId call);
  // False, and the run ends, when the trace is full.
  bool has_room();

 private:
  struct Item {
    enum class Kind : std::uint8_t { arrival, release, deadline, wake } kind = Kind::arrival;
    bool corrupt = false;
    std::uint32_t where = 0;  // the machine, link or host
    std::uint32_t what = 0;   // the packet's event, or the host's operation
  };
  struct Runnable {
    std::uint32_t host, operation;
  };

  // The index of the link; it is made when first used.
  std::size_t link(std::uint32_t from, std::uint32_t to, bool from_client);
  void deliver_later(std::uint32_t machine, std::uint32_t packet, bool corrupt, model::Instant at);
  void dispatch(const Item& item);
  void run_programs();
  bool all_ended() const;
  void warn_about_waiting();

  const Scenario& scenario_;
  Probe* probe_ = nullptr;
  model::Instant now_;
  bool stopped_ = false;
  Recorder recorder_;
  FaultScript faults_;
  Scheduler<Item> agenda_;
  std::deque<Runnable> runnable_;
  std::vector<std::unique_ptr<Machine>> machines_;
  std::vector<std::unique_ptr<Link>> links_;  // by sender, receiver and direction
  std::size_t started_ = 0;                   // programs that have begun
  std::vector<std::unique_ptr<SimHost>> hosts_;
};

}  // namespace synoptic::net
