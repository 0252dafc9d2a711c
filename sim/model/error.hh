// What the outside world refused: what happened, and what to do next.
#pragma once

#include <expected>
#include <string>

namespace synoptic::model {

struct Error {
  std::string what;    // "cannot open 'x.pcap': no such file"
  std::string remedy;  // "check the path", "run: sudo setcap …"; may be empty
  std::string str() const { return remedy.empty() ? what : what + "; " + remedy; }
};

template <typename T>
using Expected = std::expected<T, Error>;

}  // namespace synoptic::model
