// What is typed while a live run goes on: it reaches the role that it is for, as it was typed; who
// has ended takes no more; and a role that does not read holds up nobody.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>

#include "capture/live/role_process.hh"
#include "capture/live/typed_inputs.hh"
#include "lessons/demos/demo.hh"
#include "tests/live/support.hh"

namespace synoptic::live {
namespace {

using observe::RoleInput;
using observe::RunInput;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

LiveSpec by_hand(const std::string& demo, int clients = 1) {
  LiveSpec spec = demo_spec(demo, wire::Family::ipv4, clients);
  for (LiveRole& role : spec.roles) {
    const demos::Demo& of = *demos::find_demo(demo);
    const bool server = role.name.starts_with("server");
    role.typed = demos::reads_lines(of, of.roles[server ? 0 : 1]);
    if (role.typed) role.argv[2] = "by-hand";
  }
  spec.timeout = {};
  return spec;
}

class TypedRun {
 public:
  explicit TypedRun(const LiveSpec& spec) {
    auto source = run_private(spec);
    if (!source) {
      ADD_FAILURE() << source.error().str();
      return;
    }
    source_ = std::move(*source);
  }
  explicit operator bool() const { return source_ && source_->input() != nullptr; }
  RunInput& input() { return *source_->input(); }
  const model::Trace& trace() const { return source_->trace(); }
  observe::TraceSource& source() { return *source_; }

  const RoleInput& role(const std::string& name) {
    return *std::ranges::find(input().roles(), name, &RoleInput::role);
  }
  template <typename Condition>
  bool await(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (!condition()) {
      if (source_->ended() || std::chrono::steady_clock::now() > deadline) return condition();
      source_->wait(model::milliseconds(10));
      source_->poll();
    }
    return true;
  }
  // Once it asks for its `nth` line.
  bool answer(const std::string& name, std::size_t nth, const std::string& line) {
    if (!await([&] { return role(name).asks && role(name).asked == nth; })) return false;
    return input().type(name, line).has_value();
  }
  bool to_end() { return run_to_end(*source_); }

 private:
  std::unique_ptr<observe::TraceSource> source_;
};

std::vector<std::string> data_of(const model::Trace& trace, const std::string& role,
                                 model::CallName name) {
  std::vector<std::string> lines;
  for (const model::EventId id : trace.by_time()) {
    const model::Event& event = trace[id];
    const auto* call = std::get_if<model::Call>(&event.body);
    if (call == nullptr || call->name != name || !call->returned || call->result == 0) continue;
    if (event.endpoint != model::EndpointId::none && trace[event.endpoint].name == role)
      lines.push_back(as_text(call->data));
  }
  return lines;
}
std::vector<std::string> read_by(const model::Trace& trace, const std::string& role) {
  return data_of(trace, role, model::CallName::read_line);
}

TEST(ByHand, EachRoleGetsItsLines_AndTheRunEndsWithThem) {
  TypedRun run(by_hand("tcp-chat"));
  ASSERT_TRUE(run);
  ASSERT_EQ(run.input().roles().size(), 2u);
  EXPECT_TRUE(run.answer("client", 1, "hello"));
  EXPECT_EQ(run.role("client").prompt, ">");
  EXPECT_TRUE(run.answer("server", 1, "你好，客户端"));
  EXPECT_EQ(run.role("server").prompt, ">>");
  EXPECT_TRUE(run.answer("client", 2, "bye"));
  ASSERT_TRUE(run.to_end());
  EXPECT_THAT(read_by(run.trace(), "client"), ElementsAre("hello", "bye"));
  EXPECT_THAT(read_by(run.trace(), "server"), ElementsAre("你好，客户端"));
  EXPECT_THAT(data_of(run.trace(), "client", model::CallName::recv), ElementsAre("你好，客户端"));
  EXPECT_THAT(run.trace().warnings, IsEmpty());
  EXPECT_FALSE(run.source().failure());
  for (const RoleInput& role : run.input().roles()) {
    EXPECT_TRUE(role.ended) << role.role;
    EXPECT_FALSE(role.asks);
    EXPECT_EQ(role.why, "");
  }
  EXPECT_FALSE(run.input().type("client", "more")) << "nobody reads it any more";
}

TEST(ByHand, AnEmptyLine_IsALine_AndAnyBytesArrive) {
  TypedRun run(by_hand("tcp-serve-each-mended"));
  ASSERT_TRUE(run);
  const std::string odd("\x00\xff\xb0\t", 4);
  EXPECT_TRUE(run.answer("client", 1, ""));
  EXPECT_TRUE(run.answer("client", 2, odd));
  EXPECT_TRUE(run.answer("server", 1, "fine"));
  ASSERT_TRUE(run.await([&] { return run.role("client").asked == 3; }));
  run.input().end_input("client");
  EXPECT_FALSE(run.input().type("client", "more"));
  ASSERT_TRUE(run.to_end());
  EXPECT_THAT(read_by(run.trace(), "client"), ElementsAre("", odd));
  EXPECT_THAT(data_of(run.trace(), "server", model::CallName::recv), testing::Contains(odd));
}

TEST(ByHand, WhatIsTypedBeforeItIsAskedFor_IsReadInItsTurn) {
  TypedRun run(by_hand("tcp-chat"));
  ASSERT_TRUE(run);
  EXPECT_TRUE(run.input().type("server", "hi"));
  for (const char* line : {"hello", "bye"}) EXPECT_TRUE(run.input().type("client", line));
  for (const char* role : {"server", "client"}) run.input().end_input(role);
  ASSERT_TRUE(run.to_end());
  EXPECT_THAT(read_by(run.trace(), "client"), ElementsAre("hello", "bye"));
  EXPECT_THAT(read_by(run.trace(), "server"), ElementsAre("hi"));
}

TEST(ByHand, SeveralClients_EachHaveTheirs) {
  TypedRun run(by_hand("tcp-serve-each-mended", 2));
  ASSERT_TRUE(run);
  ASSERT_EQ(run.input().roles().size(), 3u);
  EXPECT_TRUE(run.input().type("server", "yes"));
  EXPECT_TRUE(run.input().type("server", "no"));
  for (const char* client : {"client", "client 2"}) {
    EXPECT_TRUE(run.input().type(client, std::string("I am ") + client));
    run.input().end_input(client);
  }
  ASSERT_TRUE(run.to_end());
  for (const std::string client : {"client", "client 2"})
    EXPECT_THAT(read_by(run.trace(), client), ElementsAre("I am " + client));
  EXPECT_THAT(read_by(run.trace(), "server"), ElementsAre("yes", "no"));
}

// Both peers serve for ever: such a run is over when nothing happens any more; but not before
// somebody has typed.
TEST(ByHand, ARunThatWaitsForAPerson_DoesNotEnd_UntilItIsStopped) {
  TypedRun run(by_hand("udp-duplex-chat"));
  ASSERT_TRUE(run);
  ASSERT_TRUE(run.await([&] { return run.role("client").asks && run.role("server").asks; }));
  EXPECT_FALSE(run.source().ended());
  EXPECT_TRUE(run.input().type("client", "hello"));
  ASSERT_TRUE(run.await([&] { return run.role("client").asked == 2; }));
  EXPECT_FALSE(run.source().ended());
  run.source().stop();
  ASSERT_TRUE(run.to_end());
  EXPECT_THAT(read_by(run.trace(), "client"), ElementsAre("hello"));
  EXPECT_TRUE(run.role("server").ended);
}

TEST(ByHand, NobodyTypesAnyMore_AndTheRunEndsByItself) {
  TypedRun run(by_hand("udp-duplex-chat"));
  ASSERT_TRUE(run);
  EXPECT_TRUE(run.answer("client", 1, "hello"));
  ASSERT_TRUE(run.await([&] { return run.role("client").asked == 2; }));
  for (const char* role : {"client", "server"}) run.input().end_input(role);
  ASSERT_TRUE(run.to_end());
  EXPECT_FALSE(run.source().failure());
}

TEST(ByHand, ARoleThatFails_SaysWhy) {
  LiveSpec spec;
  spec.roles.push_back({.name = "client", .argv = {"/nowhere/at/all"}, .typed = true});
  TypedRun run(spec);
  ASSERT_TRUE(run);
  ASSERT_TRUE(run.to_end());
  EXPECT_TRUE(run.role("client").ended);
  EXPECT_THAT(run.role("client").why, HasSubstr("could not be started"));
}

TEST(ByHand, OneWhoDoesNotRead_IsNotToldMoreThanItCanKeep) {
  LiveSpec spec;
  spec.roles.push_back(
      {.name = "server", .argv = role_command({"hang", "127.0.0.2", "9999"}), .typed = true});
  TypedRun run(spec);
  ASSERT_TRUE(run);
  EXPECT_FALSE(run.input().type("server", std::string(TypedInputs::most_bytes + 1, 'x')));
  std::size_t taken = 0;
  while (taken < 10'000 && run.input().type("server", "x")) ++taken;
  EXPECT_EQ(taken, TypedInputs::most_lines);
  EXPECT_THAT(run.input().type("server", "x").error().str(), HasSubstr("has not read"));
  EXPECT_FALSE(run.input().type("nobody", "x"));
  run.source().stop();
  EXPECT_TRUE(run.to_end());
}

// Whatever the parent sends: the supervisor neither waits for a role nor keeps everything.
TEST(ByHand, AFullPipe_HoldsUpNobody) {
  RoleProcess role(
      {.name = "server", .argv = role_command({"hang", "127.0.0.2", "9999"}), .typed = true});
  const std::string line(100'000, 'x');
  role.type(line);  // before it has started
  role.start({});
  ASSERT_EQ(role.phase(), RoleProcess::Phase::running);
  for (int i = 0; i < 50; ++i) role.type(line);
  EXPECT_GT(role.lost_lines(), 30u);
  EXPECT_LT(role.lost_lines(), 45u);
  EXPECT_GE(role.input_fd(), 0) << "it wants to know when there is room";
  role.signal(SIGKILL);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (role.phase() == RoleProcess::Phase::running && std::chrono::steady_clock::now() < deadline)
    role.reap();
  EXPECT_EQ(role.phase(), RoleProcess::Phase::ended);
  role.type("more");
  EXPECT_EQ(role.input_fd(), -1);
}

}  // namespace
}  // namespace synoptic::live
