// Frames: what goes between the processes of a run. A frame is its body's size (4
// bytes), its type (1 byte) and the body, all in this machine's byte order: both ends are the same
// binary on the same machine.
//
//   parent -> supervisor   spec, once; then typed and input_end, as somebody types
//   supervisor -> parent   ready or error first, over a pipe; then, in a FrameRing, packet, call,
//                          kernel, dropped, warning, role_end, and error if the run is cut short;
//                          end last
//   role -> supervisor     call
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "capture/live/live.hh"

namespace synoptic::live {

enum class FrameType : std::uint8_t {
  spec,
  ready,
  error,
  packet,
  call,
  dropped,
  warning,
  end,
  kernel,
  typed,
  input_end,
  role_end,
  padding
};

struct Frame {
  FrameType type;
  wire::ByteSpan body;
};
inline constexpr std::size_t frame_header_size = 5;
// The one that `bytes` begin with; nothing if it is not whole.
std::optional<Frame> first_frame(wire::ByteSpan bytes);

// --- writing: frames are appended to one buffer, which then goes out as a whole
class FrameWriter {
 public:
  void begin(FrameType type);
  void finish();  // fills in the size
  template <typename T>
    requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void put(T value) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&value);
    buffer_.insert(buffer_.end(), bytes, bytes + sizeof value);
  }
  void put(wire::ByteSpan bytes);
  void put(std::string_view text);
  void put(const wire::IpAddress& address);
  void put(const wire::SocketAddress& address);
  void put(const wire::Saying& saying);  // in its parts, for whoever shows it in another language

  const wire::Bytes& bytes() const { return buffer_; }
  void clear() { buffer_.clear(); }

 private:
  wire::Bytes buffer_;
  std::size_t start_ = 0;
};

void put_spec(FrameWriter& out, const LiveSpec& spec);
void put_error(FrameWriter& out, const model::Error& error);
void put_packet(FrameWriter& out, const observe::CapturedPacket& packet);
void put_call(FrameWriter& out, const observe::CallRecord& record);
void put_kernel(FrameWriter& out, const observe::KernelRecord& record);
void put_text(FrameWriter& out, FrameType type, std::string_view text);
// Of types that are about one role: typed (the line), input_end (empty), role_end (why, if it did
// not end well).
void put_of_role(FrameWriter& out, FrameType type, std::string_view role, std::string_view text);

// All of it, however often the kernel takes a part only. False when the other end is gone.
bool write_all(int fd, wire::ByteSpan bytes);

// --- reading: bytes in as they come, whole frames out
class FrameBuffer {
 public:
  // Reads once. As read(2): what came, 0 at the end, -1 with errno. Ends the life of frames given
  // before.
  ssize_t read_from(int fd);
  std::optional<Frame> next();
  bool damaged() const { return damaged_; }  // a size that no writer of ours writes

 private:
  wire::Bytes buffer_;
  std::size_t used_ = 0;  // of buffer_, by frames given out
  std::size_t filled_ = 0;
  bool damaged_ = false;
};

// Each nothing when the body is not what it should be. Views point into the frame.
std::optional<LiveSpec> get_spec(wire::ByteSpan body);
std::optional<model::Error> get_error(wire::ByteSpan body);
std::optional<observe::CapturedPacket> get_packet(wire::ByteSpan body);
std::optional<observe::CallRecord> get_call(wire::ByteSpan body);
std::optional<observe::KernelRecord> get_kernel(wire::ByteSpan body);
std::string get_text(wire::ByteSpan body);
struct OfRole {
  std::string role, text;
};
std::optional<OfRole> get_of_role(wire::ByteSpan body);
std::optional<std::uint64_t> get_count(wire::ByteSpan body);

}  // namespace synoptic::live
