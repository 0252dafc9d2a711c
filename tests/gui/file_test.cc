// A capture file in the window: alone or compared, chosen from, damaged, left again; and long
// traces, which are laid out beside.
#include <gtest/gtest.h>
#include <imgui.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "tests/gui/support.hh"
#include "viz/gui/details_model.hh"
#include "viz/gui/paint.hh"

namespace synoptic::gui {
namespace {

using testing::frame;
using testing::settle;
using testing::tcp_echo;

// So many packets of one conversation, some more with each poll.
class Growing : public testing::Recorded {
 public:
  Growing(std::size_t a_poll, std::size_t all, std::size_t conversations = 1)
      : Recorded(model::Trace(model::Source::captured)), a_poll_(a_poll), all_(all) {
    for (std::size_t i = 0; i < conversations; ++i) {
      const auto port = static_cast<std::uint16_t>(40000 + i);
      const auto a =
          trace_.add_endpoint("", {wire::IpAddress::v4(10, 0, 0, 1), port}, model::Protocol::udp);
      const auto b =
          trace_.add_endpoint("", {wire::IpAddress::v4(10, 0, 0, 2), 53}, model::Protocol::udp);
      flows_.push_back(trace_.add_flow(model::Protocol::udp, a, b));
    }
  }
  bool poll() override {
    ++polls;
    for (std::size_t i = 0; i < a_poll_ && captured_ < all_; ++i, ++captured_) {
      const model::Flow& flow = trace_[flows_[captured_ % flows_.size()]];
      model::Packet packet;
      packet.len = 5;
      trace_.add({.t = model::Instant{static_cast<std::int64_t>(captured_) * 1'000'000},
                  .endpoint = flow.a,
                  .to = flow.b,
                  .flow = flow.id,
                  .body = packet},
                 model::EventKind::datagram);
    }
    return true;
  }
  bool ended() const override { return captured_ == all_; }

  std::size_t polls = 0;

 private:
  std::size_t a_poll_, all_;
  std::vector<model::FlowId> flows_;
};

bool shows(const Model& model, std::string_view text) {
  return std::ranges::any_of(model.scene.texts, [&](const ladder::Text& t) {
    return t.text.find(text) != std::string::npos;
  });
}

TEST(File, IsShownAlone_UnderItsName) {
  App app(tcp_echo(), ladder::svg_metrics());
  Growing file(6, 6);
  app.show_file("six.pcap");
  app.attach(&file);
  settle(app);
  EXPECT_TRUE(app.model().alone());
  EXPECT_EQ(app.model().steps.size(), 6u);
  for (const ladder::Step& step : app.model().steps) EXPECT_EQ(step.side, ladder::Side::live);
  EXPECT_TRUE(shows(app.model(), "six.pcap"));
  EXPECT_FALSE(shows(app.model(), "unexplained"));
  app.apply(GoTo{3});
  const Details details = details_of(app.model(), *app.model().in_focus());
  EXPECT_EQ(details.difference.heading, "");
  EXPECT_FALSE(details.simulated);
}

TEST(File, OnePacketIsNotCountedAsSeveral) {
  App app(tcp_echo(), ladder::svg_metrics());
  Growing file(1, 2);
  const auto status = [&] { return status_text(app.model()); };
  app.attach(&file);  // and takes what there is
  EXPECT_NE(status().find("running: 1 packet captured"), std::string::npos) << status();
  app.poll();
  EXPECT_NE(status().find("2 packets captured"), std::string::npos) << status();
  App reads(tcp_echo(), ladder::svg_metrics());
  Growing other(1, 2), whole(1, 1);
  reads.show_file("two.pcap");
  reads.attach(&other);
  EXPECT_NE(status_text(reads.model()).find("reading: 1 packet so far"), std::string::npos);
  reads.attach(&whole);
  settle(reads);
  EXPECT_NE(status_text(reads.model()).find(" 1 packet captured"), std::string::npos);
}

TEST(File, IsComparedWhenOneAsksForIt_AndAloneAgain) {
  App app(tcp_echo(), ladder::svg_metrics());
  Growing file(6, 6);
  app.show_file("six.pcap");
  app.attach(&file);
  settle(app);
  app.apply(CompareFile{true});
  EXPECT_FALSE(app.model().alone());
  EXPECT_GT(app.model().steps.size(), 30u);
  EXPECT_TRUE(shows(app.model(), "six.pcap"));
  EXPECT_FALSE(app.model().alignment.rows.empty());
  app.apply(CompareFile{false});
  EXPECT_EQ(app.model().steps.size(), 6u);
}

TEST(File, OfSeveralConversations_OneCanBeChosen) {
  App app(tcp_echo(), ladder::svg_metrics());
  Growing file(60, 60, 3);
  app.show_file("three.pcap");
  app.attach(&file);
  settle(app);
  ASSERT_EQ(app.model().flows.size(), 3u);
  EXPECT_EQ(app.model().flows[1].name, "10.0.0.1:40001 ↔ 10.0.0.2:53, UDP");
  EXPECT_EQ(app.model().flows[1].packets, 20u);
  EXPECT_EQ(app.model().steps.size(), 60u);
  app.apply(ChooseFlow{app.model().flows[1].flow});
  EXPECT_EQ(app.model().steps.size(), 20u);
  app.apply(ChooseFlow{});
  EXPECT_EQ(app.model().steps.size(), 60u);
}

TEST(File, IsLeft_AndTheDemoAndItsLessonAreBack) {
  App app(tcp_echo(), ladder::svg_metrics());
  auto course = lessons::list_course();
  ASSERT_TRUE(course.at(0).lesson);
  app.open(std::move(*course[0].lesson));
  const std::size_t own = app.model().steps.size();
  {
    Growing file(6, 6);
    app.show_file("six.pcap");
    app.attach(&file);
    settle(app);
    EXPECT_TRUE(app.model().lesson_events.empty());
    app.leave_file();
  }
  EXPECT_FALSE(app.model().file);
  EXPECT_EQ(app.model().live, nullptr);
  EXPECT_EQ(app.model().steps.size(), own);
  EXPECT_FALSE(app.model().lesson_events.empty());
}

TEST(File, ThatIsNone_ShowsNothingButItsError) {
  App app(tcp_echo(), ladder::svg_metrics());
  app.show_file("none.pcap");
  app.fail({"'none.pcap' is no capture file", "unpack it"});
  ASSERT_TRUE(app.model().file);
  ASSERT_TRUE(app.model().file->failure);
  EXPECT_EQ(app.model().file->failure->what, "'none.pcap' is no capture file");
  EXPECT_TRUE(app.model().steps.empty());
  EXPECT_TRUE(app.model().scene.texts.empty());
  EXPECT_EQ(status_text(app.model()).find("no capture file"), std::string::npos)
      << "it stands in the pane";
}

// The words stand above the ladders, in as many lines as they need.
TEST(File, ItsErrorIsToldInFull_InANarrowWindow) {
  const auto ladders_at = [](float width, const std::string& what) {
    App app(tcp_echo(), ladder::svg_metrics());
    app.show_file("none.pcap");
    if (!what.empty()) app.fail({what, "unpack it"});
    const testing::Canvas canvas({width, 720});
    Ui ui;
    for (int i = 0; i < 3; ++i) frame(app, ui);
    return ui.pane_y;
  };
  std::string text;
  for (int i = 0; i < 20; ++i) text += "a long path/";
  const double line = 13;
  EXPECT_GE(ladders_at(500, text), ladders_at(500, "") + 6 * line);
  EXPECT_LT(ladders_at(1900, text), ladders_at(500, text));
}

// What is under way beside is not changed under its feet, and nothing is left out at the end.
TEST(LongTrace, IsLaidOutBeside_AndWholeAtTheEnd) {
  App app(tcp_echo(), ladder::svg_metrics());
  Growing file(3'000, 12'000);
  app.show_file("long.pcap");
  app.attach(&file);
  ASSERT_TRUE(app.busy());
  EXPECT_EQ(file.polls, 1u);
  EXPECT_TRUE(app.model().steps.empty()) << "not on the window's time";
  app.wait(model::seconds(60));
  EXPECT_TRUE(app.poll());
  EXPECT_EQ(file.polls, 1u) << "the layout that was under way is taken first";
  EXPECT_EQ(app.model().steps.size(), 3'000u);
  settle(app);
  EXPECT_EQ(app.model().steps.size(), 12'000u);
  EXPECT_FALSE(app.busy());
  // Another look at it is made beside, too.
  Look look = app.model().look;
  look.time = ladder::TimeMode::proportional;
  app.apply(SetLook{look});
  EXPECT_TRUE(app.busy());
  settle(app);
  EXPECT_EQ(app.model().steps.size(), 12'000u);
  app.leave_file();
  EXPECT_GT(app.model().steps.size(), 30u);
}

TEST(LongTrace, MayGoWhileItIsLaidOut) {
  App app(tcp_echo(), ladder::svg_metrics());
  const std::size_t own = app.model().steps.size();
  {
    Growing file(5'000, 5'000);
    app.show_file("long.pcap");
    app.attach(&file);
    ASSERT_TRUE(app.busy());
    app.attach(nullptr);
  }
  app.leave_file();
  EXPECT_FALSE(app.busy());
  EXPECT_EQ(app.model().steps.size(), own);
}

// A difference's ground goes no further than what has happened beside it.
TEST(Paint, ABand_EndsWithWhatIsShownSoFar) {
  const testing::Canvas canvas({500, 720});
  Model model;
  model.scene.width = 400;
  model.scene.height = 200;
  model.scene.row_height = 19;
  model.scene.char_width = 8;
  model.scene.boxes.push_back({.min = {0, 10}, .max = {400, 150}, .role = ladder::Role::band});
  model.index = ladder::SceneIndex(model.scene);
  model.steps = {{.top = 10, .bottom = 40}, {.top = 60, .bottom = 150}};
  model.reached = {40, 150};
  const auto lowest_at = [&](std::size_t cursor) {
    model.cursor = cursor;
    ImGui::NewFrame();
    ImDrawList list(ImGui::GetDrawListSharedData());
    list._ResetForNewFrame();
    list.PushClipRectFullScreen();
    list.PushTextureID(ImGui::GetIO().Fonts->TexID);
    PaintView view;
    view.font = ImGui::GetFont();
    view.bottom = 500;
    view.stepped = &model;
    paint(list, model.scene, model.index, view);
    ImGui::EndFrame();
    float lowest = std::numeric_limits<float>::lowest();
    for (const ImDrawVert& v : list.VtxBuffer) lowest = std::max(lowest, v.pos.y);
    return lowest;
  };
  EXPECT_NEAR(lowest_at(1), 40, 1);
  EXPECT_NEAR(lowest_at(2), 150, 1);
}

}  // namespace
}  // namespace synoptic::gui
