// Typed words as values: times, numbers, addresses. What makes no sense is refused in words that
// say what to type.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lessons/demos/demo.hh"
#include "sim/model/time.hh"
#include "sim/wire/address.hh"

namespace synoptic::cli {

// Wrong usage; ends the reading of the command line, and never leaves it.
struct Usage {
  explicit Usage(std::string text) : text(std::move(text)) {}
  std::string text;
};

// Each names `option` when it refuses.
model::Duration time_of(std::string_view option, const std::string& text);
model::Duration time_above_zero(std::string_view option, const std::string& text);
std::uint64_t number_of(std::string_view option, const std::string& text, std::uint64_t low,
                        std::uint64_t high);

// HOST alone, with "localhost" for 127.0.0.1.
wire::IpAddress ip_of(const std::string& text);
// HOST, HOST:PORT or [HOST]:PORT; the port is 0 where none is given.
wire::SocketAddress address_of(const std::string& text);

// Of --names: "Ada,Bob".
std::vector<std::string> names_of(const std::string& text);

demos::Encoding encoding_of(std::string_view option, const std::string& text);
// The server in `text`, as for address_of(); with `named` also by the name of its machine.
void set_server(demos::DemoOptions& program, const std::string& text, bool named);
std::vector<std::string> split(const std::string& text, char separator);

}  // namespace synoptic::cli
