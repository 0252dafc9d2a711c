// Runs the program itself, as a user would: arguments in, both outputs and the exit status out.
#pragma once

#include <sys/types.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/files.hh"

namespace synoptic::cli::test {

struct Result {
  int status = -1;  // the exit status; 128 + the signal if one ended it
  std::string out, err;
};

struct Start {
  std::vector<std::string> variables;  // "COLUMNS=100"
  std::vector<std::string>
      prefix;  // what stands before the program: {"runuser", "-u", "nobody", "--"}
  std::string program = SYNOPTIC_BINARY;
};

// One run of the program. It is killed when it takes more than a minute, or when this goes out of
// scope.
class Program {
 public:
  explicit Program(const std::vector<std::string>& arguments, const Start& start = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void write(std::string_view input);  // to its standard input
  void close_input();
  void close_errors();  // nobody reads its standard error any more
  void signal(int number);
  pid_t pid() const { return pid_; }
  // Reads on until `enough` of what both outputs hold so far; false when it ended before.
  bool await(const std::function<bool(const Result&)>& enough);
  // Until either output holds `text`.
  bool await_output(std::string_view text);
  // Waits until a child of it lives; false when it ended before.
  bool await_child();
  // Closes its input, and reads on until it ends.
  Result wait();

 private:
  bool read_some(int timeout_ms);  // false when both outputs are closed
  pid_t pid_ = -1;
  int in_ = -1, out_ = -1, err_ = -1;
  Result result_;
};

Result run(const std::vector<std::string>& arguments, const Start& start = {});
Result run_with_input(const std::vector<std::string>& arguments, std::string_view input);

// Its standard output as JSON; the test fails, and says what came instead, when it is none.
nlohmann::json run_json(std::vector<std::string> arguments);

// One line, beginning with "synoptic: ".
bool is_one_line(const std::string& text);

using synoptic::read_file;
using synoptic::TempDir;
using synoptic::write_file;

}  // namespace synoptic::cli::test
