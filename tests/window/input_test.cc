// Input: nothing that hands do between two frames is lost or mixed up.
#include "viz/window/input.hh"

#include <gtest/gtest.h>

namespace synoptic::window {
namespace {

constexpr KeyChange press(int key) {
  return {key, 0, 1, 0};
}
constexpr KeyChange release(int key) {
  return {key, 0, 0, 0};
}

// How many events each frame gets.
std::vector<std::size_t> frames(const std::vector<InputEvent>& events) {
  Input input;
  for (const InputEvent& event : events) input.add(event);
  std::vector<std::size_t> sizes;
  while (!input.empty()) sizes.push_back(input.take().size());
  return sizes;
}

using Sizes = std::vector<std::size_t>;

TEST(Input, KeyPressedAndReleasedBetweenFrames_TakesTwoFrames) {
  EXPECT_EQ(frames({press('A'), release('A')}), (Sizes{1, 1}));
  EXPECT_EQ(frames({press('A'), release('A'), press('A'), release('A')}), (Sizes{1, 1, 1, 1}));
}

TEST(Input, DifferentKeysShareAFrame) {
  EXPECT_EQ(frames({press('A'), Typed{'a'}, press('B'), Typed{'b'}}), (Sizes{4}));
  EXPECT_EQ(frames({press('A'), press('B'), release('A'), release('B')}), (Sizes{2, 2}));
}

// ImGui takes a frame's characters first: they would be of the line that is entered.
TEST(Input, WhatIsTypedAfterEnter_ComesAfterIt) {
  constexpr int enter = 257;
  EXPECT_EQ(frames({Typed{'a'}, press(enter), press('B'), Typed{'b'}, release(enter)}),
            (Sizes{3, 1, 1}));
  EXPECT_EQ(frames({press(enter), Typed{'b'}, press(enter)}), (Sizes{1, 2}));
}

TEST(Input, AModifierIsHeldUntilWhatWasDoneWithItIsSeen) {
  constexpr int control = 341;
  EXPECT_EQ(frames({press(control), press('Q'), release(control), release('Q')}), (Sizes{2, 2}));
  EXPECT_EQ(frames({press(control), Wheel{0, 1}, release(control)}), (Sizes{2, 1}));
  EXPECT_EQ(frames({press(control), ButtonChange{0, true}, release(control)}), (Sizes{2, 1}));
  EXPECT_EQ(frames({press('N'), Typed{'n'}, press(control), press('Q')}), (Sizes{2, 2}));
}

// A tap, where the pointer was elsewhere: some items take a button only where they were under it.
TEST(Input, AButtonWaitsUntilThePointerIsSeenThere) {
  EXPECT_EQ(frames({MouseMove{1, 1}, ButtonChange{0, true}, ButtonChange{0, false}}),
            (Sizes{1, 1, 1}));
  EXPECT_EQ(frames({ButtonChange{0, true}, ButtonChange{0, false}}), (Sizes{1, 1}));
}

TEST(Input, AClickStaysWhereItWas) {
  EXPECT_EQ(frames({MouseMove{1, 1}, ButtonChange{0, true}, MouseMove{9, 9}, ButtonChange{0, false},
                    MouseMove{5, 5}}),
            (Sizes{1, 1, 1, 1, 1}));
}

TEST(Input, MovesWithoutAButtonShareAFrame) {
  EXPECT_EQ(frames({MouseMove{1, 1}, MouseMove{2, 2}, MouseMove{3, 3}}), (Sizes{3}));
}

TEST(Input, TheWheelTurnsWhereTheMouseIs) {
  EXPECT_EQ(frames({MouseMove{1, 1}, Wheel{0, 1}, Wheel{0, 1}, MouseMove{9, 9}}), (Sizes{3, 1}));
  EXPECT_EQ(frames({ButtonChange{0, true}, Wheel{0, 1}}), (Sizes{1, 1}));
  EXPECT_EQ(frames({Wheel{0, 1}, ButtonChange{0, true}}), (Sizes{1, 1}));
}

TEST(Input, ComesInItsOrder) {
  Input input;
  for (int key = 'A'; key <= 'C'; ++key) input.add(press(key));
  const std::vector<InputEvent> taken = input.take();
  ASSERT_EQ(taken.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(std::get<KeyChange>(taken[i]).key, 'A' + static_cast<int>(i));
}

}  // namespace
}  // namespace synoptic::window
