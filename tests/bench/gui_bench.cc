// What a frame of the window costs us (not the GPU) over ladders of very different length; and what
// taking in new packets costs it.
#include <benchmark/benchmark.h>
#include <imgui.h>

#include <algorithm>
#include <chrono>

#include "tests/gui/support.hh"

namespace synoptic {
namespace {

using gui::testing::Canvas;
using gui::testing::frame;
using gui::testing::settle;
using gui::testing::tcp_echo;

const ImVec2 screen{1920, 1080};

// A file of so many packets, data and ACKs by turns, with a new connection every so many; some come
// with the first poll, and some more with each.
class Packets : public gui::testing::Recorded {
 public:
  Packets(std::size_t first, std::size_t a_poll, std::size_t all, std::size_t a_connection)
      : Recorded(model::Trace(model::Source::captured)),
        next_(first),
        a_poll_(a_poll),
        all_(all),
        a_connection_(a_connection) {}
  bool poll() override {
    for (std::size_t end = std::min(all_, captured_ + next_); captured_ < end; ++captured_) add();
    next_ = a_poll_;
    return true;
  }
  bool ended() const override { return captured_ == all_; }

 private:
  void add() {
    const std::size_t number = captured_ % a_connection_;
    if (number == 0) {
      const auto port = static_cast<std::uint16_t>(1024 + captured_ / a_connection_);
      const auto host = static_cast<std::uint8_t>(1 + captured_ / a_connection_ / 60'000);
      const auto client = trace_.add_endpoint("client", {wire::IpAddress::v4(10, 0, 0, host), port},
                                              model::Protocol::tcp);
      const auto server = trace_.add_endpoint("server", {wire::IpAddress::v4(10, 0, 1, host), port},
                                              model::Protocol::tcp);
      flow_ = trace_.add_flow(model::Protocol::tcp, client, server);
      trace_.edit(flow_).base_a = trace_.edit(flow_).base_b = wire::SeqNum{0};
    }
    const model::Flow& flow = trace_[flow_];
    const bool data = number % 2 == 0;
    const auto turn = static_cast<std::uint32_t>(number / 2);
    model::Packet p;
    p.ctl = data ? wire::PSH | wire::ACK : wire::CtlSet(wire::ACK);
    p.seq = {data ? 1 + turn * 7 : 1};
    p.ack = {data ? 1 : 8 + turn * 7};
    p.len = data ? 7 : 0;
    p.fate = model::Fate::delivered;
    trace_.add({.t = {static_cast<std::int64_t>(captured_) * 1'000'000},
                .endpoint = data ? flow.a : flow.b,
                .to = data ? flow.b : flow.a,
                .flow = flow_,
                .body = p});
  }

  std::size_t next_, a_poll_, all_, a_connection_;
  model::FlowId flow_ = model::FlowId::none;
};

// The whole window with so many packets in its ladder, in the middle of it: layout, steps, scrub
// bar and all.
void gui_frame_rows(benchmark::State& state) {
  const Canvas canvas(screen);
  const auto rows = static_cast<std::size_t>(state.range(0));
  Packets packets(rows, 0, rows, static_cast<std::size_t>(state.range(1)));
  gui::App app(tcp_echo(), ladder::svg_metrics());
  app.show_file("rows.pcap");
  app.attach(&packets);
  gui::Ui ui;
  for (int i = 0; i < 5; ++i) {
    frame(app, ui);
    settle(app);
  }
  app.apply(gui::GoTo{app.model().steps.size() / 2});
  frame(app, ui);
  for (auto _ : state) frame(app, ui);
  state.counters["steps"] = static_cast<double>(app.model().steps.size());
}
constexpr std::int64_t one = std::int64_t{1} << 40;  // connection
BENCHMARK(gui_frame_rows)
    ->ArgNames({"rows", "a_connection"})
    ->Args({100, one})
    ->Args({10'000, one})
    ->Args({1'000'000, one})
    ->Args({1'000'000, 50})
    ->Unit(benchmark::kMicrosecond);

// 100,000 packets are there, and some more come with every frame: what the window waits for.
void gui_poll_long_run(benchmark::State& state) {
  Packets packets(100'000, 10, std::size_t{1} << 40, 50);
  gui::App app(tcp_echo(), ladder::svg_metrics());
  app.show_file("long.pcap");
  app.attach(&packets);
  app.wait(model::seconds(100));
  double longest = 0;
  std::size_t pictures = 0;
  for (auto _ : state) {
    const std::uint64_t before = app.model().revision;
    const auto from = std::chrono::steady_clock::now();
    app.poll();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - from;
    state.SetIterationTime(took.count());
    longest = std::max(longest, took.count());
    pictures += app.model().revision != before ? 1 : 0;
    app.wait(model::milliseconds(16));  // the next frame
  }
  state.counters["longest_ms"] = longest * 1e3;
  state.counters["pictures"] = static_cast<double>(pictures);
}
BENCHMARK(gui_poll_long_run)->UseManualTime()->Iterations(200)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace synoptic
