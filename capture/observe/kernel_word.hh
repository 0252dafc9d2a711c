// KernelWord: holds the states that packets show against what the kernel said of the same ends.
//
// A state is confirmed when the kernel was asked, and had answered, while it was inferred to last,
// and named it. It is contradicted when the kernel named another one then. Where the kernel was not
// asked in that time, it stays inferred.
//
// Where the kernel tells of each transition itself (as root), that confirms the states on either
// side of it, however short they are.
//
// Kernel and packets do not change at one instant: a state changes before the packet that says so
// is stamped, or after the packet that made it change was; a program that holds its socket, or a
// machine that has much to do, makes that longer. So only an answer clearly within counts, and one
// that contradicts must lie further within than one that confirms.
//
// No contradiction:
//   that a program has closed, while its FIN still waits behind its text (connection.hh: no packet
//   shows that);
//   a state that the end can have come to since, where the packets left open how long the one
//   inferred lasted.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "capture/observe/flow_table.hh"

namespace synoptic::observe {

// What the kernel said of one end of a TCP connection; `sample` is without lane and flow. The same
// sample may come again, with a later last answer. A socket that listens has no remote address.
struct KernelRecord {
  wire::SocketAddress local, remote;
  // The kernel's own number of it, which no other socket has. Not known of a transition.
  std::uint64_t socket = 0;
  model::KernelSample sample;
};

class KernelWord {
 public:
  KernelWord(model::Trace& trace, FlowTable& flows) : trace_(trace), flows_(flows) {}

  // In any order relative to packets; those of one socket in order of time.
  void record(const KernelRecord& record);
  // Packets have shown a new conversation: samples may have waited for it.
  void flows_changed();
  // Judges what was found out since the last record.
  void finish();

 private:
  struct Change {
    model::EventId event;
    bool confirmed = false, contradicted = false;
    model::TcpState kernel = model::TcpState::closed;
  };
  struct End {
    std::optional<std::uint64_t> socket;
    std::vector<Change> changes;         // in order of time
    std::vector<std::uint32_t> samples;  // of the trace's
    std::optional<std::uint32_t> asked;  // the latest of them that is no transition: it may grow
    bool judged = true;                  // all samples, against all changes
  };
  using Key = std::uint64_t;  // of an end
  static Key key(model::EndpointId endpoint, model::FlowId flow) {
    return Key{index(endpoint)} << 32 | index(flow);
  }

  bool place(const KernelRecord& record);
  std::optional<Key> end_of(const KernelRecord& record);
  void wait(const KernelRecord& record);
  void find_changes();
  void judge_rest();
  void judge(End& end);
  void judge(End& end, const model::KernelSample& sample);
  void judge_transition(End& end, const model::KernelSample& sample);
  bool contradicts(const End& end, std::size_t change, const model::KernelSample& sample) const;
  void mark(const End& end);
  const model::Event& event(const Change& change) const { return trace_[change.event]; }

  model::Trace& trace_;
  FlowTable& flows_;
  std::unordered_map<Key, End> ends_;
  std::unordered_map<std::uint64_t, Key> ends_by_socket_;
  std::vector<KernelRecord> waiting_;  // for a conversation
  std::vector<Key> unjudged_;
  std::size_t seen_ = 0;  // events of the trace
};

}  // namespace synoptic::observe
