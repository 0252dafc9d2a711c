// Outlet: who sends waits where the ring is full, goes on when there is room, and for nobody who
// has gone.
#include "capture/live/outlet.hh"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include "capture/live/file_descriptor.hh"

namespace synoptic::live {
namespace {

constexpr std::size_t size = 1 << 20;

struct Way {
  Way() {
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) ADD_FAILURE() << "no pipe";
    reads = FileDescriptor(ends[0]);
    writes = FileDescriptor(ends[1]);
  }
  FrameRing reader = *FrameRing::make(size);
  FrameRing writer = *FrameRing::attach(reader.share());
  FileDescriptor reads, writes;
  Throttle throttle{Throttle::Means::stop_programs};  // nobody: this is not the first process
};

// So many frames of `length` octets each.
void put(FrameWriter& out, int count, std::size_t length) {
  const wire::Bytes body(length, 'x');
  for (int i = 0; i < count; ++i) {
    out.begin(FrameType::packet);
    out.put(wire::ByteSpan(body));
    out.finish();
  }
}

TEST(Outlet, SeveralWhoWaitForRoom_AllGoOn_AndNothingIsLost) {
  Way way;
  constexpr int threads = 3, batches = 200, frames = 40;
  std::atomic<int> sending = threads;
  std::size_t taken = 0;
  {
    Outlet outlet(way.writer, way.writes.get(), way.throttle);
    std::vector<std::jthread> senders;
    for (int i = 0; i < threads; ++i) {
      senders.emplace_back([&] {
        for (int k = 0; k < batches; ++k) {
          FrameWriter out;
          put(out, frames, 1000);
          outlet.send(out);
        }
        --sending;
      });
    }
    while (sending > 0 || way.reader.any()) {
      while (way.reader.next()) ++taken;
      way.reader.release();
      std::this_thread::yield();
    }
  }
  while (way.reader.next()) ++taken;
  EXPECT_EQ(taken, std::size_t{threads} * batches * frames);
}

// The reader sleeps where there is nothing, and is woken for each piece.
TEST(Outlet, ABatchLargerThanTheRing_GoesInPieces) {
  Way way;
  constexpr int frames = 3000;
  FrameWriter out;
  put(out, frames, 1000);
  ASSERT_GT(out.bytes().size(), 2 * size);
  Outlet outlet(way.writer, way.writes.get(), way.throttle);
  ASSERT_TRUE(way.reader.begin_wait()) << "it sleeps already when the first comes";
  std::jthread sender([&] { outlet.send(out); });
  for (std::size_t taken = 0; taken < frames;) {
    if (taken == 0 || way.reader.begin_wait()) {
      pollfd wake{way.reads.get(), POLLIN, 0};
      const bool woken = ::poll(&wake, 1, 30'000) == 1;
      EXPECT_TRUE(woken) << "after " << taken;
      std::array<char, 64> bytes{};
      if (woken) {
        EXPECT_GT(::read(way.reads.get(), bytes.data(), bytes.size()), 0);
      }
      way.reader.end_wait();
    }
    while (way.reader.next()) ++taken;
    way.reader.release();
  }
  EXPECT_FALSE(way.reader.any());
}

TEST(Outlet, NobodyWaitsForAReaderWhoHasGone) {
  Way way;
  Outlet outlet(way.writer, way.writes.get(), way.throttle);
  std::jthread sender([&] {
    FrameWriter out;
    put(out, 3000, 1000);
    outlet.send(out);
  });
  way.reads.reset();
  sender.join();  // hangs if it does
}

}  // namespace
}  // namespace synoptic::live
