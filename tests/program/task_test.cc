// Task and CallOp: laziness, nesting, failure, and both ways in which a host may answer a call.
#include "sim/program/task.hh"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <vector>

#include "sim/program/host.hh"

namespace synoptic::program {
namespace {

// A host that answers each call at once, or keeps it until answer() is called.
class TestHost : public Host {
 public:
  explicit TestHost(bool at_once) : at_once_(at_once) {}

  std::vector<model::CallName> calls;

  void spawn(Task task) override { spawned_.push_back(std::move(task)); }

  // Answers the call that waits and lets its program go on.
  void answer(std::int64_t value) {
    CallOp* const op = std::exchange(waiting_, nullptr);
    op->result.value = value;
    op->waiter.resume();
  }
  bool waiting() const { return waiting_ != nullptr; }

 protected:
  bool submit(CallOp& op) override {
    calls.push_back(op.name);
    op.result.value = 7;
    if (at_once_) return false;
    waiting_ = &op;
    return true;
  }

 private:
  bool at_once_;
  CallOp* waiting_ = nullptr;
  std::vector<Task> spawned_;
};

Task one_recv(Host& host, std::int64_t& got) {
  std::array<char, 4> buffer;
  const CallResult received = co_await host.recv(Socket{3}, buffer);
  got = received.value;
}

Task nested(Host& host, std::int64_t& got) {
  co_await one_recv(host, got);
  const std::int64_t first = got;
  co_await one_recv(host, got);
  got += first;
}

Task fails(Host& host) {
  const CallResult closed = co_await host.close(Socket{3});
  if (closed.value == 7) throw std::runtime_error("as asked");
}

Task awaits_failure(Host& host) {
  co_await fails(host);
}

TEST(Task, IsLazy_RunsWhenResumed) {
  TestHost host(true);
  std::int64_t got = 0;
  const Task task = one_recv(host, got);
  EXPECT_TRUE(host.calls.empty());
  EXPECT_FALSE(task.done());
  task.handle().resume();
  EXPECT_TRUE(task.done());
  EXPECT_EQ(got, 7);
}

TEST(Task, Nested_WhenAnsweredAtOnce_RunsToItsEndInOneResume) {
  TestHost host(true);
  std::int64_t got = 0;
  const Task task = nested(host, got);
  task.handle().resume();
  EXPECT_TRUE(task.done());
  EXPECT_EQ(got, 14);
}

TEST(Task, Nested_WhenAnsweredLater_GoesOnWhereItWaited) {
  TestHost host(false);
  std::int64_t got = 0;
  const Task task = nested(host, got);
  task.handle().resume();
  EXPECT_TRUE(host.waiting());
  host.answer(1);
  EXPECT_FALSE(task.done());
  host.answer(2);
  EXPECT_TRUE(task.done());
  EXPECT_EQ(got, 3);
}

TEST(Task, DestroyedWhileItWaits_LeavesNothing) {  // the sanitizers see what is left
  TestHost host(false);
  std::int64_t got = 0;
  {
    const Task task = nested(host, got);
    task.handle().resume();
    EXPECT_TRUE(host.waiting());
  }
  EXPECT_EQ(got, 0);
}

TEST(Task, WhatACoroutineThrows_ReachesWhoeverAwaits) {
  TestHost host(true);
  const Task task = awaits_failure(host);
  task.handle().resume();
  EXPECT_TRUE(task.done());
  EXPECT_THROW(task.rethrow(), std::runtime_error);
}

}  // namespace
}  // namespace synoptic::program
