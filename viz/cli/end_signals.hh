// Signals that ask the program to end, heard on a thread beside: a window is closed by them as by
// its user, with its settings remembered and its files written.
#pragma once

#include <signal.h>

#include <atomic>
#include <functional>
#include <thread>

namespace synoptic::cli {

// To be made before any other thread: threads inherit what is blocked.
class EndSignals {
 public:
  EndSignals();
  ~EndSignals();  // as it was before
  EndSignals(const EndSignals&) = delete;
  EndSignals& operator=(const EndSignals&) = delete;

  // From here on `ask` is called at the first signal, on a thread of its own. The second one ends
  // the program at once.
  void listen(std::function<void()> ask);
  void stop_listening();

 private:
  void run(const std::function<void()>& ask);

  sigset_t signals_{}, before_{};
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace synoptic::cli
