// Facts: what each packet of a conversation contributes, told so that two runs can be compared.
// Direction by role, sequence space as relative ranges, everything else as found.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "sim/model/trace.hh"

namespace synoptic::ladder {

struct Fact {
  model::EventId id = model::EventId::none;
  model::EventId cause = model::EventId::none;  // where the trace says it
  model::EventKind kind = model::EventKind::segment;
  model::Instant t;
  std::optional<model::Instant> arrived;  // nothing while under way, or lost
  bool from_a = true;  // sent by the conversation's first role (for TCP the client)
  wire::CtlSet ctl;
  // Relative sequence space that it occupies, SYN and FIN counted: [begin, end).
  std::uint32_t begin = 0, end = 0;
  std::optional<std::uint32_t> ack;  // acknowledged up to here (exclusive); nothing without ACK
  std::uint32_t wnd = 0;
  std::optional<std::uint32_t> tsval;  // of its timestamps option
  struct Octets {
    std::uint32_t begin, end;
  };
  std::optional<Octets> came_twice;  // what its SACK option reports so (D-SACK, RFC 2883 4)
  wire::ByteSpan text;  // as far as it was captured; of an ICMP error, the quoted packet's
  std::uint32_t len = 0;
  bool retransmission = false;
  bool lost = false;     // its receiver never took it in
  bool damaged = false;  // it arrived with bits changed and was dropped; `lost` as well
  bool held = false;     // the network held it back on its way, so that others could overtake it
  bool copy = false;     // made by the network: its sender sent it once
  bool repeats = false;  // a pure ACK for what its sender had acknowledged before
  std::uint8_t icmp_type = 0, icmp_code = 0;

  bool has(wire::Ctl c) const { return ctl.has(c); }
  bool is_segment() const { return kind == model::EventKind::segment; }
  // An ACK and nothing else: it takes no sequence space.
  bool pure_ack() const { return is_segment() && ack && begin == end && !has(wire::RST); }
  bool occupies() const { return begin != end; }
};

// One conversation as one trace tells it, in order of time.
struct Conversation {
  const model::Trace* trace = nullptr;
  std::optional<model::FlowId> flow;  // nothing: packets that belong to no flow
  bool swapped = false;               // the flow's b is the conversation's first role
  std::vector<Fact> facts;
  // What else the trace tells of it: its calls, states and notes, by number.
  std::vector<model::EventId> told;
  // Calls of no conversation (a listener's, mostly), by endpoint and number.
  using Loose = std::map<model::EndpointId, std::vector<model::EventId>>;
  std::shared_ptr<const Loose> loose;

  model::EndpointId endpoint(bool a) const;  // none without a flow
  // The calls `name` of one end, by number: those that belong to it, and those that belong to no
  // conversation.
  std::vector<const model::Event*> calls(bool a, model::CallName name) const;
  std::string name(bool a) const;    // the role: "client"
  std::string called(bool a) const;  // the same in the language spoken
};

// One conversation in two traces; a side may be missing (its facts are empty, its flow nothing).
struct Pairing {
  Conversation sim, live;
};

// The conversations of one trace in the order in which they begin; packets without a flow come
// last, as one.
std::vector<Conversation> conversations_of(const model::Trace& trace);

// Pairs conversations by role and order. Together they hold every packet of both traces exactly
// once.
std::vector<Pairing> pair_conversations(const model::Trace& sim, const model::Trace& live);

// A second delivery by the network of a packet that was sent once; its cause is that packet.
bool is_network_copy(const model::Event& packet);

// The options of a segment apart from the values that differ between any two runs (timestamps).
bool same_options(const model::Event& a, const model::Event& b);

}  // namespace synoptic::ladder
