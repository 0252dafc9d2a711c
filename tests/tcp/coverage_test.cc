// After all tests: every reason of sim/tcp was given, every row of the transition table was taken.
// Checked only when all tests ran.
#include <fmt/format.h>

#include "tests/tcp/harness.hh"

namespace synoptic::tcp {
namespace {

class EverythingReached : public testing::Environment {
 public:
  void TearDown() override {
    if (testing::GTEST_FLAG(filter) != "*") return;
    using model::Why;
    const auto check = [](Why why) {
      EXPECT_TRUE(coverage().whys.contains(why))
          << "no test reaches the reason " << model::info(why).name;
    };
    for (int i = static_cast<int>(Why::passive_open); i < static_cast<int>(Why::udp_send); ++i) {
      check(static_cast<Why>(i));
    }
    for (const model::Transition& t : model::transitions()) {
      EXPECT_TRUE(coverage().transitions.contains({t.from, t.to}))
          << "no test takes " << model::rfc_name(t.from) << " -> " << model::rfc_name(t.to) << " ("
          << t.event << ")";
    }
  }
};

const testing::Environment* const environment =
    testing::AddGlobalTestEnvironment(new EverythingReached);

TEST(Reasons, Table_HasTcpBeforeUdp) {
  EXPECT_NE(environment, nullptr);
  EXPECT_LT(static_cast<int>(model::Why::passive_open), static_cast<int>(model::Why::udp_send));
}

}  // namespace
}  // namespace synoptic::tcp
