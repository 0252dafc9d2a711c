// FrameRing: positions count bytes for ever; a frame lies in one piece, so the bytes before the
// ring's end that it does not fit into are left out.
#include "capture/live/frame_ring.hh"

#include <sys/ipc.h>
#include <sys/shm.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

namespace synoptic::live {
namespace {

constexpr int least = 64;  // of the size that is asked for, at least this part
// Before the writer has come so far it does not go back to the beginning.
constexpr std::size_t used_anyway = 16 << 20;
constexpr std::size_t control_size = 4096;

}  // namespace

struct FrameRing::Control {
  std::uint64_t size = 0;
  alignas(64) std::atomic<std::uint64_t> written = 0;
  alignas(64) std::atomic<std::uint64_t> released = 0;
  alignas(64) std::atomic<bool> reader_waits = false;
};

std::optional<FrameRing> FrameRing::make(std::size_t size) {
  static_assert(sizeof(Control) <= control_size);
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
  int id = -1;
  for (std::size_t part = 1; id < 0 && part <= least; part *= 2) {
    id = ::shmget(IPC_PRIVATE, control_size + size / part, IPC_CREAT | SHM_NORESERVE | 0600);
    if (id >= 0) size /= part;
  }
  if (id < 0) return std::nullopt;
  void* const memory = ::shmat(id, nullptr, 0);
  const int error = errno;
  // From now on it goes with its last user; who knows its id may still come (shmctl(2)).
  ::shmctl(id, IPC_RMID, nullptr);
  errno = error;
  if (memory == reinterpret_cast<void*>(-1)) return std::nullopt;
  new (memory) Control{.size = size};
  return FrameRing(id, memory);
}

std::optional<FrameRing> FrameRing::attach(int id) {
  void* const memory = ::shmat(id, nullptr, 0);
  if (memory == reinterpret_cast<void*>(-1)) return std::nullopt;
  return FrameRing(id, memory);
}

FrameRing::FrameRing(int id, void* memory)
    : id_(id),
      control_(static_cast<Control*>(memory)),
      data_(static_cast<std::uint8_t*>(memory) + control_size),
      size_(control_->size) {}

FrameRing::FrameRing(FrameRing&& other) noexcept
    : id_(other.id_),
      control_(std::exchange(other.control_, nullptr)),
      data_(other.data_),
      size_(other.size_),
      padded_from_(other.padded_from_),
      padded_to_(other.padded_to_),
      taken_(other.taken_),
      damaged_(other.damaged_) {}

FrameRing::~FrameRing() {
  if (control_ != nullptr) ::shmdt(control_);
}

// Leaves out what is left of the ring, from `written` on.
void FrameRing::pad(std::uint64_t bytes) {
  padded_from_ = control_->written.load(std::memory_order_relaxed);
  padded_to_ = padded_from_ + bytes;
  if (bytes < frame_header_size) return;  // the reader knows that no frame begins there
  const auto body = static_cast<std::uint32_t>(bytes - frame_header_size);
  std::memcpy(at(padded_from_), &body, sizeof body);
  at(padded_from_)[sizeof body] = static_cast<std::uint8_t>(FrameType::padding);
}

bool FrameRing::put(wire::ByteSpan frames) {
  const std::uint64_t written = control_->written.load(std::memory_order_relaxed);
  const std::uint64_t released = control_->released.load(std::memory_order_acquire);
  const std::uint64_t room = size_ - (written - released);
  const std::uint64_t offset = written % size_, left = size_ - offset;
  std::uint64_t begin = written;
  if (frames.size() > left) {
    begin += left;
  } else if (const std::uint64_t unread = pending(); offset > used_anyway && unread < offset / 4 &&
                                                     released >= padded_to_ &&
                                                     left + frames.size() <= room) {
    begin += left;
  }
  if (begin - written + frames.size() > room) return false;
  if (begin != written) pad(begin - written);
  std::memcpy(at(begin), frames.data(), frames.size());
  control_->written.store(begin + frames.size(), std::memory_order_seq_cst);
  return true;
}

std::size_t FrameRing::pending() const {
  const std::uint64_t released = control_->released.load(std::memory_order_acquire);
  const std::uint64_t all = control_->written.load(std::memory_order_relaxed) - released;
  return released > padded_from_ ? all : all - (padded_to_ - padded_from_);
}

bool FrameRing::wakes_reader() {
  return control_->reader_waits.load(std::memory_order_seq_cst) &&
         control_->reader_waits.exchange(false, std::memory_order_seq_cst);
}

std::optional<Frame> FrameRing::next() {
  const std::uint64_t written = control_->written.load(std::memory_order_acquire);
  while (!damaged_ && taken_ < written) {
    const std::uint64_t left = size_ - taken_ % size_;
    if (left < frame_header_size) {
      taken_ += left;
      continue;
    }
    const wire::ByteSpan there(at(taken_), std::min(left, written - taken_));
    const auto frame = first_frame(there);
    damaged_ = !frame;  // only whole ones are put in
    if (damaged_) break;
    taken_ += frame_header_size + frame->body.size();
    if (frame->type != FrameType::padding) return frame;
  }
  return std::nullopt;
}

void FrameRing::release() {
  control_->released.store(taken_, std::memory_order_release);
}

bool FrameRing::any() const {
  return !damaged_ && taken_ < control_->written.load(std::memory_order_acquire);
}

bool FrameRing::begin_wait() {
  control_->reader_waits.store(true, std::memory_order_seq_cst);
  if (taken_ == control_->written.load(std::memory_order_seq_cst)) return true;
  end_wait();
  return false;
}

void FrameRing::end_wait() {
  control_->reader_waits.store(false, std::memory_order_seq_cst);
}

}  // namespace synoptic::live
