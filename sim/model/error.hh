// What the outside world refused: what happened, and what to do next.
#pragma once

#include <expected>
#include <string>

#include "sim/wire/saying.hh"

namespace synoptic::model {

struct Error {
  wire::Saying what;    // "cannot open 'x.pcap': no such file"
  wire::Saying remedy;  // "check the path", "run: sudo setcap …"; may be empty
  wire::Saying saying() const {
    return remedy.empty() ? what : wire::Saying::of("{}; {}", what, remedy);
  }
  std::string str() const { return saying().str(); }
};

template <typename T>
using Expected = std::expected<T, Error>;

}  // namespace synoptic::model
