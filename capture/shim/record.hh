// What the shim writes and the supervisor reads: a ring of records in memory that they share.
//
// Writers are every thread of every process of a command; the reader is one. A writer never waits
// and never asks the kernel for anything: where the ring is full its record is counted and gone. A
// slot's `state` says whose it is (as in D. Vyukov's bounded queue): in the ring's nth lap 2n is
// free for its writer, 2n + 1 written, 2n + 2 read. A writer that dies between the two leaves a
// slot that the reader passes over. A ring of zeros is an empty one.
//
// Plain C++ without a library behind it: the shim lives in other people's programs.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace synoptic::shim {

// Where a program finds its ring: the path of a file of this size.
inline constexpr const char* ring_variable = "SYNOPTIC_SHIM_RING";
inline constexpr std::uint64_t ring_magic = 0x53594e4f50543031;  // this layout

enum class Kind : std::uint8_t {
  loaded,    // a program begins: data is its command line
  forked,    // a process makes its first call, with the program of its parent: the same
  made,      // a call that may block is made
  returned,  // a call is over
  streamed   // the process makes a stdio stream of a socket: what it does there is not told
};

enum class CallId : std::uint8_t {
  socket,
  bind,
  listen,
  accept,
  connect,
  send,
  recv,
  sendto,
  recvfrom,
  shutdown,
  close,
  setsockopt
};

enum class Protocol : std::uint8_t { other, tcp, udp };

struct Address {
  std::uint8_t family = 0;  // 4, 6; 0: none
  std::uint8_t unused = 0;
  std::uint16_t port = 0;     // in this machine's order
  std::uint8_t octets[16]{};  // as in the packet
};

inline constexpr std::size_t slot_size = 512;

struct Record {
  std::uint64_t serial = 0;                // unique within the process
  std::int64_t t_ns = 0, returned_ns = 0;  // CLOCK_REALTIME
  // listen: backlog; recv, recvfrom: size; send, sendto: how much was to be sent (without data
  // where that is not known: sendfile); shutdown: how; socket: 1 stream, 2 datagram; setsockopt:
  // the option
  std::int64_t number = 0;
  std::int64_t result = 0;
  std::int32_t pid = 0, parent = 0, tid = 0;
  std::int32_t fd = -1;
  std::int32_t error = 0;
  std::int32_t level = 0;  // of setsockopt
  std::uint32_t data_size = 0;
  Kind kind = Kind::returned;
  CallId call = CallId::socket;
  Protocol protocol = Protocol::other;
  std::uint8_t unused = 0;
  Address local, remote, address;
  // Sent or received, as much of it as there is room for; setsockopt: the value.
  static constexpr std::size_t data_room = 368;
  std::uint8_t data[data_room];
};

struct Slot {
  std::atomic<std::uint64_t> state;
  Record record;
};
static_assert(sizeof(Slot) == slot_size);

struct Head {
  std::uint64_t magic;
  std::uint64_t slots;
  alignas(64) std::atomic<std::uint64_t> next;     // record to be written
  alignas(64) std::atomic<std::uint64_t> dropped;  // for want of room
};
inline constexpr std::size_t head_size = 4096;
static_assert(sizeof(Head) <= head_size);

inline Slot& slot_of(Head& ring, std::uint64_t n) {
  auto* first = reinterpret_cast<Slot*>(reinterpret_cast<unsigned char*>(&ring) + head_size);
  return first[n % ring.slots];
}

inline std::uint64_t free_in(const Head& ring, std::uint64_t n) {
  return 2 * (n / ring.slots);
}

inline void push(Head& ring, const Record& record) {
  std::uint64_t n = ring.next.load(std::memory_order_relaxed);
  for (;;) {
    const std::uint64_t state = slot_of(ring, n).state.load(std::memory_order_acquire);
    if (state < free_in(ring, n)) {
      ring.dropped.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    const bool is_free = state == free_in(ring, n);
    if (is_free && ring.next.compare_exchange_weak(n, n + 1, std::memory_order_relaxed)) break;
    if (!is_free) n = ring.next.load(std::memory_order_relaxed);
  }
  Slot& slot = slot_of(ring, n);
  std::memcpy(&slot.record, &record, offsetof(Record, data) + record.data_size);
  std::uint64_t mine = free_in(ring, n);  // no more, if the reader has passed over it
  slot.state.compare_exchange_strong(mine, mine + 1, std::memory_order_release);
}

}  // namespace synoptic::shim
