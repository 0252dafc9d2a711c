// A file to be opened, looked at before it is known what it is.
#pragma once

#include <optional>
#include <string>

#include "sim/model/error.hh"

namespace synoptic::cli {

class Input {
 public:
  explicit Input(const std::string& path);  // "-" is standard input
  ~Input();
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  // A trace of ours, by its first byte, which is left where it is. Not by the file's name.
  bool holds_json() const;
  model::Expected<std::string> read_all(const std::string& name) const;

 private:
  std::optional<char> first_byte() const;
  int fd_;
};

}  // namespace synoptic::cli
