// The reader of the ring, and what its records mean.
#include "capture/live/call_ring.hh"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "capture/live/live.hh"
#include "capture/live/socket_options.hh"

namespace synoptic::live {
namespace {

constexpr std::uint64_t slots = 8192;
constexpr std::size_t ring_size = shim::head_size + slots * shim::slot_size;
// A writer that has not finished by then never will, or is stopped.
constexpr auto writer_patience = std::chrono::milliseconds(200);

wire::SocketAddress address_of(const shim::Address& address) {
  wire::SocketAddress out;
  if (address.family == 0) return out;
  if (address.family == 6) {
    std::array<std::uint8_t, 16> octets{};
    std::memcpy(octets.data(), address.octets, octets.size());
    out.ip = wire::IpAddress::v6(octets);
  } else {
    out.ip = wire::IpAddress::v4(address.octets[0], address.octets[1], address.octets[2],
                                 address.octets[3]);
  }
  out.port = address.port;
  return out;
}

model::CallName name_of(shim::CallId call) {
  using model::CallName;
  switch (call) {
    case shim::CallId::socket: return CallName::socket;
    case shim::CallId::bind: return CallName::bind;
    case shim::CallId::listen: return CallName::listen;
    case shim::CallId::accept: return CallName::accept;
    case shim::CallId::connect: return CallName::connect;
    case shim::CallId::send: return CallName::send;
    case shim::CallId::recv: return CallName::recv;
    case shim::CallId::sendto: return CallName::sendto;
    case shim::CallId::recvfrom: return CallName::recvfrom;
    case shim::CallId::shutdown: return CallName::shutdown;
    case shim::CallId::close: return CallName::close;
    case shim::CallId::setsockopt: return CallName::setsockopt;
  }
  return CallName::close;
}

// argv as /proc/PID/cmdline has it: each word ends with a zero.
std::vector<std::string> words_of(wire::ByteSpan line) {
  std::vector<std::string> words;
  std::string word;
  for (const std::uint8_t byte : line) {
    if (byte == 0)
      words.push_back(std::exchange(word, {}));
    else
      word += static_cast<char>(byte);
  }
  if (!word.empty()) words.push_back(word);
  return words;
}

}  // namespace

void ProcessNames::started(pid_t process, const std::string& wanted, const std::string& name) {
  names_[process] = started_[process] = {wanted, name};
}

void ProcessNames::loaded(pid_t process, const std::string& wanted) {
  Name& known = names_[process];
  const auto started = started_.find(process);
  if (started != started_.end() && started->second.wanted == wanted)
    known = started->second;
  else if (known.wanted != wanted)
    known = {wanted, ""};
}

void ProcessNames::forked(pid_t process, pid_t parent, pid_t command, const std::string& wanted) {
  if (names_.contains(process)) return;
  const auto started = started_.find(command);
  if (names_.contains(parent)) {
    of(parent);
    names_[process] = names_[parent];
  } else if (started != started_.end() && started->second.wanted == wanted) {
    names_[process] = started->second;
  } else {
    names_[process] = {wanted, ""};
  }
}

const std::string& ProcessNames::of(pid_t process) {
  Name& known = names_[process];
  if (known.name.empty()) {
    const std::string wanted = known.wanted.empty() ? "program" : known.wanted;
    int& number = numbers_[wanted];
    do {
      ++number;
      known.name = number == 1 ? wanted : fmt::format("{} {}", wanted, number);
    } while (!taken_.insert(known.name).second);
  }
  return known.name;
}

CallRing::CallRing() : memory_(::memfd_create("synoptic-calls", MFD_CLOEXEC | MFD_ALLOW_SEALING)) {
  if (!memory_.open() || ::ftruncate(memory_.get(), ring_size) != 0) return;
  // A program that made it shorter would end us.
  ::fcntl(memory_.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
  void* memory = ::mmap(nullptr, ring_size, PROT_READ | PROT_WRITE, MAP_SHARED, memory_.get(), 0);
  if (memory == MAP_FAILED) return;
  ring_ = static_cast<shim::Head*>(memory);
  ring_->slots = slots;
  ring_->magic = shim::ring_magic;
}

CallRing::~CallRing() {
  if (ring_ != nullptr) ::munmap(ring_, ring_size);
}

std::string CallRing::path() const {
  std::error_code error;  // what we are called where this /proc is from
  const auto self = std::filesystem::read_symlink("/proc/self", error);
  return fmt::format("/proc/{}/fd/{}", self.string(), memory_.get());
}

std::uint64_t CallRing::dropped() const {
  return ring_ == nullptr ? 0 : ring_->dropped.load(std::memory_order_relaxed);
}

// What is in the ring was written by programs of others: nothing in it is believed to be in bounds.
bool CallRing::next(shim::Record& record, bool at_end) {
  for (;;) {
    const std::uint64_t index = read_ % slots, lap = 2 * (read_ / slots);
    auto& slot = reinterpret_cast<shim::Slot*>(reinterpret_cast<unsigned char*>(ring_) +
                                               shim::head_size)[index];
    const std::uint64_t state = slot.state.load(std::memory_order_acquire);
    if (state == lap + 1) {
      std::memcpy(&record, &slot.record, sizeof record);
      slot.state.store(lap + 2, std::memory_order_release);
      ++read_;
      waits_ = false;
      return true;
    }
    if (ring_->next.load(std::memory_order_acquire) <= read_) return false;
    if (!std::exchange(waits_, true)) waits_since_ = Clock::now();
    if (!at_end && Clock::now() - waits_since_ < writer_patience) return false;
    std::uint64_t unwritten = lap;
    if (!slot.state.compare_exchange_strong(unwritten, lap + 2, std::memory_order_acq_rel) &&
        unwritten == lap + 1)
      continue;  // just now
    ++read_;
    waits_ = false;
  }
}

void CallRing::take(const shim::Record& r, ProcessNames& names,
                    const std::function<void(observe::CallRecord)>& on_call) {
  const std::size_t size = std::min<std::size_t>(r.data_size, shim::Record::data_room);
  const wire::ByteSpan data(r.data, size);
  if (r.kind == shim::Kind::loaded) {
    names.loaded(r.pid, command_name(words_of(data)));
    loaded_ = true;
    return;
  }
  if (r.kind == shim::Kind::forked)
    return names.forked(r.pid, r.parent, command_, command_name(words_of(data)));
  if (r.kind == shim::Kind::streamed) {
    streaming_.insert(names.of(r.pid));
    return;
  }
  if (r.kind != shim::Kind::made && r.kind != shim::Kind::returned) return;
  if (r.call > shim::CallId::setsockopt) return;
  ++calls_;
  observe::CallRecord record;
  record.role = names.of(r.pid);
  record.process = r.pid;
  record.serial = r.serial;
  record.t = {r.t_ns};
  record.local = address_of(r.local);
  record.remote = address_of(r.remote);
  record.protocol = r.protocol == shim::Protocol::udp ? model::Protocol::udp : model::Protocol::tcp;
  model::Call& call = record.call;
  call.name = name_of(r.call);
  call.fd = call.name == model::CallName::socket ? -1 : r.fd;
  call.number = r.number;
  call.address = address_of(r.address);
  call.returned = r.kind == shim::Kind::returned;
  call.returned_at = {r.returned_ns};
  call.result = r.result;
  call.error = r.error;
  std::string option;
  if (call.name == model::CallName::setsockopt) {
    option = socket_option(r.level, static_cast<int>(r.number), data);
    call.data = {reinterpret_cast<const std::uint8_t*>(option.data()), option.size()};
  } else {
    call.data = data;
  }
  on_call(std::move(record));
}

void CallRing::drain(ProcessNames& names, const std::function<void(observe::CallRecord)>& on_call,
                     bool at_end) {
  if (ring_ == nullptr) return;
  shim::Record record;
  while (next(record, at_end)) take(record, names, on_call);
}

}  // namespace synoptic::live
