// TransitionWatch: each change of a TCP socket's state as the kernel makes it, from its tracepoint
// sock:inet_sock_set_state. Root only. (TIME-WAIT is none of its states:
// the socket is CLOSED then, and a smaller one takes its place.)
//
// It is read through perf_event_open(2), whose descriptors end with this process: nothing is left
// switched on. It sees the sockets of all network namespaces: whoever uses it chooses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/live/file_descriptor.hh"
#include "sim/model/tcp_state.hh"
#include "sim/model/time.hh"
#include "sim/wire/address.hh"

namespace synoptic::live {

struct SocketTransition {
  model::Instant t;  // CLOCK_REALTIME, as packets are stamped
  wire::SocketAddress local, remote;
  model::TcpState from = model::TcpState::closed, to = model::TcpState::closed;
};

class TransitionWatch {
 public:
  TransitionWatch();
  bool open() const { return !rings_.empty(); }
  // What came since the last call, of each processor in order of time.
  void drain(const std::function<void(const SocketTransition&)>& on_transition);

 private:
  struct Unmap {
    std::size_t size = 0;
    void operator()(void* memory) const;
  };
  struct Ring {
    FileDescriptor fd;
    std::unique_ptr<void, Unmap> memory;
  };
  std::optional<std::uint64_t> find_tracepoint(const std::string& tracefs);
  bool read_format(const std::string& path);
  void open_rings(std::uint64_t id);
  void record(const std::uint8_t* record, std::size_t size,
              const std::function<void(const SocketTransition&)>& on_transition) const;

  // Where the fields stand in a record.
  struct Offsets {
    std::size_t from = 0, to = 0, sport = 0, dport = 0, family = 0, protocol = 0, saddr = 0,
                daddr = 0, saddr_v6 = 0, daddr_v6 = 0;
  };
  Offsets at_;
  std::int64_t realtime_ahead_ns_ = 0;  // of CLOCK_MONOTONIC
  std::vector<Ring> rings_;             // one a processor
};

}  // namespace synoptic::live
