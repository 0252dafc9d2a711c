// The shim: loaded into a program by LD_PRELOAD, it stands before the C library's socket calls,
// does each one just as it is, and writes down what was asked, what came of it, and when.
//
// It allocates nothing, holds no lock, keeps no descriptor and leaves errno as it was. Without a
// ring, or with one that is full, the program runs on as if it were not there. Memory that is
// shared goes through fork; after exec the program is given it anew.
#include "capture/shim/record.hh"
#include "capture/shim/sockets.hh"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#define SHIM_EXPORT extern "C" __attribute__((visibility("default")))
// The C library's own function behind ours.
#define REAL(name)                                       \
  ([]() {                                                \
    static std::atomic<void*> place;                     \
    void* known = place.load(std::memory_order_relaxed); \
    if (known == nullptr) {                              \
      known = ::dlsym(RTLD_NEXT, #name);                 \
      place.store(known, std::memory_order_relaxed);     \
    }                                                    \
    return reinterpret_cast<decltype(&::name)>(known);   \
  }())

namespace synoptic::shim {
namespace {

Head* ring = nullptr;
std::atomic<pid_t> known_process;        // that has said who it is
std::atomic<pid_t> streaming_process;    // that has said it uses streams
std::atomic<std::uint64_t> last_serial;  // from the clock on: unique through exec, too

std::int64_t now() {
  timespec t{};
  ::clock_gettime(CLOCK_REALTIME, &t);
  return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

void introduce(Kind kind, pid_t process) {
  Record record;
  record.kind = kind;
  record.pid = process;
  record.parent = ::getppid();
  record.t_ns = now();
  const int fd = ::open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
  if (fd >= 0) {
    const long n = ::syscall(SYS_read, fd, record.data, Record::data_room);
    record.data_size = n > 0 ? static_cast<std::uint32_t>(n) : 0;
    ::syscall(SYS_close, fd);
  }
  push(*ring, record);
}

__attribute__((constructor)) void begin() {
  const int error = errno;
  const char* path = ::getenv(ring_variable);
  const int fd = path == nullptr ? -1 : ::open(path, O_RDWR | O_CLOEXEC);
  struct stat file{};
  if (fd >= 0 && ::fstat(fd, &file) == 0 && file.st_size > static_cast<off_t>(head_size)) {
    void* memory = ::mmap(nullptr, static_cast<std::size_t>(file.st_size), PROT_READ | PROT_WRITE,
                          MAP_SHARED, fd, 0);
    auto* head = memory == MAP_FAILED ? nullptr : static_cast<Head*>(memory);
    if (head != nullptr && head->magic == ring_magic &&
        head_size + head->slots * slot_size <= static_cast<std::size_t>(file.st_size)) {
      ring = head;
      last_serial = static_cast<std::uint64_t>(now());
      known_process = ::getpid();
      introduce(Kind::loaded, known_process);
    }
  }
  if (fd >= 0) ::syscall(SYS_close, fd);
  errno = error;
}

// This process, which has said who it is.
pid_t introduced() {
  const pid_t process = ::getpid();
  if (known_process.load(std::memory_order_relaxed) != process) {
    known_process.store(process, std::memory_order_relaxed);
    introduce(Kind::forked, process);
  }
  return process;
}

std::uint64_t next_serial() {
  return last_serial.fetch_add(1, std::memory_order_relaxed) + 1;
}

// One call, told: before, where it may block, and after.
class Telling {
 public:
  // `probe`: whether to ask the kernel of a descriptor that was no socket when we asked last.
  Telling(CallId call, int fd, bool probe) : errno_(errno) {
    if (ring == nullptr) return;
    const auto socket = find(fd, probe);
    if (!socket) {
      errno = errno_;
      return;
    }
    active_ = true;
    record_.protocol = socket->protocol;
    record_.local = socket->local;
    record_.remote = socket->remote;
    record_.fd = fd;
    begin(call);
  }
  // A call that makes a socket.
  explicit Telling(Protocol protocol) : errno_(errno) {
    active_ = ring != nullptr && protocol != Protocol::other;
    record_.protocol = protocol;
    if (active_) begin(CallId::socket);
  }

  explicit operator bool() const { return active_; }
  Record& record() { return record_; }

  void data(const void* bytes, std::size_t size) {
    record_.data_size =
        static_cast<std::uint32_t>(size < Record::data_room ? size : Record::data_room);
    if (record_.data_size > 0) std::memcpy(record_.data, bytes, record_.data_size);
  }
  void data(const iovec* parts, std::size_t count, std::size_t size) {
    std::size_t at = 0;
    for (std::size_t i = 0; i < count && at < size && at < Record::data_room; ++i) {
      std::size_t part = parts[i].iov_len;
      if (part > size - at) part = size - at;
      if (part > Record::data_room - at) part = Record::data_room - at;
      if (part > 0) std::memcpy(record_.data + at, parts[i].iov_base, part);
      at += part;
    }
    record_.data_size = static_cast<std::uint32_t>(at);
  }

  // It may block: what is known of it is told at once.
  void made(bool never_waits) {
    if (!active_) return;
    if (!never_waits) {
      const int flags = ::fcntl(record_.fd, F_GETFL);
      waits_ = flags >= 0 && (flags & O_NONBLOCK) == 0;
    }
    if (waits_) {
      record_.kind = Kind::made;
      push(*ring, record_);
    }
    errno = errno_;
  }
  // `then` fills in what is known now.
  template <typename Result, typename Then>
  Result returned(Result result, Then then) {
    if (!active_) return result;
    const int error = errno;
    record_.returned_ns = now();
    record_.kind = Kind::returned;
    record_.result = static_cast<std::int64_t>(result);
    record_.error = result < 0 ? error : 0;
    then();
    // Whoever asks again and again without waiting is told of once.
    const bool again = result < 0 && (error == EAGAIN || error == EWOULDBLOCK) && !waits_;
    if (!again || !asked_before(record_.fd, record_.call)) push(*ring, record_);
    if (!again) asked_otherwise(record_.fd);
    errno = error;
    return result;
  }
  template <typename Result>
  Result returned(Result result) {
    return returned(result, [] {});
  }
  // Of several messages: each that went through is told as a call, as `each` fills it in.
  template <typename Each>
  int each_returned(int result, Each each) {
    returned(result, [&] {
      if (result > 0) each(0);
    });
    for (int i = 1; active_ && i < result; ++i) {
      record_.serial = next_serial();
      each(i);
      push(*ring, record_);
    }
    return result;
  }

 private:
  void begin(CallId call) {
    record_.call = call;
    record_.pid = introduced();
    record_.tid = static_cast<std::int32_t>(::syscall(SYS_gettid));
    record_.serial = next_serial();
    record_.t_ns = now();
    errno = errno_;
  }

  int errno_;
  bool active_ = false, waits_ = false;
  Record record_;
};

// --- the calls that are made, and what is told of each
template <typename Real>
int accept_one(Telling& call, int fd, sockaddr* address, socklen_t* size, Real real) {
  call.made(false);
  return call.returned(real(fd, address, size), [&] {
    const auto made = static_cast<int>(call.record().result);
    if (made < 0) return;
    forget(made);
    if (const auto socket = find(made, true)) {
      call.record().local = socket->local;
      call.record().address = socket->remote;
    }
  });
}

// A send to whom an address names, or to whom the socket is connected.
template <typename Real>
ssize_t send_some(Telling& call, std::size_t size, const sockaddr* to, socklen_t to_size, int flags,
                  Real real) {
  if (call) {
    call.record().number = static_cast<std::int64_t>(size);
    call.record().address = from_kernel(to, to_size);
    if (call.record().address.family != 0 && call.record().protocol == Protocol::udp)
      call.record().call = CallId::sendto;
    call.made((flags & MSG_DONTWAIT) != 0);
  }
  return call.returned(real(), [&] {
    if (call.record().local.port == 0) call.record().local = ask_local(call.record().fd);
  });
}

// `look` fills in what came, from whom.
template <typename Real, typename Look>
ssize_t receive_some(Telling& call, std::size_t size, int flags, Real real, Look look) {
  if (call) {
    call.record().number = static_cast<std::int64_t>(size);
    call.made((flags & MSG_DONTWAIT) != 0);
  }
  return call.returned(real(), [&] {
    if (call.record().result < 0) return;
    const auto came = static_cast<std::size_t>(call.record().result);
    look(came < size ? came : size);  // MSG_TRUNC tells of more than there is
  });
}

std::size_t size_of(const iovec* parts, std::size_t count) {
  std::size_t size = 0;
  for (std::size_t i = 0; parts != nullptr && i < count; ++i) size += parts[i].iov_len;
  return size;
}

void sent(Telling& call, const msghdr& message) {
  Record& record = call.record();
  const std::size_t size = size_of(message.msg_iov, message.msg_iovlen);
  record.number = static_cast<std::int64_t>(size);
  record.address = from_kernel(static_cast<const sockaddr*>(message.msg_name), message.msg_namelen);
  const bool to = record.address.family != 0 && record.protocol == Protocol::udp;
  record.call = to ? CallId::sendto : CallId::send;
  call.data(message.msg_iov, message.msg_iovlen, size);
}

// `room`: for the address of who sent it.
void to_be_received(Telling& call, const msghdr& message, socklen_t room) {
  Record& record = call.record();
  const bool from = room > 0 && record.protocol == Protocol::udp;
  record.call = from ? CallId::recvfrom : CallId::recv;
  record.number = static_cast<std::int64_t>(size_of(message.msg_iov, message.msg_iovlen));
}
void received(Telling& call, const msghdr& message, socklen_t room, std::size_t came) {
  call.data(message.msg_iov, message.msg_iovlen, came);
  call.record().address = from_kernel(static_cast<const sockaddr*>(message.msg_name),
                                      message.msg_namelen < room ? message.msg_namelen : room);
}

ssize_t recv_one(int fd, void* buffer, std::size_t size, int flags) {
  Telling call(CallId::recv, fd, true);
  return receive_some(
      call, size, flags, [&] { return REAL(recv)(fd, buffer, size, flags); },
      [&](std::size_t came) { call.data(buffer, came); });
}

ssize_t recvfrom_one(int fd, void* buffer, std::size_t size, int flags, sockaddr* from,
                     socklen_t* from_size) {
  Telling call(CallId::recv, fd, true);
  const socklen_t room = from_size != nullptr ? *from_size : 0;
  if (call && from != nullptr && call.record().protocol == Protocol::udp)
    call.record().call = CallId::recvfrom;
  return receive_some(
      call, size, flags, [&] { return REAL(recvfrom)(fd, buffer, size, flags, from, from_size); },
      [&](std::size_t came) {
        call.data(buffer, came);
        if (call.record().call == CallId::recvfrom && from_size != nullptr)
          call.record().address = from_kernel(from, *from_size < room ? *from_size : room);
      });
}

ssize_t read_one(int fd, void* buffer, std::size_t size) {
  Telling call(CallId::recv, fd, false);
  return receive_some(
      call, size, 0, [&] { return REAL(read)(fd, buffer, size); },
      [&](std::size_t came) { call.data(buffer, came); });
}

}  // namespace
}  // namespace synoptic::shim

using namespace synoptic::shim;

SHIM_EXPORT int socket(int domain, int type, int protocol) noexcept {
  Telling call(protocol_of(domain, type));
  if (call) call.record().number = call.record().protocol == Protocol::udp ? 2 : 1;
  return call.returned(REAL(socket)(domain, type, protocol), [&] {
    if (call.record().result >= 0) forget(static_cast<int>(call.record().result));
  });
}

SHIM_EXPORT int bind(int fd, const sockaddr* address, socklen_t size) noexcept {
  Telling call(CallId::bind, fd, true);
  if (call) call.record().address = from_kernel(address, size);
  return call.returned(REAL(bind)(fd, address, size), [&] {
    forget(fd);
    call.record().local = ask_local(fd);
  });
}

SHIM_EXPORT int listen(int fd, int backlog) noexcept {
  Telling call(CallId::listen, fd, true);
  call.record().number = backlog;
  return call.returned(REAL(listen)(fd, backlog), [&] {
    forget(fd);
    call.record().local = ask_local(fd);
  });
}

SHIM_EXPORT int accept(int fd, sockaddr* address, socklen_t* size) {
  Telling call(CallId::accept, fd, true);
  return accept_one(call, fd, address, size, REAL(accept));
}

SHIM_EXPORT int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  Telling call(CallId::accept, fd, true);
  return accept_one(call, fd, address, size, [&](int of, sockaddr* a, socklen_t* s) {
    return REAL(accept4)(of, a, s, flags);
  });
}

SHIM_EXPORT int connect(int fd, const sockaddr* address, socklen_t size) {
  Telling call(CallId::connect, fd, true);
  if (call) {
    call.record().address = from_kernel(address, size);
    call.made(call.record().protocol == Protocol::udp);
  }
  return call.returned(REAL(connect)(fd, address, size), [&] {
    forget(fd);
    call.record().local = ask_local(fd);
    call.record().remote = ask_remote(fd);
  });
}

SHIM_EXPORT ssize_t send(int fd, const void* bytes, std::size_t size, int flags) {
  Telling call(CallId::send, fd, true);
  if (call) call.data(bytes, size);
  return send_some(call, size, nullptr, 0, flags,
                   [&] { return REAL(send)(fd, bytes, size, flags); });
}

SHIM_EXPORT ssize_t sendto(int fd, const void* bytes, std::size_t size, int flags,
                           const sockaddr* to, socklen_t to_size) {
  Telling call(CallId::send, fd, true);
  if (call) call.data(bytes, size);
  return send_some(call, size, to, to_size, flags,
                   [&] { return REAL(sendto)(fd, bytes, size, flags, to, to_size); });
}

SHIM_EXPORT ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  Telling call(CallId::send, fd, true);
  if (!call || message == nullptr) return REAL(sendmsg)(fd, message, flags);
  sent(call, *message);
  return send_some(call, static_cast<std::size_t>(call.record().number),
                   static_cast<const sockaddr*>(message->msg_name), message->msg_namelen, flags,
                   [&] { return REAL(sendmsg)(fd, message, flags); });
}

SHIM_EXPORT int sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) {
  Telling call(CallId::send, fd, true);
  if (!call || messages == nullptr || count == 0) return REAL(sendmmsg)(fd, messages, count, flags);
  sent(call, messages[0].msg_hdr);
  call.made((flags & MSG_DONTWAIT) != 0);
  return call.each_returned(REAL(sendmmsg)(fd, messages, count, flags), [&](int i) {
    sent(call, messages[i].msg_hdr);
    call.record().result = messages[i].msg_len;
    if (i == 0 && call.record().local.port == 0) call.record().local = ask_local(fd);
  });
}

// What is in the file is not known.
SHIM_EXPORT ssize_t sendfile(int fd, int from, off_t* place, std::size_t size) noexcept {
  Telling call(CallId::send, fd, false);
  if (!call) return REAL(sendfile)(fd, from, place, size);
  return send_some(call, size, nullptr, 0, 0,
                   [&] { return REAL(sendfile)(fd, from, place, size); });
}
SHIM_EXPORT ssize_t sendfile64(int fd, int from, off64_t* place, std::size_t size) noexcept {
  Telling call(CallId::send, fd, false);
  if (!call) return REAL(sendfile64)(fd, from, place, size);
  return send_some(call, size, nullptr, 0, 0,
                   [&] { return REAL(sendfile64)(fd, from, place, size); });
}

SHIM_EXPORT ssize_t write(int fd, const void* bytes, std::size_t size) {
  Telling call(CallId::send, fd, false);
  if (!call) return REAL(write)(fd, bytes, size);
  call.data(bytes, size);
  return send_some(call, size, nullptr, 0, 0, [&] { return REAL(write)(fd, bytes, size); });
}

SHIM_EXPORT ssize_t writev(int fd, const iovec* parts, int count) {
  Telling call(CallId::send, fd, false);
  if (!call || count < 0) return REAL(writev)(fd, parts, count);
  const std::size_t size = size_of(parts, static_cast<std::size_t>(count));
  call.data(parts, static_cast<std::size_t>(count), size);
  return send_some(call, size, nullptr, 0, 0, [&] { return REAL(writev)(fd, parts, count); });
}

SHIM_EXPORT ssize_t recv(int fd, void* buffer, std::size_t size, int flags) {
  return recv_one(fd, buffer, size, flags);
}

SHIM_EXPORT ssize_t recvfrom(int fd, void* buffer, std::size_t size, int flags, sockaddr* from,
                             socklen_t* from_size) {
  return recvfrom_one(fd, buffer, size, flags, from, from_size);
}

SHIM_EXPORT ssize_t recvmsg(int fd, msghdr* message, int flags) {
  Telling call(CallId::recv, fd, true);
  if (!call || message == nullptr) return REAL(recvmsg)(fd, message, flags);
  const socklen_t room = message->msg_name != nullptr ? message->msg_namelen : 0;
  to_be_received(call, *message, room);
  return receive_some(
      call, size_of(message->msg_iov, message->msg_iovlen), flags,
      [&] { return REAL(recvmsg)(fd, message, flags); },
      [&](std::size_t came) { received(call, *message, room, came); });
}

SHIM_EXPORT int recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags, timespec* timeout) {
  Telling call(CallId::recv, fd, true);
  if (!call || messages == nullptr || count == 0)
    return REAL(recvmmsg)(fd, messages, count, flags, timeout);
  // How much room there was for addresses: the kernel writes over it. None is told beyond these.
  constexpr unsigned most = 1024;
  std::uint8_t rooms[most];
  for (unsigned i = 0; i < count && i < most; ++i) {
    const msghdr& message = messages[i].msg_hdr;
    const socklen_t room = message.msg_name != nullptr ? message.msg_namelen : 0;
    rooms[i] = static_cast<std::uint8_t>(room < 255 ? room : 255);
  }
  to_be_received(call, messages[0].msg_hdr, rooms[0]);
  call.made((flags & MSG_DONTWAIT) != 0);
  return call.each_returned(REAL(recvmmsg)(fd, messages, count, flags, timeout), [&](int i) {
    const msghdr& message = messages[i].msg_hdr;
    const socklen_t room = static_cast<unsigned>(i) < most ? rooms[i] : 0;
    to_be_received(call, message, room);
    call.record().result = messages[i].msg_len;
    const auto size = static_cast<std::size_t>(call.record().number);
    received(call, message, room, messages[i].msg_len < size ? messages[i].msg_len : size);
  });
}

SHIM_EXPORT ssize_t read(int fd, void* buffer, std::size_t size) {
  return read_one(fd, buffer, size);
}

SHIM_EXPORT ssize_t readv(int fd, const iovec* parts, int count) {
  Telling call(CallId::recv, fd, false);
  if (!call || count < 0) return REAL(readv)(fd, parts, count);
  const auto many = static_cast<std::size_t>(count);
  return receive_some(
      call, size_of(parts, many), 0, [&] { return REAL(readv)(fd, parts, count); },
      [&](std::size_t came) { call.data(parts, many, came); });
}

// What programs call that were built with _FORTIFY_SOURCE: the size of the buffer is checked.
extern "C" {
[[noreturn]] void __chk_fail();
}
SHIM_EXPORT ssize_t __recv_chk(int fd, void* buffer, std::size_t size, std::size_t room,
                               int flags) {
  if (size > room) __chk_fail();
  return recv_one(fd, buffer, size, flags);
}
SHIM_EXPORT ssize_t __recvfrom_chk(int fd, void* buffer, std::size_t size, std::size_t room,
                                   int flags, sockaddr* from, socklen_t* from_size) {
  if (size > room) __chk_fail();
  return recvfrom_one(fd, buffer, size, flags, from, from_size);
}
SHIM_EXPORT ssize_t __read_chk(int fd, void* buffer, std::size_t size, std::size_t room) {
  if (size > room) __chk_fail();
  return read_one(fd, buffer, size);
}

SHIM_EXPORT int shutdown(int fd, int how) noexcept {
  Telling call(CallId::shutdown, fd, true);
  call.record().number = how;
  return call.returned(REAL(shutdown)(fd, how));
}

SHIM_EXPORT int setsockopt(int fd, int level, int option, const void* value,
                           socklen_t size) noexcept {
  Telling call(CallId::setsockopt, fd, true);
  if (call) {
    call.record().level = level;
    call.record().number = option;
    call.data(value, value != nullptr ? size : 0);
  }
  return call.returned(REAL(setsockopt)(fd, level, option, value, size));
}

SHIM_EXPORT int close(int fd) {
  Telling call(CallId::close, fd, false);
  forget(fd);
  return call.returned(REAL(close)(fd));
}

// The calls of a stream are made inside the C library, where nobody stands before them: it is told
// once that there are such.
SHIM_EXPORT FILE* fdopen(int fd, const char* mode) noexcept {
  FILE* const stream = REAL(fdopen)(fd, mode);
  if (stream == nullptr || ring == nullptr) return stream;
  const int error = errno;
  if (find(fd, true)) {
    Record record;
    record.kind = Kind::streamed;
    record.pid = introduced();
    record.t_ns = now();
    if (streaming_process.exchange(record.pid, std::memory_order_relaxed) != record.pid)
      push(*ring, record);
  }
  errno = error;
  return stream;
}

// After these a descriptor means something else.
SHIM_EXPORT int dup(int fd) noexcept {
  const int made = REAL(dup)(fd);
  if (made >= 0) forget(made);
  return made;
}
SHIM_EXPORT int dup2(int fd, int as) noexcept {
  const int made = REAL(dup2)(fd, as);
  if (made >= 0) forget(made);
  return made;
}
SHIM_EXPORT int dup3(int fd, int as, int flags) noexcept {
  const int made = REAL(dup3)(fd, as, flags);
  if (made >= 0) forget(made);
  return made;
}
