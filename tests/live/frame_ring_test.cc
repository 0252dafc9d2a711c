// FrameRing: every frame once and in order, whoever is faster, and whatever becomes of the writer.
#include "capture/live/frame_ring.hh"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <thread>

namespace synoptic::live {
namespace {

constexpr std::size_t small = 64 << 10;

// Frames with `size` octets of body each, which all are `number`.
wire::Bytes frames(std::size_t count, std::size_t size, std::uint8_t number) {
  FrameWriter out;
  for (std::size_t i = 0; i < count; ++i) {
    out.begin(FrameType::packet);
    for (std::size_t k = 0; k < size; ++k) out.put(number);
    out.finish();
  }
  return out.bytes();
}

struct Rings {
  explicit Rings(std::size_t size)
      : reader(*FrameRing::make(size)), writer(*FrameRing::attach(reader.share())) {}
  FrameRing reader, writer;
};

TEST(FrameRing, GivesWhatWasPutIn_AndNoMore) {
  Rings rings(small);
  EXPECT_FALSE(rings.reader.any());
  EXPECT_FALSE(rings.reader.next());
  ASSERT_TRUE(rings.writer.put(frames(2, 3, 7)));
  EXPECT_TRUE(rings.reader.any());
  for (int i = 0; i < 2; ++i) {
    const auto frame = rings.reader.next();
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->type, FrameType::packet);
    EXPECT_THAT(frame->body, testing::ElementsAre(7, 7, 7));
  }
  EXPECT_FALSE(rings.reader.next());
  EXPECT_FALSE(rings.reader.any());
}

TEST(FrameRing, WhatIsNotReleasedIsNotOverwritten) {
  Rings rings(small);
  const wire::Bytes one = frames(1, 1000, 1);
  std::size_t count = 0;
  while (rings.writer.put(one)) ++count;
  EXPECT_EQ(count, small / one.size());
  EXPECT_EQ(rings.writer.pending(), count * one.size());
  while (rings.reader.next()) --count;
  EXPECT_EQ(count, 0u);
  EXPECT_FALSE(rings.writer.put(one)) << "the frames given out are still used";
  rings.reader.release();
  EXPECT_EQ(rings.writer.pending(), 0u);
  EXPECT_TRUE(rings.writer.put(one));
}

// Frames of every size up to a sixth of the ring, by a thread that is now faster, now slower.
TEST(FrameRing, EveryFrameComesOnceAndInOrder_AcrossTheEndOfTheRing) {
  for (const unsigned seed : {1u, 2u, 3u}) {
    SCOPED_TRACE(seed);
    constexpr int count = 3'000;
    Rings rings(small);
    const auto sizes = [seed] {  // many are short
      return [engine = std::mt19937(seed)]() mutable {
        const auto most = engine() % 10'000;
        return engine() % (most + 1);
      };
    };
    std::jthread writer([&](std::stop_token stop) {
      auto size = sizes();
      for (int i = 0; i < count; ++i) {
        const wire::Bytes one = frames(1, size(), static_cast<std::uint8_t>(i));
        while (!rings.writer.put(one)) {
          if (stop.stop_requested()) return;
          std::this_thread::yield();
        }
      }
    });
    auto size = sizes();
    for (int i = 0; i < count;) {
      const auto frame = rings.reader.next();
      if (!frame) {
        ASSERT_FALSE(rings.reader.damaged());
        rings.reader.release();
        std::this_thread::yield();
        continue;
      }
      ASSERT_EQ(frame->body.size(), size()) << i;
      ASSERT_EQ(std::ranges::count(frame->body, static_cast<std::uint8_t>(i)),
                std::ssize(frame->body));
      if (++i % 7 == 0) rings.reader.release();
    }
    rings.reader.release();
    EXPECT_EQ(rings.writer.pending(), 0u);
  }
}

// Where little waits, only the beginning of the ring is used: the rest takes no memory.
TEST(FrameRing, WithLittleToKeep_ItTakesLittleMemory) {
  Rings rings(std::size_t{1} << 30);
  const wire::Bytes many = frames(1, 1 << 20, 9);
  const std::uint8_t* first = nullptr;
  std::ptrdiff_t furthest = 0;
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(rings.writer.put(many));
    EXPECT_EQ(rings.writer.pending(), many.size());
    const auto frame = rings.reader.next();
    ASSERT_TRUE(frame);
    if (first == nullptr) first = frame->body.data();
    furthest = std::max(furthest, frame->body.data() - first);
    rings.reader.release();
  }
  EXPECT_EQ(rings.writer.pending(), 0u);
  EXPECT_LT(furthest, 20 << 20) << "of 200 MiB that passed through";
}

// After any number of rounds, wherever it stands.
TEST(FrameRing, AReaderThatComesNoMore_LeavesRoomForNearlyAllOfTheRing) {
  constexpr std::size_t size = 64 << 20;
  const wire::Bytes one = frames(1, (100 << 10) + 7, 3);
  for (const int before : {1, 100, 150, 163, 164, 165, 170, 400, 655, 656, 1000}) {
    Rings rings(size);
    for (int i = 0; i < before; ++i) {
      ASSERT_TRUE(rings.writer.put(one));
      ASSERT_TRUE(rings.reader.next());
      if (i % 3 != 0) rings.reader.release();
    }
    const std::size_t waits = rings.writer.pending();
    std::size_t more = 0;
    while (rings.writer.put(one)) ++more;
    EXPECT_GT(waits + more * one.size(), size - 3 * one.size()) << before;
    EXPECT_GE(rings.writer.pending(), waits + more * one.size()) << before;
    while (const auto frame = rings.reader.next()) {
      ASSERT_EQ(frame->body.size(), one.size() - frame_header_size);
      --more;
    }
    EXPECT_EQ(more, 0u) << before;
  }
}

TEST(FrameRing, AnEmptyOneTakesWhatIsNotLargerThanIt) {
  Rings rings(small);
  for (const std::size_t length : {30'000u, 40'000u, 60'000u, 5u, 65'000u, 33'000u, 33'000u}) {
    ASSERT_TRUE(rings.writer.put(frames(1, length, 1))) << length;
    const auto frame = rings.reader.next();
    ASSERT_TRUE(frame) << length;
    EXPECT_EQ(frame->body.size(), length);
    rings.reader.release();
  }
  EXPECT_FALSE(rings.writer.put(frames(1, small, 1)));
}

TEST(FrameRing, AReaderThatWaitsIsWokenOnce_AndNoneThatHasSomething) {
  Rings rings(small);
  ASSERT_TRUE(rings.writer.put(frames(1, 1, 1)));
  EXPECT_FALSE(rings.writer.wakes_reader()) << "nobody waits";
  EXPECT_FALSE(rings.reader.begin_wait()) << "it has something";
  while (rings.reader.next()) {
  }
  EXPECT_TRUE(rings.reader.begin_wait());
  ASSERT_TRUE(rings.writer.put(frames(1, 1, 2)));
  EXPECT_TRUE(rings.writer.wakes_reader());
  ASSERT_TRUE(rings.writer.put(frames(1, 1, 3)));
  EXPECT_FALSE(rings.writer.wakes_reader());
}

TEST(FrameRing, WhatWasPutIn_OutlivesItsWriter) {
  auto reader = FrameRing::make(small);
  ASSERT_TRUE(reader);
  const pid_t child = ::fork();
  if (child == 0) {
    auto writer = FrameRing::attach(reader->share());
    if (writer) writer->put(frames(3, 10, 5));
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  int count = 0;
  while (const auto frame = reader->next()) count += frame->body.size() == 10;
  EXPECT_EQ(count, 3);
}

TEST(FrameRing, NonsenseIsSeen) {
  Rings rings(small);
  ASSERT_TRUE(rings.writer.put(wire::Bytes{0xff, 0xff, 0xff, 0x7f, 3, 1}));
  EXPECT_FALSE(rings.reader.next());
  EXPECT_TRUE(rings.reader.damaged());
  EXPECT_FALSE(rings.reader.any());
}

TEST(FrameRing, WhereThereCanBeNone_ThereIsNone) {
  EXPECT_FALSE(FrameRing::attach({}));
  EXPECT_FALSE(FrameRing::make(std::size_t{1} << 62)) << "nor a sixty-fourth of that";
}

}  // namespace
}  // namespace synoptic::live
