// What the details panel says about one event, as plain values: found once for an event, drawn many
// times. No ImGui. All words are in the language spoken when it was found, but for the reasons of
// differences and the fields of packets, which are English.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/wire/decode.hh"
#include "viz/gui/model.hh"

namespace synoptic::gui {

// Another event that can be gone to, in one line.
struct Mention {
  Selected event;
  std::string text;
  bool has_step = false;  // it can be gone to
};

// --- the packet: the event itself, or the one that led to it
struct PacketDetails {
  Selected event;
  bool led_to = false;  // it is not the event itself
  std::string line;     // as the ladder writes it
  wire::ByteSpan bytes;
  std::uint32_t original_size = 0;
  wire::Decoded decoded;  // sequence numbers with their relative ones beside them
};
// A field of a packet, by its place in `decoded`; `field` -1: the layer itself.
struct FieldRef {
  int layer = -1, field = -1;
  bool valid() const { return layer >= 0; }
  friend bool operator==(const FieldRef&, const FieldRef&) = default;
};
wire::ByteRange range_of(const wire::Decoded& decoded, FieldRef ref);
// The innermost field that holds the byte; invalid where there is none.
FieldRef field_at(const wire::Decoded& decoded, std::uint32_t byte);

struct HexLine {
  std::uint32_t offset = 0;
  std::string hex;   // three characters a byte: "45 00 "
  std::string text;  // one character a byte; what is no printable ASCII is "."
};
HexLine hex_line(wire::ByteSpan bytes, std::uint32_t offset, std::uint32_t per_line);

// --- why
struct WhyDetails {
  std::string text;  // empty where there is nothing to say
  std::string rfc;   // "RFC 9293 3.10.7.4"; empty where no RFC speaks of it
  std::optional<Mention> cause;
};

// --- where the two ladders differ
struct DifferenceDetails {
  std::optional<ladder::Verdict> verdict;  // nothing: the event is in no row, or there is one side
  std::string heading;                     // "Only in the simulation."
  std::string text;                        // the reason
  std::vector<std::string> also;           // window, options, timing, with both sides' values
  std::vector<Mention> counterpart;        // what stands in the same row on the other side
  std::vector<Mention> cites;              // what the reason rests on
};

// --- the two ends
struct TcbRow {
  std::string_view name;             // "SND.UNA"
  std::string_view meaning;          // for hovering
  std::array<std::string, 2> value;  // of either end; empty: not known
  std::array<std::string, 2> was;    // before the event, where `changed`; empty: there was none
  std::array<bool, 2> changed{};
};
struct Passed {  // a state on the way
  model::TcpState from = model::TcpState::closed, to = model::TcpState::closed;
  model::Basis basis = model::Basis::true_;
  Selected event;
  std::string when;
  bool of_listener = false;
};
struct EndDetails {
  model::EndpointId id = model::EndpointId::none;
  std::string name, address;
  std::string tcb_moment;  // "as it arrives, after 20 ms"; why there is no TCB
  bool has_tcb = false;
  std::optional<model::TcpState> state;  // after the event; nothing: not known
  model::Basis basis = model::Basis::true_;
  std::vector<Passed> way;  // how it came there, the first first
};
// What the kernel itself said of both ends, in the real run: its last word by then.
struct KernelRow {
  std::string_view name;             // "cwnd", as ss(8) calls it
  std::string_view meaning;          // for hovering
  std::array<std::string, 2> value;  // of either end; empty: the kernel does not tell
};
struct KernelDetails {
  std::vector<KernelRow> rows;
  std::array<std::string, 2> moment;  // "from 1.02 s to 2.018 s"
};
struct EndsDetails {
  std::array<EndDetails, 2> ends;  // who spoke first is [0]
  std::vector<TcbRow> tcb;
  std::string tcb_note;  // where the numbers come from
  bool raw_seq = false;
  std::optional<KernelDetails> kernel;  // of the real run; nothing where it was not asked
};

struct Details {
  Selected focus;
  bool simulated = false;  // else captured
  std::string heading;
  std::vector<std::string> sentences;  // what it is, for a student
  std::vector<std::string> oddities;   // of its packet
  std::optional<PacketDetails> packet;
  WhyDetails why;
  DifferenceDetails difference;
  std::optional<EndsDetails> ends;  // of its TCP connection
  std::string no_ends;              // why there are none
};
// O(events). The bytes are those of the model's trace: the model must outlive it.
Details details_of(const Model& model, const Selected& focus);

// --- its parts, each in a file of its own
struct Told {
  std::string heading;
  std::vector<std::string> sentences;
};
Told tell(const model::Trace& trace, const model::Event& event);  // details_words.cc
// One line for any event: "client → server 49152 → 9999 [SYN] …", "client: connect(…)".
std::string one_line(const model::Trace& trace, const model::Event& event, bool raw_seq);
// One sentence for a student; empty where there is nothing to say.
std::string words_of(model::Why why);
std::string_view meaning_of(model::TcpState state);
std::string_view meaning_of(model::Basis basis);
// The two ends of the connection that the event is of, or that its end has around then; nothing
// where there is no TCP connection (details_ends.cc).
// The packet whose arrival let a waiting call return; the call itself where none came meanwhile.
model::EventId ends_wait(const model::Trace& trace, model::EventId call);
std::optional<EndsDetails> ends_of(const Model& model, const Selected& focus);
// `flow` is the focus's, on its own side (details_kernel.cc).
std::optional<KernelDetails> kernel_of(const Model& model, model::FlowId flow,
                                       const Selected& focus);

}  // namespace synoptic::gui
