// What the kernel said of a real connection, beside the TCBs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gui/details_support.hh"
#include "viz/gui/details.hh"
#include "viz/words/words.hh"

namespace synoptic::gui {
namespace {

using ladder::Side;
using model::Event;
using model::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Screen;
using testing::TwoSided;

// A real run whose client was asked when its first data came, and 10 ms after that.
class Kernel : public ::testing::Test {
 protected:
  Kernel() : run({}) {
    const Event& data = first_data(Side::live);
    flow = data.flow;
    at = data.t;
    sample({.state = model::TcpState::established,
            .info = model::KernelInfo{.cwnd = 10,
                                      .unacked = 3,
                                      .rtt = model::microseconds(41),
                                      .rto = milliseconds(204)}},
           at - milliseconds(1));
    sample({.state = model::TcpState::established,
            .info = model::KernelInfo{.cwnd = 77, .ssthresh = 55}},
           at + milliseconds(10));
    sample({.state = model::TcpState::time_wait}, at + model::seconds(100));
  }
  const Event& first_data(Side side) const {
    return run.find(side, [](const Event& e) {
      const auto* p = std::get_if<model::Packet>(&e.body);
      return p != nullptr && p->len > 0;
    });
  }
  void sample(model::KernelSample s, model::Instant t) {
    s.endpoint = run.live[flow].a;
    s.flow = flow;
    s.before = s.last_before = t - model::microseconds(3);
    s.after = s.last_after = t;
    run.live.kernel.push_back(s);
  }
  const KernelRow& row(const Details& d, std::string_view name) {
    for (const KernelRow& r : d.ends->kernel->rows)
      if (r.name == name) return r;
    throw std::runtime_error("no such row");
  }

  TwoSided run;
  model::FlowId flow = model::FlowId::none;
  model::Instant at;
};

TEST_F(Kernel, ItsLastWordByThen_IsToldOfACapturedPacket) {
  const Details d = details_of(run.model(), {Side::live, first_data(Side::live).id});
  ASSERT_TRUE(d.ends && d.ends->kernel);
  EXPECT_EQ(row(d, "state").value[0], "ESTABLISHED");
  EXPECT_EQ(row(d, "cwnd").value[0], "10");
  EXPECT_EQ(row(d, "ssthresh").value[0], "none");
  EXPECT_EQ(row(d, "rtt").value[0], "41 µs");
  EXPECT_EQ(row(d, "rto").value[0], "204 ms");
  EXPECT_EQ(row(d, "unacked").value[0], "3");
  EXPECT_THAT(d.ends->kernel->moment[0], HasSubstr("at "));
  EXPECT_EQ(d.ends->kernel->moment[1], "not asked yet");
  EXPECT_EQ(row(d, "cwnd").value[1], "");
}

TEST_F(Kernel, ItsWord_StandsBesideTheSimulatedPacketInTheSameRow) {
  const Details d = details_of(run.model(), {Side::sim, first_data(Side::sim).id});
  ASSERT_TRUE(d.ends && d.ends->kernel);
  EXPECT_TRUE(d.ends->ends[0].has_tcb);
  EXPECT_EQ(row(d, "cwnd").value[0], "10");
}

// What is no packet has none beside it: the real run had come as far as before its next packet.
TEST_F(Kernel, ItsWord_StandsBesideASimulatedStateToo) {
  const Event& over = run.find(Side::sim, [](const Event& e) {
    const auto* change = std::get_if<model::StateChange>(&e.body);
    return change != nullptr && change->to == model::TcpState::time_wait;
  });
  const Details d = details_of(run.model(), {Side::sim, over.id});
  ASSERT_TRUE(d.ends && d.ends->kernel);
  EXPECT_EQ(row(d, "state").value[0], "TIME-WAIT");
  EXPECT_EQ(row(d, "cwnd").value[0], "");
}

TEST_F(Kernel, WhereItWasNotAsked_ThereIsNoTable) {
  run.live.kernel.clear();
  for (const Side side : {Side::sim, Side::live}) {
    const Details d = details_of(run.model(), {side, first_data(side).id});
    ASSERT_TRUE(d.ends);
    EXPECT_FALSE(d.ends->kernel);
  }
}

TEST_F(Kernel, TheTable_IsDrawnBesideOrBelowTheTcbs) {
  run.focus(Side::sim, first_data(Side::sim).id);
  for (const float width : {300.F, 420.F, 700.F, 1200.F}) {
    Screen screen(width, 900);
    screen.ui.details.open = DetailsTab::tcbs;
    screen.frame(run.model());
    screen.frame(run.model());
    EXPECT_LE(screen.drawn().right, Screen::x + width + 1) << width;
    const std::string words = screen.read(run.model());
    for (const char* word : {"SND.NXT", "the kernel's own word", "cwnd", "ssthresh", "204 ms"})
      EXPECT_THAT(words, HasSubstr(word)) << width;
  }
}

TEST_F(Kernel, AContradictedState_SaysWhatItWasInstead) {
  Event& e = run.live.edit(
      run.find(Side::live, [](const Event& event) { return event.kind == model::EventKind::state; })
          .id);
  auto& change = std::get<model::StateChange>(e.body);
  change.basis = model::Basis::contradicted;
  change.kernel = model::TcpState::close_wait;
  const Details d = details_of(run.model(), {Side::live, e.id});
  EXPECT_THAT(d.sentences, ::testing::Contains(HasSubstr("kernel says CLOSE-WAIT")));
}

// The kernel was asked about the state that follows, not about the one before it.
TEST_F(Kernel, TheStateBeforeAConfirmedOne_IsInferred) {
  const Event& syn =
      run.find(Side::live, [](const Event& e) { return e.kind == model::EventKind::segment; });
  const Event& first = run.find(Side::live, [&](const Event& e) {
    return e.kind == model::EventKind::state && e.endpoint == syn.to;
  });
  std::get<model::StateChange>(run.live.edit(first.id).body).basis = model::Basis::confirmed;
  const Details d = details_of(run.model(), {Side::live, syn.id});
  EXPECT_EQ(d.ends->ends[1].state, model::TcpState::listen);
  EXPECT_EQ(d.ends->ends[1].basis, model::Basis::inferred);
}

}  // namespace
}  // namespace synoptic::gui
