// --set KEY=VALUE: every key sets what it names, and refuses what makes no sense.
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "sim/net/scenario.hh"

namespace synoptic::net {
namespace {

using model::milliseconds;

struct Row {
  std::string key, value;
  std::function<bool(const Scenario&)> took;
};

const std::vector<Row>& good() {
  static const std::vector<Row> rows{
      {"delay", "35ms", [](const Scenario& s) { return s.link.delay == milliseconds(35); }},
      {"delay", "0", [](const Scenario& s) { return s.link.delay.ns == 0; }},
      {"rate", "10Mbit", [](const Scenario& s) { return s.link.rate_bps == 10'000'000; }},
      {"rate", "64kbit", [](const Scenario& s) { return s.link.rate_bps == 64'000; }},
      {"rate", "1Gbit", [](const Scenario& s) { return s.link.rate_bps == 1'000'000'000; }},
      {"rate", "9600bit", [](const Scenario& s) { return s.link.rate_bps == 9600; }},
      {"rate", "0", [](const Scenario& s) { return s.link.rate_bps == 0; }},
      {"queue", "7", [](const Scenario& s) { return s.link.queue_packets == 7; }},
      {"loss", "0.25", [](const Scenario& s) { return s.link.loss == 0.25; }},
      {"loss", "25%", [](const Scenario& s) { return s.link.loss == 0.25; }},
      {"duplicate", "1", [](const Scenario& s) { return s.link.duplicate == 1; }},
      {"reorder", "0.5", [](const Scenario& s) { return s.link.reorder == 0.5; }},
      {"mtu", "576", [](const Scenario& s) { return s.mtu == 576; }},
      {"seed", "18446744073709551615", [](const Scenario& s) { return s.seed == UINT64_MAX; }},
      {"isn-client", "4294967295",
       [](const Scenario& s) { return s.isn_client == wire::SeqNum{4294967295}; }},
      {"isn-server", "7", [](const Scenario& s) { return s.isn_server == wire::SeqNum{7}; }},
      {"profile", "linux", [](const Scenario& s) { return s.profile == tcp::ProfileName::linux_; }},
      {"profile", "rfc", [](const Scenario& s) { return s.profile == tcp::ProfileName::rfc; }},
      {"drain", "off", [](const Scenario& s) { return !s.drain; }},
      {"max-events", "12", [](const Scenario& s) { return s.max_events == 12; }},
      {"max-time", "9s", [](const Scenario& s) { return s.max_time == model::seconds(9); }},
  };
  return rows;
}

TEST(ScenarioKeys, GoodValues_AreTaken) {
  for (const Row& row : good()) {
    Scenario scenario;
    const auto done = set(scenario, row.key, row.value);
    ASSERT_TRUE(done) << done.error().str();
    EXPECT_TRUE(row.took(scenario)) << row.key << "=" << row.value;
  }
}

TEST(ScenarioKeys, EveryKey_HasItsTestAndItsHelp) {
  std::set<std::string> tested;
  for (const Row& row : good()) tested.insert(row.key);
  for (const ScenarioKey& key : scenario_keys()) {
    EXPECT_TRUE(tested.contains(std::string(key.name))) << key.name;
    EXPECT_FALSE(key.help.empty());
  }
  EXPECT_EQ(tested.size(), scenario_keys().size());
}

TEST(ScenarioKeys, BadValues_AreRefused) {
  for (const auto& [key, value] :
       std::vector<std::pair<std::string, std::string>>{{"delay", "20"},
                                                        {"delay", "-1s"},
                                                        {"rate", "10"},
                                                        {"rate", "fastMbit"},
                                                        {"rate", "0Mbit"},
                                                        {"rate", "9999Gbit"},
                                                        {"queue", "-1"},
                                                        {"queue", "many"},
                                                        {"loss", "1.5"},
                                                        {"loss", "-0.1"},
                                                        {"loss", "nan"},
                                                        {"loss", "101%"},
                                                        {"loss", ""},
                                                        {"duplicate", "x"},
                                                        {"reorder", "2"},
                                                        {"mtu", "100"},
                                                        {"mtu", "70000"},
                                                        {"seed", "1.5"},
                                                        {"isn-client", "4294967296"},
                                                        {"isn-server", "-1"},
                                                        {"profile", "bsd"},
                                                        {"drain", "maybe"},
                                                        {"max-events", "0"},
                                                        {"max-time", "long"}}) {
    Scenario scenario;
    const auto done = set(scenario, key, value);
    ASSERT_FALSE(done) << key << "=" << value;
    EXPECT_NE(done.error().what.str().find("'" + value + "' is no value for " + key),
              std::string::npos)
        << done.error().str();
    EXPECT_NE(done.error().remedy.str().find("give "), std::string::npos);
  }
}

TEST(ScenarioKeys, UnknownKey_NamesThoseThereAre) {
  Scenario scenario;
  const auto done = set(scenario, "latency", "5ms");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().what, "there is no setting 'latency'");
  for (const ScenarioKey& key : scenario_keys()) {
    EXPECT_NE(done.error().remedy.str().find(key.name), std::string::npos) << key.name;
  }
}

}  // namespace
}  // namespace synoptic::net
