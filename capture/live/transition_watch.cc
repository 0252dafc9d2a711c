// perf_event_open(2), a ring a processor, and the tracepoint's records in them.
#include "capture/live/transition_watch.hh"

#include <linux/perf_event.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <ctime>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>

#include "capture/live/sock_diag.hh"

namespace synoptic::live {
namespace {

constexpr std::size_t ring_pages = 16;  // a power of two; a record takes about 100 bytes
constexpr std::uint16_t tcp = 6;

std::int64_t now_ns(clockid_t clock) {
  timespec t{};
  ::clock_gettime(clock, &t);
  return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

template <typename T>
T value_at(const std::uint8_t* bytes, std::size_t offset) {
  T value{};
  std::memcpy(&value, bytes + offset, sizeof value);
  return value;
}

wire::IpAddress address_at(const std::uint8_t* raw, std::uint16_t family, std::size_t v4,
                           std::size_t v6) {
  if (family == AF_INET) return wire::IpAddress::v4(raw[v4], raw[v4 + 1], raw[v4 + 2], raw[v4 + 3]);
  return unmapped_v6(raw + v6);
}

}  // namespace

void TransitionWatch::Unmap::operator()(void* memory) const {
  ::munmap(memory, size);
}

TransitionWatch::TransitionWatch() {
  std::optional<std::uint64_t> id = find_tracepoint("/sys/kernel/tracing");
  if (!id) id = find_tracepoint("/sys/kernel/debug/tracing");
  if (!id) {
    // Nobody has mounted it: for the moment of reading we do, where only we see it.
    std::jthread([&] {
      if (::unshare(CLONE_NEWNS) != 0 ||
          ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
          ::mount("tracefs", "/sys/kernel/tracing", "tracefs", MS_RDONLY, nullptr) != 0)
        return;
      id = find_tracepoint("/sys/kernel/tracing");
    }).join();
  }
  if (!id) return;
  realtime_ahead_ns_ = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_MONOTONIC);
  open_rings(*id);
}

// Its number, when its records have all that is read of them.
std::optional<std::uint64_t> TransitionWatch::find_tracepoint(const std::string& tracefs) {
  const std::string folder = tracefs + "/events/sock/inet_sock_set_state/";
  std::uint64_t id = 0;
  std::ifstream in(folder + "id");
  if (!(in >> id) || !read_format(folder + "format")) return std::nullopt;
  return id;
}

// Lines as "	field:__u16 sport;	offset:24;	size:2;	signed:0;". False where one is
// missing.
bool TransitionWatch::read_format(const std::string& path) {
  std::ifstream in(path);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto find = [&](const char* field, std::size_t& offset) {
    const std::size_t name = text.find(std::string(" ") + field);
    if (name == std::string::npos) return false;
    constexpr std::string_view word = "offset:";
    const std::size_t at = text.find(word, name);
    if (at == std::string::npos) return false;
    offset = std::strtoul(text.c_str() + at + word.size(), nullptr, 10);
    return true;
  };
  return find("oldstate;", at_.from) && find("newstate;", at_.to) && find("sport;", at_.sport) &&
         find("dport;", at_.dport) && find("family;", at_.family) &&
         find("protocol;", at_.protocol) && find("saddr[", at_.saddr) &&
         find("daddr[", at_.daddr) && find("saddr_v6[", at_.saddr_v6) &&
         find("daddr_v6[", at_.daddr_v6);
}

void TransitionWatch::open_rings(std::uint64_t id) {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = PERF_TYPE_TRACEPOINT;
  attributes.config = id;
  attributes.sample_period = 1;
  attributes.sample_type = PERF_SAMPLE_TIME | PERF_SAMPLE_RAW;
  attributes.use_clockid = 1;
  attributes.clockid = CLOCK_MONOTONIC;
  const std::size_t size = (ring_pages + 1) * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const long processors = ::sysconf(_SC_NPROCESSORS_CONF);
  for (long i = 0; i < processors; ++i) {
    FileDescriptor fd(static_cast<int>(
        ::syscall(SYS_perf_event_open, &attributes, -1, i, -1, PERF_FLAG_FD_CLOEXEC)));
    if (!fd.open()) continue;
    void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
    if (memory == MAP_FAILED) continue;
    rings_.push_back({std::move(fd), std::unique_ptr<void, Unmap>(memory, Unmap{size})});
  }
}

void TransitionWatch::drain(const std::function<void(const SocketTransition&)>& on_transition) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t size = ring_pages * page;
  std::array<std::uint8_t, 512> one{};
  for (Ring& ring : rings_) {
    auto& head = *static_cast<perf_event_mmap_page*>(ring.memory.get());
    const auto* const data = static_cast<const std::uint8_t*>(ring.memory.get()) + page;
    const std::uint64_t end = std::atomic_ref(head.data_head).load(std::memory_order_acquire);
    std::uint64_t at = head.data_tail;
    const auto copy = [&](std::uint64_t from, void* to, std::size_t count) {
      for (std::size_t i = 0; i < count; ++i)
        static_cast<std::uint8_t*>(to)[i] = data[(from + i) % size];
    };
    while (at < end) {
      perf_event_header header{};
      copy(at, &header, sizeof header);
      if (header.size < sizeof header) break;
      if (header.type == PERF_RECORD_SAMPLE && header.size <= one.size()) {
        copy(at, one.data(), header.size);
        record(one.data() + sizeof header, header.size - sizeof header, on_transition);
      }
      at += header.size;
    }
    std::atomic_ref(head.data_tail).store(end, std::memory_order_release);
  }
}

// The time (8 bytes), the size of what follows (4), the tracepoint's fields.
void TransitionWatch::record(
    const std::uint8_t* bytes, std::size_t size,
    const std::function<void(const SocketTransition&)>& on_transition) const {
  constexpr std::size_t fields = 12;
  const std::uint8_t* const raw = bytes + fields;
  if (size < fields + at_.daddr_v6 + 16 || size < fields + at_.saddr_v6 + 16) return;
  const auto family = value_at<std::uint16_t>(raw, at_.family);
  if (value_at<std::uint16_t>(raw, at_.protocol) != tcp ||
      (family != AF_INET && family != AF_INET6))
    return;
  const auto from = state_of_linux(value_at<std::uint8_t>(raw, at_.from));
  const auto to = state_of_linux(value_at<std::uint8_t>(raw, at_.to));
  if (!from || !to) return;
  on_transition(
      {.t = {static_cast<std::int64_t>(value_at<std::uint64_t>(bytes, 0)) + realtime_ahead_ns_},
       .local = {address_at(raw, family, at_.saddr, at_.saddr_v6),
                 value_at<std::uint16_t>(raw, at_.sport)},
       .remote = {address_at(raw, family, at_.daddr, at_.daddr_v6),
                  value_at<std::uint16_t>(raw, at_.dport)},
       .from = *from,
       .to = *to});
}

}  // namespace synoptic::live
