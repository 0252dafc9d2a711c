// Two stacks: the textbook's exchanges from beginning to end.
#include "tests/tcp/harness.hh"

namespace synoptic::tcp {
namespace {

using model::seconds;

class BothProfiles : public testing::TestWithParam<ProfileName> {};
INSTANTIATE_TEST_SUITE_P(All, BothProfiles,
                         testing::Values(ProfileName::textbook, ProfileName::linux_,
                                         ProfileName::rfc),
                         [](const auto& info) { return std::string(profile_text(info.param)); });

TEST_P(BothProfiles, EchoAndClose_DeliversEverythingAndEndsClosed) {
  Pair net(profile(GetParam()), profile(GetParam()), 1);
  net.a.to_send = "hello";
  net.b.to_send = std::string(100'000, 'x');
  net.connect();
  net.run(seconds(3600));
  EXPECT_EQ(net.b.received, net.a.to_send);
  EXPECT_EQ(net.a.received, net.b.to_send);
  EXPECT_TRUE(net.a.closed && net.b.closed);
  EXPECT_EQ(net.a.stack->connection_count(), 0u);
  EXPECT_EQ(net.b.stack->connection_count(), 0u);
  EXPECT_FALSE(net.a.stack->next_deadline());
  EXPECT_FALSE(net.b.stack->next_deadline());
}

TEST_P(BothProfiles, BadLink_StillDeliversEverything) {
  Pair net(profile(GetParam()), profile(GetParam()), 7);
  net.link.loss = 0.05;
  net.link.reorder = 0.1;
  net.link.duplicate = 0.05;
  net.a.to_send = std::string(50'000, 'a');
  net.b.to_send = std::string(50'000, 'b');
  net.connect();
  net.run(seconds(3600));
  EXPECT_EQ(net.b.received, net.a.to_send);
  EXPECT_EQ(net.a.received, net.b.to_send);
  EXPECT_EQ(net.a.stack->connection_count() + net.b.stack->connection_count(), 0u);
}

}  // namespace
}  // namespace synoptic::tcp
