// An anchor says by its meaning which event of a run a step is about: "the client sends its FIN".
// It is a sentence of a small language, never an index or a time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/model/error.hh"
#include "sim/model/trace.hh"

namespace synoptic::lessons {

// A segment by what it is or carries.
struct Carried {
  enum class Kind : std::uint8_t { syn, syn_ack, fin, rst, data, name, text } kind = Kind::syn;
  int nth = 0;       // of data: the nth that its sender sent; of a name: its number
  std::string text;  // may hold {name.N}
};

struct Anchor {
  enum class Kind : std::uint8_t {
    calls,
    returns,
    enters,
    leaves,
    sends,
    carries,
    acknowledges,
    timer
  } kind = Kind::calls;
  std::string who;                                 // the role; of `carries` empty: whoever sends it
  model::CallName call = model::CallName::socket;  // calls, returns
  int nth = 0;                                     // 0: the only one
  std::string text;                                // calls, returns: the bytes; empty: any
  model::TcpState state = model::TcpState::closed;
  Carried carried;     // sends, carries, acknowledges
  std::string whose;   // acknowledges: whose SYN or FIN
  bool again = false;  // sends, carries: not for the first time
  model::TimerName timer = model::TimerName::retransmission;
  model::TimerAction action = model::TimerAction::started;
  std::string sentence;  // as it was written
};

// The reason, where a sentence says nothing that is understood, is the error's `what`.
model::Expected<Anchor> parse_anchor(std::string_view sentence);

// The sentences that are understood, for who writes lessons.
std::span<const std::string_view> anchor_forms();

// All events of `trace` that fit, in order of time; `names` are those that the clients send.
std::vector<model::EventId> find_events(const Anchor& anchor, const model::Trace& trace,
                                        std::span<const std::string> names);

}  // namespace synoptic::lessons
