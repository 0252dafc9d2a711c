// One table of names and bounds, for both directions.
#include "viz/gui/settings.hh"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace synoptic::gui {
namespace {

// Calls `take(name, value, least, most)` for each setting.
template <typename S, typename Take>
void each_number(S& s, Take take) {
  take("zoom", s.look.zoom, least_zoom, most_zoom);
  take("type_size", s.look.type_size, least_type_size, most_type_size);
  take("speed", s.speed, 0.1, 100.);
  take("details_share", s.details_share, 0.1, 0.8);
  take("width", s.width, 320, 16'384);
  take("height", s.height, 240, 16'384);
}

template <typename S, typename Take>
void each_switch(S& s, Take take) {
  take("dark", s.look.dark);
  take("raw_seq", s.look.raw_seq);
  take("controls_shown", s.controls_shown);
}

}  // namespace

std::string to_text(const Settings& settings) {
  nlohmann::ordered_json json;
  each_number(settings, [&](const char* name, auto value, auto, auto) { json[name] = value; });
  each_switch(settings, [&](const char* name, bool value) { json[name] = value; });
  json["language"] = settings.look.language == words::Language::zh ? "zh" : "en";
  json["true_time"] = settings.look.time == ladder::TimeMode::proportional;
  return json.dump(2) + "\n";
}

Settings read_settings(std::string_view text) {
  Settings settings;
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return settings;
  each_number(settings, [&](const char* name, auto& value, auto least, auto most) {
    const auto found = json.find(name);
    if (found == json.end() || !found->is_number()) return;
    const double number = found->template get<double>();
    if (number >= least && number <= most) value = static_cast<decltype(least)>(number);
  });
  const auto is_set = [&](const char* name, bool& value) {
    const auto found = json.find(name);
    if (found != json.end() && found->is_boolean()) value = found->get<bool>();
  };
  each_switch(settings, is_set);
  if (json.value("language", nlohmann::json()) == "zh")
    settings.look.language = words::Language::zh;
  bool true_time = false;
  is_set("true_time", true_time);
  if (true_time) settings.look.time = ladder::TimeMode::proportional;
  return settings;
}

}  // namespace synoptic::gui
