// Frames: encoded, decoded, and moved through pipes.
#include "capture/live/frames.hh"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace synoptic::live {
namespace {

constexpr std::uint32_t max_body = 64u << 20;
constexpr std::size_t read_size = 256 << 10;
constexpr int deepest_saying = 16;

// Reads values off a body; after one that is not there everything is zero and ok() is false.
class Reader {
 public:
  explicit Reader(wire::ByteSpan body) : rest_(body) {}

  template <typename T>
    requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  T get() {
    T value{};
    const wire::ByteSpan bytes = take(sizeof value);
    if (bytes.size() == sizeof value) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  wire::ByteSpan bytes() { return take(get<std::uint32_t>()); }
  std::string text() {
    const wire::ByteSpan b = bytes();
    return std::string(b.begin(), b.end());
  }
  wire::IpAddress ip() {
    wire::IpAddress address;
    address.family = get<std::uint8_t>() != 0 ? wire::Family::ipv6 : wire::Family::ipv4;
    const wire::ByteSpan octets = take(16);
    if (octets.size() == 16) std::memcpy(address.octets.data(), octets.data(), 16);
    return address;
  }
  wire::SocketAddress address() {
    wire::SocketAddress a;
    a.ip = ip();
    a.port = get<std::uint16_t>();
    return a;
  }
  wire::Saying saying(int depth = 0) {
    std::string text = this->text();
    const bool is_value = get<std::uint8_t>() != 0;
    const auto count = get<std::uint32_t>();
    ok_ = ok_ && (depth < deepest_saying || count == 0);
    std::vector<wire::Saying> args;
    for (std::uint32_t i = 0; i < count && ok_; ++i) args.push_back(saying(depth + 1));
    return wire::Saying::from_parts(std::move(text), is_value, std::move(args));
  }
  bool ok() const { return ok_; }

 private:
  wire::ByteSpan take(std::size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const wire::ByteSpan front = rest_.first(size);
    rest_ = rest_.subspan(size);
    return front;
  }
  wire::ByteSpan rest_;
  bool ok_ = true;
};

}  // namespace

void FrameWriter::begin(FrameType type) {
  start_ = buffer_.size();
  put(std::uint32_t{0});
  put(type);
}

void FrameWriter::finish() {
  const auto size = static_cast<std::uint32_t>(buffer_.size() - start_ - frame_header_size);
  std::memcpy(buffer_.data() + start_, &size, sizeof size);
}

void FrameWriter::put(wire::ByteSpan bytes) {
  put(static_cast<std::uint32_t>(bytes.size()));
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

void FrameWriter::put(std::string_view text) {
  put(wire::ByteSpan(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

void FrameWriter::put(const wire::IpAddress& address) {
  put(static_cast<std::uint8_t>(address.is_v6() ? 1 : 0));
  buffer_.insert(buffer_.end(), address.octets.begin(), address.octets.end());
}

void FrameWriter::put(const wire::SocketAddress& address) {
  put(address.ip);
  put(address.port);
}
void FrameWriter::put(const wire::Saying& saying) {
  put(std::string_view(saying.pattern()));
  put(static_cast<std::uint8_t>(saying.is_value()));
  put(static_cast<std::uint32_t>(saying.args().size()));
  for (const wire::Saying& arg : saying.args()) put(arg);
}

void put_spec(FrameWriter& out, const LiveSpec& spec) {
  out.begin(FrameType::spec);
  out.put(static_cast<std::uint32_t>(spec.roles.size()));
  for (const LiveRole& role : spec.roles) {
    out.put(std::string_view(role.name));
    out.put(static_cast<std::uint32_t>(role.argv.size()));
    for (const std::string& argument : role.argv) out.put(std::string_view(argument));
    out.put(std::string_view(role.start_after));
    out.put(role.start_after_call);
    out.put(static_cast<std::uint8_t>(role.serves));
    out.put(role.kind);
    out.put(role.ready);
    out.put(static_cast<std::uint8_t>(role.typed));
  }
  out.put(static_cast<std::uint32_t>(spec.addresses.size()));
  for (const wire::IpAddress& address : spec.addresses) out.put(address);
  out.put(std::string_view(spec.congestion));
  out.put(spec.timeout.ns);
  out.put(spec.snap_length);
  out.put(spec.wait.ns);
  out.put(spec.quiet.ns);
  out.put(std::string_view(spec.shim));
  out.finish();
}

void put_error(FrameWriter& out, const model::Error& error) {
  out.begin(FrameType::error);
  out.put(error.what);
  out.put(error.remedy);
  out.finish();
}

void put_packet(FrameWriter& out, const observe::CapturedPacket& packet) {
  out.begin(FrameType::packet);
  out.put(packet.t.ns);
  out.put(packet.original_size);
  out.put(packet.link);
  out.put(packet.bytes);
  out.finish();
}

void put_call(FrameWriter& out, const observe::CallRecord& record) {
  const model::Call& call = record.call;
  out.begin(FrameType::call);
  out.put(std::string_view(record.role));
  out.put(record.serial);
  out.put(record.t.ns);
  out.put(record.local);
  out.put(record.remote);
  out.put(record.protocol);
  out.put(record.after);
  out.put(record.process);
  out.put(call.name);
  out.put(call.fd);
  out.put(call.number);
  out.put(call.address);
  out.put(call.data);
  out.put(static_cast<std::uint8_t>(call.returned));
  out.put(call.returned_at.ns);
  out.put(call.result);
  out.put(call.error);
  out.put(std::string_view(record.prompt));
  out.finish();
}

void put_kernel(FrameWriter& out, const observe::KernelRecord& record) {
  const model::KernelSample& sample = record.sample;
  out.begin(FrameType::kernel);
  out.put(record.local);
  out.put(record.remote);
  out.put(record.socket);
  for (const model::Instant t :
       {sample.before, sample.after, sample.last_before, sample.last_after})
    out.put(t.ns);
  out.put(sample.gap.ns);
  out.put(sample.state);
  out.put(static_cast<std::uint8_t>(sample.came_from ? 1 : 0));
  out.put(sample.came_from.value_or(model::TcpState::closed));
  out.put(static_cast<std::uint8_t>(sample.info ? 1 : 0));
  const model::KernelInfo info = sample.info.value_or(model::KernelInfo{});
  out.put(info.cwnd);
  out.put(static_cast<std::uint8_t>(info.ssthresh ? 1 : 0));
  out.put(info.ssthresh.value_or(0));
  out.put(info.unacked);
  out.put(info.rtt.ns);
  out.put(info.rto.ns);
  out.finish();
}

void put_text(FrameWriter& out, FrameType type, std::string_view text) {
  out.begin(type);
  out.put(text);
  out.finish();
}

void put_of_role(FrameWriter& out, FrameType type, std::string_view role, std::string_view text) {
  out.begin(type);
  out.put(role);
  out.put(text);
  out.finish();
}

bool write_all(int fd, wire::ByteSpan bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

ssize_t FrameBuffer::read_from(int fd) {
  if (used_ == filled_) {
    used_ = filled_ = 0;
  } else if (used_ > buffer_.size() / 2) {
    std::memmove(buffer_.data(), buffer_.data() + used_, filled_ - used_);
    filled_ -= used_;
    used_ = 0;
  }
  if (buffer_.size() < filled_ + read_size) buffer_.resize(filled_ + read_size);
  for (;;) {
    const ssize_t n = ::read(fd, buffer_.data() + filled_, buffer_.size() - filled_);
    if (n < 0 && errno == EINTR) continue;
    if (n > 0) filled_ += static_cast<std::size_t>(n);
    return n;
  }
}

std::optional<Frame> first_frame(wire::ByteSpan bytes) {
  std::uint32_t size = 0;
  if (bytes.size() < frame_header_size) return std::nullopt;
  std::memcpy(&size, bytes.data(), sizeof size);
  if (bytes.size() - frame_header_size < size) return std::nullopt;
  return Frame{static_cast<FrameType>(bytes[sizeof size]), bytes.subspan(frame_header_size, size)};
}

std::optional<Frame> FrameBuffer::next() {
  std::uint32_t size = 0;
  if (damaged_ || filled_ - used_ < sizeof size) return std::nullopt;
  std::memcpy(&size, buffer_.data() + used_, sizeof size);
  damaged_ = size > max_body;
  if (damaged_) return std::nullopt;
  const auto frame = first_frame(wire::ByteSpan(buffer_).subspan(used_, filled_ - used_));
  if (frame) used_ += frame_header_size + frame->body.size();
  return frame;
}

std::optional<LiveSpec> get_spec(wire::ByteSpan body) {
  Reader in(body);
  LiveSpec spec;
  const auto roles = in.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < roles && in.ok(); ++i) {
    LiveRole role;
    role.name = in.text();
    const auto arguments = in.get<std::uint32_t>();
    for (std::uint32_t k = 0; k < arguments && in.ok(); ++k) role.argv.push_back(in.text());
    role.start_after = in.text();
    role.start_after_call = in.get<model::CallName>();
    role.serves = in.get<std::uint8_t>() != 0;
    role.kind = in.get<RoleKind>();
    role.ready = in.get<model::CallName>();
    role.typed = in.get<std::uint8_t>() != 0;
    spec.roles.push_back(std::move(role));
  }
  const auto addresses = in.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < addresses && in.ok(); ++i) spec.addresses.push_back(in.ip());
  spec.congestion = in.text();
  spec.timeout.ns = in.get<std::int64_t>();
  spec.snap_length = in.get<std::uint32_t>();
  spec.wait.ns = in.get<std::int64_t>();
  spec.quiet.ns = in.get<std::int64_t>();
  spec.shim = in.text();
  if (!in.ok()) return std::nullopt;
  return spec;
}

std::optional<model::Error> get_error(wire::ByteSpan body) {
  Reader in(body);
  model::Error error;
  error.what = in.saying();
  error.remedy = in.saying();
  if (!in.ok()) return std::nullopt;
  return error;
}

std::optional<observe::CapturedPacket> get_packet(wire::ByteSpan body) {
  Reader in(body);
  observe::CapturedPacket packet;
  packet.t.ns = in.get<std::int64_t>();
  packet.original_size = in.get<std::uint32_t>();
  packet.link = in.get<wire::LinkType>();
  packet.bytes = in.bytes();
  if (!in.ok()) return std::nullopt;
  return packet;
}

std::optional<observe::CallRecord> get_call(wire::ByteSpan body) {
  Reader in(body);
  observe::CallRecord record;
  record.role = in.text();
  record.serial = in.get<std::uint64_t>();
  record.t.ns = in.get<std::int64_t>();
  record.local = in.address();
  record.remote = in.address();
  record.protocol = in.get<model::Protocol>();
  record.after = in.get<std::uint64_t>();
  record.process = in.get<std::int32_t>();
  model::Call& call = record.call;
  call.name = in.get<model::CallName>();
  call.fd = in.get<std::int32_t>();
  call.number = in.get<std::int64_t>();
  call.address = in.address();
  call.data = in.bytes();
  call.returned = in.get<std::uint8_t>() != 0;
  call.returned_at.ns = in.get<std::int64_t>();
  call.result = in.get<std::int64_t>();
  call.error = in.get<std::int32_t>();
  record.prompt = in.text();
  if (!in.ok() || call.name > model::CallName::save) return std::nullopt;
  return record;
}

std::optional<observe::KernelRecord> get_kernel(wire::ByteSpan body) {
  Reader in(body);
  observe::KernelRecord record;
  record.local = in.address();
  record.remote = in.address();
  record.socket = in.get<std::uint64_t>();
  model::KernelSample& sample = record.sample;
  for (model::Instant* const t :
       {&sample.before, &sample.after, &sample.last_before, &sample.last_after})
    t->ns = in.get<std::int64_t>();
  sample.gap.ns = in.get<std::int64_t>();
  sample.state = in.get<model::TcpState>();
  const bool told = in.get<std::uint8_t>() != 0;
  const auto came_from = in.get<model::TcpState>();
  if (told) sample.came_from = came_from;
  const bool has_info = in.get<std::uint8_t>() != 0;
  model::KernelInfo info;
  info.cwnd = in.get<std::uint32_t>();
  const bool has_ssthresh = in.get<std::uint8_t>() != 0;
  const auto ssthresh = in.get<std::uint32_t>();
  if (has_ssthresh) info.ssthresh = ssthresh;
  info.unacked = in.get<std::uint32_t>();
  info.rtt.ns = in.get<std::int64_t>();
  info.rto.ns = in.get<std::int64_t>();
  if (has_info) sample.info = info;
  for (const model::TcpState state : {sample.state, came_from})
    if (static_cast<int>(state) >= model::tcp_state_count) return std::nullopt;
  if (!in.ok()) return std::nullopt;
  return record;
}

std::string get_text(wire::ByteSpan body) {
  return Reader(body).text();
}

std::optional<OfRole> get_of_role(wire::ByteSpan body) {
  Reader in(body);
  OfRole found;
  found.role = in.text();
  found.text = in.text();
  if (!in.ok()) return std::nullopt;
  return found;
}

std::optional<std::uint64_t> get_count(wire::ByteSpan body) {
  Reader in(body);
  const auto count = in.get<std::uint64_t>();
  if (!in.ok()) return std::nullopt;
  return count;
}

}  // namespace synoptic::live
