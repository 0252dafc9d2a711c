// What a fault strikes, then what it does to it, then when.
#include "viz/gui/fault_words.hh"

#include "viz/words/words.hh"

namespace synoptic::gui {

using words::say;
using words::tr;

namespace {

using Action = net::Fault::Action;
using Match = net::Fault::Match;

std::string kind_words(Match match) {
  switch (match) {
    case Match::any: return tr("packet");
    case Match::data: return tr("data segment");
    case Match::syn: return tr("SYN segment");
    case Match::syn_ack: return tr("SYN-ACK segment");
    case Match::ack: return tr("ACK segment");
    case Match::fin: return tr("FIN segment");
    case Match::rst: return tr("RST segment");
  }
  return {};
}

std::string struck(const net::Fault& fault) {
  const std::string kind = kind_words(fault.match);
  if (fault.nth == 0)
    return fault.from_client ? say("every {} from the client to the server", kind)
                             : say("every {} from the server to the client", kind);
  return fault.from_client ? say("{} no. {} from the client to the server", kind, fault.nth)
                           : say("{} no. {} from the server to the client", kind, fault.nth);
}

std::string done_to(const net::Fault& fault, const std::string& what) {
  switch (fault.action) {
    case Action::drop: return say("loses {}", what);
    case Action::duplicate: return say("duplicates {}", what);
    case Action::corrupt: return say("corrupts {}", what);
    case Action::delay: return say("delays {} by {}", what, model::format_duration(fault.delay));
    case Action::swap: return say("swaps {} with the one behind it", what);
  }
  return {};
}

}  // namespace

std::string fault_words(const net::Fault& fault) {
  std::string words = done_to(fault, struck(fault));
  if (fault.from) words = say("{}, from {} on", words, model::format_duration(*fault.from));
  if (fault.to) words = say("{}, until {}", words, model::format_duration(*fault.to));
  return words;
}

}  // namespace synoptic::gui
