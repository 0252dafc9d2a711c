// FrameRing: positions count bytes for ever; a frame lies in one piece, so the bytes before the
// ring's end that it does not fit into are left out.
//
// A ring that is empty may jump to its beginning. The bytes left out are free at once, so the jump
// is told beside the frames: it is written only while nothing can be read, and read only while
// something can.
#include "capture/live/frame_ring.hh"

#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

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

// Both say -1 where there is none.
void* none_if_failed(void* memory) {
  return memory == MAP_FAILED ? nullptr : memory;
}
void* attached(int id) {
  return none_if_failed(::shmat(id, nullptr, 0));
}
void* mapped(int descriptor, std::size_t size) {
  return none_if_failed(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0));
}

// A file that were to be larger would end the process, with SIGXFSZ.
bool files_may_have(std::size_t size) {
  rlimit limit{};
  return ::getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
         (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= size);
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
    if (auto ring = make_of_file(size)) return ring;
    if (auto ring = make_of_segment(size)) return ring;
  }
  return std::nullopt;
}

std::optional<FrameRing> FrameRing::make_of_file(std::size_t size) {
  const std::size_t all = control_size + size;
  if (!files_may_have(all)) return std::nullopt;
  FileDescriptor file(::memfd_create("frames", MFD_CLOEXEC));
  if (!file.open() || ::ftruncate(file.get(), static_cast<off_t>(all)) != 0) return std::nullopt;
  void* const memory = mapped(file.get(), all);
  if (memory == nullptr) return std::nullopt;
  return FrameRing(std::move(file), -1, new (memory) Control{.size = size});
}

std::optional<FrameRing> FrameRing::make_of_segment(std::size_t size) {
  const int id = ::shmget(IPC_PRIVATE, control_size + size, IPC_CREAT | SHM_NORESERVE | 0600);
  if (id < 0) return std::nullopt;
  void* const memory = attached(id);
  const int error = errno;
  // From now on it goes with its last user; who knows its id may still come (shmctl(2)).
  ::shmctl(id, IPC_RMID, nullptr);
  errno = error;
  if (memory == nullptr) return std::nullopt;
  return FrameRing({}, id, new (memory) Control{.size = size});
}

std::optional<FrameRing> FrameRing::attach(Share share) {
  std::size_t all = 0;
  if (struct stat file{}; share.descriptor >= 0 && ::fstat(share.descriptor, &file) == 0)
    all = static_cast<std::size_t>(file.st_size);
  if (shmid_ds about{}; share.descriptor < 0 && ::shmctl(share.id, IPC_STAT, &about) == 0)
    all = about.shm_segsz;
  if (all <= control_size) {
    errno = EINVAL;
    return std::nullopt;
  }
  void* const memory = share.descriptor >= 0 ? mapped(share.descriptor, all) : attached(share.id);
  if (memory == nullptr) return std::nullopt;
  FrameRing ring({}, share.descriptor >= 0 ? -1 : share.id, memory);
  if (ring.size() == all - control_size) return ring;
  errno = EINVAL;
  return std::nullopt;
}

FrameRing::FrameRing(FileDescriptor descriptor, int id, void* memory)
    : descriptor_(std::move(descriptor)),
      id_(id),
      control_(static_cast<Control*>(memory)),
      data_(static_cast<std::uint8_t*>(memory) + control_size),
      size_(control_->size) {}

FrameRing::FrameRing(FrameRing&& other) noexcept
    : descriptor_(std::move(other.descriptor_)),
      id_(other.id_),
      control_(std::exchange(other.control_, nullptr)),
      data_(other.data_),
      size_(other.size_),
      taken_(other.taken_),
      damaged_(other.damaged_) {}

FrameRing::~FrameRing() {
  detach();
}

void FrameRing::detach() {
  if (control_ == nullptr) return;
  void* const memory = std::exchange(control_, nullptr);
  if (id_ >= 0)
    ::shmdt(memory);
  else
    ::munmap(memory, control_size + size_);
  descriptor_.reset();
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
