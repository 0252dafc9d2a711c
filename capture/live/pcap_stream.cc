// A file header, then records: each a header and so many bytes.
#include "capture/live/pcap_stream.hh"

#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "capture/helper/protocol.hh"

namespace synoptic::live {
namespace {

constexpr std::size_t read_size = 1 << 20;

}  // namespace

ssize_t PcapStream::read_from(int fd) {
  if (used_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + used_, filled_ - used_);
    filled_ -= used_;
    used_ = 0;
  }
  if (buffer_.size() < filled_ + read_size) buffer_.resize(filled_ + read_size);
  const ssize_t n = ::read(fd, buffer_.data() + filled_, read_size);
  if (n > 0) filled_ += static_cast<std::size_t>(n);
  if (!begun_) read_header();
  return n;
}

void PcapStream::read_header() {
  helper::FileHeader header;
  if (filled_ - used_ < sizeof header) return;
  std::memcpy(&header, buffer_.data() + used_, sizeof header);
  used_ += sizeof header;
  nanoseconds_ = header.magic == helper::magic_ns;
  damaged_ = !nanoseconds_ && header.magic != helper::magic_us;
  link_ = header.link;
  begun_ = true;
}

std::optional<observe::CapturedPacket> PcapStream::next() {
  helper::RecordHeader header;
  if (!begun_ || damaged_ || filled_ - used_ < sizeof header) return std::nullopt;
  std::memcpy(&header, buffer_.data() + used_, sizeof header);
  damaged_ = header.size > helper::longest_packet;
  if (damaged_ || filled_ - used_ - sizeof header < header.size) return std::nullopt;
  observe::CapturedPacket packet;
  packet.t.ns = static_cast<std::int64_t>(header.seconds) * 1'000'000'000 +
                static_cast<std::int64_t>(header.part) * (nanoseconds_ ? 1 : 1000);
  packet.bytes = {buffer_.data() + used_ + sizeof header, header.size};
  packet.original_size = header.original_size;
  packet.link = static_cast<wire::LinkType>(std::min<std::uint32_t>(link_, 0xffff));
  used_ += sizeof header + header.size;
  return packet;
}

}  // namespace synoptic::live
