// A scenario: everything that a run depends on. run(Scenario) -> Trace is a function: same
// scenario, same trace.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/model/error.hh"
#include "sim/model/trace.hh"
#include "sim/program/host.hh"
#include "sim/tcp/profile.hh"

namespace synoptic::net {

// Faults, by the grammar
//   (drop|duplicate|corrupt|delay TIME|swap) [Nth] [syn|syn-ack|ack|data|fin|rst|any]
//   (client>server|server>client) [from TIME] [to TIME]
struct Fault {
  enum class Action : std::uint8_t { drop, duplicate, corrupt, delay, swap } action = Action::drop;
  enum class Match : std::uint8_t { any, syn, syn_ack, ack, data, fin, rst } match = Match::any;
  int nth = 0;                              // 1 is the first that matches; 0: every one
  bool from_client = true;                  // client>server
  model::Duration delay;                    // action delay
  std::optional<model::Duration> from, to;  // since the run began
  friend bool operator==(const Fault&, const Fault&) = default;
};
model::Expected<Fault> parse_fault(std::string_view text);
std::string format_fault(const Fault& fault);

struct LinkOptions {
  model::Duration delay = model::milliseconds(20);  // one way
  std::uint64_t rate_bps = 0;                       // 0: infinitely fast
  std::uint32_t queue_packets = 1000;               // waiting for the rate; more are dropped
  double loss = 0, duplicate = 0,
         reorder = 0;  // probabilities, each direction, for free play and sweeps
};

// Lines that somebody types while the run goes on.
struct ByHand {
  std::vector<model::Duration> at;       // since the run began: when each of the lines is typed
  std::optional<model::Duration> ended;  // when the input ends; nothing: read_line() waits for more
};

struct RoleSpec {
  std::string name;  // "server", "client", "client 2"
  wire::IpAddress address;
  std::function<program::Task(program::Host&)> main;
  std::string start_after;  // a role's name; empty: at once
  model::CallName start_after_call =
      model::CallName::listen;     // … when this call of it has returned
  bool is_server = false;          // for faults' direction, isn_server, and the lane's side
  bool serves = false;             // the run is over when all roles that do not serve have ended
  std::vector<std::string> lines;  // what read_line() gives, one after another; then end of input
  model::Duration typing;          // how long each of them takes, and the end of input
  std::optional<ByHand> by_hand;   // in the place of `typing`; one time for each of `lines`
};

struct Scenario {
  std::vector<RoleSpec> roles;
  tcp::ProfileName profile = tcp::ProfileName::textbook;
  LinkOptions link;
  std::vector<Fault> faults;
  std::uint64_t seed = 1;
  std::optional<wire::SeqNum> isn_client, isn_server;
  std::uint32_t mtu = 1500;
  bool drain =
      true;  // after the programs ended, go on until TIME-WAIT has passed and nothing is left
  std::uint32_t max_events = 10'000'000;
  model::Duration max_time = model::seconds(3600);
};

// The keys of `--set KEY=VALUE`: name, what it is, unit. set() refuses unknown keys and bad values.
struct ScenarioKey {
  std::string_view name, help;
};
const std::vector<ScenarioKey>& scenario_keys();
model::Expected<void> set(Scenario& scenario, std::string_view key, std::string_view value);

// Runs it to its end in virtual time, or to a limit (then Trace::warnings says so).
model::Trace run(const Scenario& scenario);

}  // namespace synoptic::net
