// pcap_dispatch(), a batch at a time, into memory of our own.
#include "capture/helper/intake.hh"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

namespace synoptic::helper {
namespace {

// A flood must not keep what was taken from being written.
constexpr int packets_a_batch = 256;

}  // namespace

char* reserve(std::size_t size) {
  void* const memory =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? nullptr : static_cast<char*>(memory);
}

bool Intake::open(pcap_t* ring) {
  ring_ = ring;
  nanoseconds_ = ::pcap_get_tstamp_precision(ring) == PCAP_TSTAMP_PRECISION_NANO;
  bytes_ = reserve(packets_a_batch * longest_record);
  return bytes_ != nullptr;
}

int Intake::fetch() {
  begin_ = end_ = 0;
  return ::pcap_dispatch(
      ring_, packets_a_batch,
      [](unsigned char* self, const pcap_pkthdr* header, const unsigned char* bytes) {
        reinterpret_cast<Intake*>(self)->put(*header, bytes);
      },
      reinterpret_cast<unsigned char*>(this));
}

void Intake::put(const pcap_pkthdr& header, const unsigned char* bytes) {
  const std::uint32_t size = std::min<std::uint32_t>(header.caplen, longest_packet);
  const RecordHeader record{static_cast<std::uint32_t>(header.ts.tv_sec),
                            static_cast<std::uint32_t>(header.ts.tv_usec), size, header.len};
  std::memcpy(bytes_ + end_, &record, sizeof record);
  std::memcpy(bytes_ + end_ + sizeof record, bytes, size);
  end_ += sizeof record + size;
}

RecordHeader Intake::header() const {
  RecordHeader header;
  std::memcpy(&header, bytes_ + begin_, sizeof header);
  return header;
}

std::int64_t Intake::time() const {
  const RecordHeader first = header();
  return static_cast<std::int64_t>(first.seconds) * 1'000'000'000 +
         static_cast<std::int64_t>(first.part) * (nanoseconds_ ? 1 : 1000);
}

std::size_t Intake::record_size() const {
  return sizeof(RecordHeader) + header().size;
}

void Intake::pop() {
  begin_ += record_size();
}

}  // namespace synoptic::helper
