// Where settings are kept, and what is done when they cannot be.
#include "viz/cli/settings_file.hh"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/cli/program.hh"

namespace synoptic::cli {
namespace {

// A variable of the environment, as it was before once this goes.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* was = std::getenv(name)) was_ = was;
    set(value);
  }
  ~Variable() { set(was_ ? was_->c_str() : nullptr); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  void set(const char* value) {
    if (value != nullptr)
      ::setenv(name_, value, 1);
    else
      ::unsetenv(name_);
  }
  const char* name_;
  std::optional<std::string> was_;
};

TEST(Settings, AreKeptWhereXdgSays) {
  const test::TempDir folder;
  const Variable home("HOME", "/home/somebody");
  const Variable config("XDG_CONFIG_HOME", folder.path().c_str());
  EXPECT_EQ(settings_path(), folder.file("synoptic/settings.json"));
  gui::Settings settings;
  settings.look.dark = true;
  settings.width = 1600;
  ASSERT_TRUE(save_settings(settings));
  EXPECT_EQ(gui::to_text(load_settings()), gui::to_text(settings));
}

TEST(Settings, WithoutXdg_AreInTheHome) {
  const Variable home("HOME", "/home/somebody");
  const Variable config("XDG_CONFIG_HOME", nullptr);
  EXPECT_EQ(settings_path(), "/home/somebody/.config/synoptic/settings.json");
}

TEST(Settings, WithoutAHome_AreNotKept) {
  const Variable home("HOME", nullptr), locale("LC_ALL", "C");
  const Variable config("XDG_CONFIG_HOME", "not/absolute");
  EXPECT_EQ(settings_path(), std::nullopt);
  EXPECT_TRUE(save_settings({}));
  EXPECT_EQ(gui::to_text(load_settings()), gui::to_text({}));
}

TEST(Settings, AtFirst_TheLanguageIsTheEnvironments) {
  const test::TempDir folder;
  const Variable config("XDG_CONFIG_HOME", folder.path().c_str());
  const Variable all("LC_ALL", nullptr), messages("LC_MESSAGES", "");
  const Variable lang("LANG", "zh_CN.UTF-8");
  EXPECT_EQ(load_settings().look.language, words::Language::zh);
  {
    const Variable english("LC_MESSAGES", "en_US.UTF-8");
    EXPECT_EQ(load_settings().look.language, words::Language::en);
  }
  ASSERT_TRUE(save_settings({}));  // it was chosen by hand
  EXPECT_EQ(load_settings().look.language, words::Language::en);
}

TEST(Settings, AFolderThatCannotBe_IsSaidSo) {
  const test::TempDir folder;
  test::write_file(folder.file("synoptic"), "a file in the folder's place");
  const Variable config("XDG_CONFIG_HOME", folder.path().c_str());
  const auto saved = save_settings({});
  ASSERT_FALSE(saved);
  EXPECT_NE(saved.error().str().find("settings"), std::string::npos);
}

}  // namespace
}  // namespace synoptic::cli
