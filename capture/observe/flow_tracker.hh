// FlowTracker: packets in, Trace out. Endpoints by address and port, flows, relative numbers,
// retransmissions, and the states of both ends, inferred from packets alone.
//
// Its honesty: without loss it reports the very transitions that the simulator made, but for those
// that no packet shows (connection.hh lists them); when packets are missing it may be unsure (it
// then reports nothing), and is never wrong while claiming certainty. A state change is reported
// when it is certain, which may be later than it happened: Event::t says when it happened, as near
// as the packets tell, and Event::cause by which packet. A state change from a state to the same
// state says that an end was found in it, by ways that the packets leave open.
// Why::observed_ordinary marks what claims no certainty: it holds where nothing was lost without a
// sign, and is no longer given once a packet has shown that something was lost, doubled or late.
//
// A segment whose checksum is wrong (not merely left to the network card) is shown, and nothing is
// inferred from it.
//
// Pure: no clocks, no I/O. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "capture/observe/kernel_word.hh"
#include "sim/model/trace.hh"

namespace synoptic::observe {

struct CapturedPacket {
  model::Instant t;
  wire::ByteSpan bytes;  // copied into the trace
  std::uint32_t original_size = 0;
  wire::LinkType link = wire::LinkType::ethernet;
  // Where whoever wrote the packets down knows more than they show: lost, or damaged, after this.
  model::Fate fate = model::Fate::delivered;
  bool simulated = false;  // they say that it is of a simulated run
  // … that the network made it, which its sender had sent once: the event's why. Else none.
  model::Why copied = model::Why::none;
};

// One call of a program that ran while the capture went on, as its host recorded it. A call that
// blocks is recorded twice under one `serial`: when it is made (returned false) and when it has
// returned.
struct CallRecord {
  std::string role;                   // "server", "client 2"
  std::uint64_t serial = 0;           // unique within the role
  model::Instant t;                   // when it was made
  model::Call call;                   // call.data is copied
  wire::SocketAddress local, remote;  // of the socket, where known by then; else port 0
  model::Protocol protocol = model::Protocol::tcp;
  // The serial of the call before it in the same task of the role (of a task's first: of the last
  // call before it was spawned); 0: none. A sleep or a line belongs where that call does.
  std::uint64_t after = 0;
  // Which process of the role, where it has several: descriptors and serials are each one's own.
  std::int32_t process = 0;
  std::string prompt;  // of a line that is asked for
};

struct TrackerOptions {
  // Each packet was captured as it arrived at its receiver's host, as libpcap does on a loopback
  // interface: none was lost after that, or overtaken. Where packets were captured on their way (or
  // as they were sent, as the simulator writes them), this must be false.
  bool captured_on_arrival = false;
};

class FlowTracker {
 public:
  // `out` must be empty and outlive the tracker.
  explicit FlowTracker(model::Trace& out, TrackerOptions options = {});
  ~FlowTracker();
  FlowTracker(const FlowTracker&) = delete;
  FlowTracker& operator=(const FlowTracker&) = delete;

  // Packets in order of time. Any bytes; what is neither TCP, UDP nor ICMP becomes an event of
  // kind `other`.
  void packet(const CapturedPacket& packet);
  // The capture lost packets before the next one: of the connections so far, less is certain.
  void packets_missed();
  // A call, in any order relative to packets; those of one role in their order. A call made before
  // its socket had an address is given to the role's lane as soon as that is known, or at finish().
  void call(const CallRecord& call);
  // What the kernel said of an end, in any order relative to packets; of one socket in order of
  // time. It confirms or contradicts the states inferred, and changes nothing else.
  void kernel(const KernelRecord& record);
  // No more input: what waited is placed. May be called once.
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace synoptic::observe
