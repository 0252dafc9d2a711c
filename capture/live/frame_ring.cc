// FrameRing: positions count bytes for ever; a frame lies in one piece, so the bytes before the
// ring's end that it does not fit into are left out.
//
// A ring that is empty may jump to its beginning. The bytes left out are free at once, so the jump
// is told beside the frames: it is written only while nothing can be read, and read only while
// something can.
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

constexpr std::size_t least = 64;  // of the size that is asked for, at least this part
// Before the writer has come so far it does not go back to the beginning.
constexpr std::size_t used_anyway = 16 << 20;
constexpr std::size_t control_size = 4096;

void* attached(int id) {
  void* const memory = ::shmat(id, nullptr, 0);
  return memory == reinterpret_cast<void*>(-1) ? nullptr : memory;
}

}  // namespace

struct FrameRing::Control {
  std::uint64_t size = 0;
  std::uint64_t jump_from = 0, jump_to = 0;  // the last one
  alignas(64) std::atomic<std::uint64_t> written = 0;
  alignas(64) std::atomic<std::uint64_t> released = 0;
  alignas(64) std::atomic<bool> reader_waits = false;
};

std::optional<FrameRing> FrameRing::make(std::size_t size) {
  static_assert(sizeof(Control) <= control_size);
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
  for (const std::size_t smallest = size / least; size >= smallest; size /= 2) {
    const int id = ::shmget(IPC_PRIVATE, control_size + size, IPC_CREAT | SHM_NORESERVE | 0600);
    if (id < 0) continue;
    void* const memory = attached(id);
    const int error = errno;
    // From now on it goes with its last user; who knows its id may still come (shmctl(2)).
    ::shmctl(id, IPC_RMID, nullptr);
    errno = error;
    if (memory != nullptr) return FrameRing(id, new (memory) Control{.size = size});
  }
  return std::nullopt;
}

std::optional<FrameRing> FrameRing::attach(int id) {
  void* const memory = attached(id);
  if (memory == nullptr) return std::nullopt;
  FrameRing ring(id, memory);
  shmid_ds about{};
  if (::shmctl(id, IPC_STAT, &about) != 0) return std::nullopt;
  if (about.shm_segsz < control_size || about.shm_segsz - control_size != ring.size()) {
    errno = EINVAL;
    return std::nullopt;
  }
  return ring;
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
      taken_(other.taken_),
      damaged_(other.damaged_) {}

FrameRing::~FrameRing() {
  detach();
}

void FrameRing::detach() {
  if (control_ != nullptr) ::shmdt(std::exchange(control_, nullptr));
}

// Nothing before it is still needed.
std::uint64_t FrameRing::used_from() const {
  return std::max(control_->released.load(std::memory_order_acquire), control_->jump_to);
}

// Leaves out what is left of the ring.
void FrameRing::pad(std::uint64_t from, std::uint64_t bytes) {
  if (bytes < frame_header_size) return;  // the reader knows that no frame begins there
  const auto body = static_cast<std::uint32_t>(bytes - frame_header_size);
  std::memcpy(at(from), &body, sizeof body);
  at(from)[sizeof body] = static_cast<std::uint8_t>(FrameType::padding);
}

bool FrameRing::put(wire::ByteSpan frames) {
  const std::uint64_t written = control_->written.load(std::memory_order_relaxed);
  const std::uint64_t left = size_ - written % size_;
  const bool empty = control_->released.load(std::memory_order_acquire) == written;
  const bool fits = frames.size() <= left;
  std::uint64_t begin = written;
  if (empty && (!fits || size_ - left > used_anyway)) {
    if (frames.size() > size_) return false;
    begin += left;
    control_->jump_from = written;
    control_->jump_to = begin;
  } else if (!fits) {
    begin += left;
  }
  if (begin + frames.size() - used_from() > size_) return false;
  if (!fits && !empty) pad(written, left);
  std::memcpy(at(begin), frames.data(), frames.size());
  control_->written.store(begin + frames.size(), std::memory_order_seq_cst);
  return true;
}

std::size_t FrameRing::pending() const {
  const std::uint64_t written = control_->written.load(std::memory_order_relaxed);
  return written - std::min(written, used_from());
}

bool FrameRing::wakes_reader() {
  return control_->reader_waits.load(std::memory_order_seq_cst) &&
         control_->reader_waits.exchange(false, std::memory_order_seq_cst);
}

std::optional<Frame> FrameRing::next() {
  const std::uint64_t written = control_->written.load(std::memory_order_acquire);
  while (!damaged_ && taken_ < written) {
    if (taken_ == control_->jump_from && taken_ < control_->jump_to) {
      taken_ = control_->jump_to;
      continue;
    }
    const std::uint64_t left = size_ - taken_ % size_;
    if (left < frame_header_size) {
      taken_ += left;
      continue;
    }
    const wire::ByteSpan there(at(taken_), std::min<std::uint64_t>(left, written - taken_));
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
