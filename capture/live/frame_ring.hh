// FrameRing: the frames of a run on their way from the supervisor to its parent, in memory that
// both share. The parent takes them when it likes, and decodes them where they lie; what was put in
// stays there when the supervisor has gone.
//
// Of memfd_create(2), which is gone with its last user however that ends; or, where a limit on the
// size of files forbids that (RLIMIT_FSIZE), of shmget(2). Only what was written to ever takes
// memory: a ring that was emptied is filled from its beginning again.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "capture/live/file_descriptor.hh"
#include "capture/live/frames.hh"

namespace synoptic::live {

class FrameRing {
 public:
  // The reader's. `size` in bytes; where so much cannot be had, less, down to a sixty-fourth.
  // Nothing, with errno, if there is none at all.
  static std::optional<FrameRing> make(std::size_t size);
  // How another process finds it: a descriptor that it inherits, or else an id of shmget(2).
  struct Share {
    int descriptor = -1, id = -1;
  };
  Share share() const { return {descriptor_.get(), id_}; }
  // The writer's. Nothing, with errno, if that is no ring. The descriptor stays whose it was.
  static std::optional<FrameRing> attach(Share share);
  FrameRing(FrameRing&& other) noexcept;
  FrameRing& operator=(FrameRing&&) = delete;
  ~FrameRing();

  std::size_t size() const { return size_; }

  // --- who writes, one at a time
  // All of it (whole frames), or nothing where there is no room. Never waits. Into a ring that is
  // empty goes all that is not larger than it.
  bool put(wire::ByteSpan frames);
  // Bytes that were put in and are not released.
  std::size_t pending() const;
  // Whether the reader waits and is to be woken. It is asked once after each put().
  bool wakes_reader();

  // --- who reads
  std::optional<Frame> next();
  bool damaged() const { return damaged_; }  // no writer of ours writes such a frame
  void release();                            // ends the life of the frames given out so far
  bool any() const;                          // there is something that next() has not given out
  std::uint64_t position() const { return taken_; }  // bytes given out in all
  // Before it waits: from here on the writer wakes it. False: there is something already.
  bool begin_wait();
  void end_wait();
  void detach();  // the last call: frees the memory once the other end does not use it

 private:
  struct Control;
  static std::optional<FrameRing> make_of_file(std::size_t size);
  static std::optional<FrameRing> make_of_segment(std::size_t size);
  FrameRing(FileDescriptor descriptor, int id, void* memory);
  void pad(std::uint64_t from, std::uint64_t bytes);
  std::uint64_t used_from() const;
  std::uint8_t* at(std::uint64_t position) const { return data_ + position % size_; }

  FileDescriptor descriptor_;
  int id_ = -1;  // without a descriptor
  Control* control_ = nullptr;
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
  std::uint64_t taken_ = 0;  // by the reader
  bool damaged_ = false;
};

}  // namespace synoptic::live
