// CaptureRings: rounds of taking from the rings, and merging what they gave.
#include "capture/live/capture_rings.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <future>
#include <limits>
#include <thread>
#include <utility>

namespace synoptic::live {
namespace {

constexpr std::uint32_t no_limit = std::numeric_limits<std::uint32_t>::max();

// A ring for packets of up to `longest` octets; how many of them it holds; how many are taken of it
// at once, so that a round stays short.
struct Size {
  std::uint32_t longest;
  int slots;
  int at_once;
};
// A slot longer than a page takes a block of its own, a power of two; the slot's head is in it,
// too. Of the smallest packets there is room for 0.18 s at 200,000 a second, of 16 KiB for 50 ms of
// what a processor can send; 150 MB in all.
constexpr std::array<Size, 4> sizes{
    {{384, 36'000, 512}, {1'900, 8'192, 256}, {32'600, 2'048, 64}, {no_limit, 512, 32}}};
// libpcap may make slots a little shorter than what was asked for.
constexpr std::uint32_t misjudged = 16;
// Of what a slot holds beside the packet.
constexpr std::uint32_t slot_head = 96;

std::string filter_for(std::uint32_t above, std::uint32_t up_to) {
  if (above == 0 && up_to == no_limit) return "";
  if (above == 0) return fmt::format("less {}", up_to);
  if (up_to == no_limit) return fmt::format("greater {}", above + 1);
  return fmt::format("greater {} and less {}", above + 1, up_to);
}

constexpr std::size_t most_spare = 8;

}  // namespace

CaptureRings::~CaptureRings() {
  std::vector<std::jthread> closing;
  while (rings_.size() > 1) {
    closing.emplace_back([handle = std::move(rings_.back().handle)]() mutable { handle.reset(); });
    rings_.pop_back();
  }
}

model::Expected<CaptureRings> CaptureRings::by_length(const std::string& interface,
                                                      std::uint32_t snap_length) {
  // The kernel takes its time to make a ring, and to take it away again (20 ms were measured), but
  // not for all of it alone.
  std::vector<std::future<model::Expected<PcapHandle>>> opening;
  std::uint32_t above = 0;
  for (const Size& size : sizes) {
    // Shorter snap lengths leave the last rings nothing to do.
    const bool last = size.longest >= snap_length;
    const std::uint32_t kept = last ? snap_length : size.longest + misjudged;
    const auto room = static_cast<int>(std::min<std::uint32_t>(kept, 65'536) + slot_head);
    const std::string filter = filter_for(above, last ? no_limit : size.longest);
    opening.push_back(
        std::async(std::launch::async, [=, slots = size.slots]() -> model::Expected<PcapHandle> {
          auto handle = open_device(interface, kept, room * slots);
          if (!handle) return handle;
          if (auto set = set_filter(handle->get(), filter); !set)
            return std::unexpected(set.error());
          return handle;
        }));
    if (last) break;
    above = size.longest;
  }
  CaptureRings rings;
  for (std::size_t i = 0; i < opening.size(); ++i) {
    auto handle = opening[i].get();
    if (!handle) return std::unexpected(handle.error());
    rings.rings_.push_back({std::move(*handle), sizes[i].at_once, {}});
  }
  return rings;
}

std::vector<int> CaptureRings::fds() const {
  std::vector<int> all;
  for (const Ring& ring : rings_) all.push_back(::pcap_get_selectable_fd(ring.handle.get()));
  return all;
}

bool CaptureRings::pending() const {
  return std::ranges::any_of(rings_, [](const Ring& ring) { return !ring.chunks.empty(); });
}

std::uint64_t CaptureRings::dropped() {
  std::uint64_t all = 0;
  for (const Ring& ring : rings_) {
    pcap_stat stat{};
    if (::pcap_stats(ring.handle.get(), &stat) == 0) all += stat.ps_drop;
  }
  return all;
}

std::string CaptureRings::error() const {
  return failed_ == nullptr ? "" : ::pcap_geterr(failed_->handle.get());
}

int CaptureRings::take(Ring& ring) {
  struct Into {
    pcap_t* handle;
    Chunk chunk;
  } into{ring.handle.get(), {}};
  if (!spare_.empty()) {
    into.chunk = std::move(spare_.back());
    spare_.pop_back();
  }
  const int count = ::pcap_dispatch(
      ring.handle.get(), ring.at_once,
      [](u_char* user, const pcap_pkthdr* header, const u_char* bytes) {
        auto& [handle, chunk] = *reinterpret_cast<Into*>(user);
        const observe::CapturedPacket packet = as_packet(handle, *header, bytes);
        const std::size_t begin = chunk.bytes.size();
        chunk.bytes.insert(chunk.bytes.end(), packet.bytes.begin(), packet.bytes.end());
        chunk.packets.push_back({packet, begin, packet.bytes.size()});
      },
      reinterpret_cast<u_char*>(&into));
  if (count < 0) failed_ = &ring;
  if (into.chunk.packets.empty()) {
    spare_.push_back(std::move(into.chunk));
  } else {
    ring.chunks.push_back(std::move(into.chunk));
  }
  return count;
}

const CaptureRings::Staged* CaptureRings::first(Ring& ring) {
  while (!ring.chunks.empty()) {
    Chunk& chunk = ring.chunks.front();
    if (chunk.next < chunk.packets.size()) return &chunk.packets[chunk.next];
    chunk.packets.clear();
    chunk.bytes.clear();
    chunk.next = 0;
    if (spare_.size() < most_spare) spare_.push_back(std::move(chunk));
    ring.chunks.pop_front();
  }
  return nullptr;
}

int CaptureRings::hand_over(std::int64_t not_after, const OnPacket& on_packet) {
  for (int count = 0;; ++count) {
    Ring* next = nullptr;
    const Staged* earliest = nullptr;
    for (Ring& ring : rings_) {
      const Staged* const head = first(ring);
      if (head != nullptr && (earliest == nullptr || head->packet.t.ns < earliest->packet.t.ns)) {
        earliest = head;
        next = &ring;
      }
    }
    if (earliest == nullptr || earliest->packet.t.ns > not_after) return count;
    Chunk& chunk = next->chunks.front();
    observe::CapturedPacket packet = earliest->packet;
    packet.bytes = wire::ByteSpan(chunk.bytes).subspan(earliest->begin, earliest->size);
    ++chunk.next;
    on_packet(packet);
  }
}

void CaptureRings::poll_rings() {
  polled_.clear();
  for (const int fd : fds()) polled_.push_back({fd, POLLIN, 0});
  ::poll(polled_.data(), polled_.size(), 0);
}

int CaptureRings::dispatch(const OnPacket& on_packet) {
  // What was taken before this round may go, up to the last of it; and nothing that could follow a
  // packet that a ring still holds.
  std::int64_t old_ones = std::numeric_limits<std::int64_t>::min();
  for (const Ring& ring : rings_) {
    if (!ring.chunks.empty())
      old_ones = std::max(old_ones, ring.chunks.back().packets.back().packet.t.ns);
  }
  // poll(2) calls a ring empty while the kernel copies a further packet into it. That does for a
  // first look; but what goes now must follow all that a ring holds, so each is looked into.
  const bool first_look = !pending();
  if (first_look) poll_rings();
  std::int64_t known = std::numeric_limits<std::int64_t>::max();
  int taken = 0;
  more_waits_ = false;
  for (std::size_t i = 0; i < rings_.size(); ++i) {
    if (first_look && polled_[i].revents == 0) continue;
    const int count = take(rings_[i]);
    if (count < 0) return count;
    taken += count;
    if (count < rings_[i].at_once) continue;
    more_waits_ = true;
    known = std::min(known, rings_[i].chunks.back().packets.back().packet.t.ns);
  }
  const std::int64_t not_after =
      taken == 0 ? std::numeric_limits<std::int64_t>::max() : std::min(old_ones, known);
  return taken + hand_over(not_after, on_packet);
}

}  // namespace synoptic::live
