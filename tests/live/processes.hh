// Looking at this machine's processes, for the tests of what survives whom.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace synoptic::live {

// A child of ours with its standard output in a pipe.
struct Child {
  pid_t pid = -1;
  int output = -1;
};
Child start(std::vector<std::string> argv, const std::vector<std::string>& variables);
std::string read_all(Child& child);  // until it closes its output; closes ours
int wait_for(const Child& child);    // its status, as of waitpid(2)

struct Process {
  pid_t pid = -1;
  pid_t parent = -1;
  bool stopped = false;
  std::string command;  // argv[0..], separated by blanks
  std::string network;  // its network namespace, "net:[4026531840]"
};
// Those that live and have `token` in their environment.
std::vector<Process> with_token(const std::string& token);
// Waits until none lives in the network namespace `network`; false after half a minute. (A process
// that is ending loses its environment first.)
bool await_empty_network(const std::string& network);
// Waits until a descendant of ours is stopped; false after half a minute.
bool await_stopped_child();
// Waits until the private loopback of a run that is a descendant of ours is slower than it began,
// as tc(8) shows it; false after half a minute.
bool await_slowed_network();

// Waits until `count` processes have the token, or at least so many; false after half a minute.
bool await_count(const std::string& token, std::size_t count);
bool await_at_least(const std::string& token, std::size_t count);

}  // namespace synoptic::live
