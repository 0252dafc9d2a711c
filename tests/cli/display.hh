// A display of our own (Xvfb) to open the window on, hands for it (xdotool), and an eye on it.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/cli/program.hh"

namespace synoptic::cli::test {

struct Area {
  int left = 0, top = 0, width = 0, height = 0;
};

class Display {
 public:
  // On a number that is free. Ended when this goes out of scope.
  explicit Display(const std::string& size = "1280x720");
  ~Display();
  Display(const Display&) = delete;
  Display& operator=(const Display&) = delete;

  static bool installed();  // Xvfb and xdotool
  // "DISPLAY=:7"; empty when it did not start.
  const std::string& variable() const { return variable_; }
  // One command of xdotool; false when it failed or took more than half a minute.
  bool hands(const std::vector<std::string>& command) const;
  bool key(const std::string& name) const { return hands({"key", name}); }
  // What is on the screen: a file in the form of xwd, its pixels last.
  std::string screen() const;
  // Waits until the screen is such; false when that takes too long.
  bool await(const std::function<bool(const std::string& screen)>& good) const;
  // The title of our window; empty where there is none.
  std::string title() const;
  // Waits until the title matches the regular expression.
  bool await_title(const std::string& pattern) const;
  // As a desktop says that all type is to be so many times as large.
  bool set_scale(double scale) const;
  // A file dragged from another program and dropped on our window (the XDND protocol, version 5).
  bool drop_file(const std::string& path) const;
  // Where two screens differ; nothing where they do not.
  static Area difference(const std::string& before, const std::string& after);
  bool click(int x, int y) const;
  // What is on the screen once it has not changed for a while.
  std::string settled() const;

 private:
  TempDir dir_;
  pid_t pid_ = -1;
  std::string variable_;
};

}  // namespace synoptic::cli::test
