// KernelHost: tasks as threads, calls as system calls, each told before and after.
#include "capture/host/kernel_host.hh"

#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <ctime>
#include <exception>
#include <iostream>
#include <list>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "capture/host/sockaddr.hh"
#include "capture/host/system_calls.hh"

namespace synoptic::host {
namespace {

using model::CallName;
using program::CallOp;
using program::CallResult;

model::Instant now() {
  timespec t{};
  ::clock_gettime(CLOCK_REALTIME, &t);
  return {static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec};
}

wire::ByteSpan as_bytes(const char* data, std::size_t size) {
  return {reinterpret_cast<const std::uint8_t*>(data), size};
}

bool sends(CallName name) {
  return name == CallName::send || name == CallName::sendto || name == CallName::print;
}

// The serial of the latest call of the task that this thread runs; each task has a thread of its
// own.
thread_local std::uint64_t latest_call = 0;

CallReport report_made(const CallOp& op) {
  CallReport report;
  report.call.name = op.name;
  report.call.fd = op.fd;
  report.call.number = op.number;
  report.call.address = op.address;
  if (sends(op.name)) report.call.data = as_bytes(op.out.data(), op.out.size());
  if (!op.words.empty()) report.call.data = as_bytes(op.words.data(), op.words.size());
  if (op.name == CallName::read_line) report.prompt = {op.out.data(), op.out.size()};
  if (op.name == CallName::socket) {
    const bool stream = op.number == static_cast<std::int64_t>(program::SocketType::stream);
    report.protocol = stream ? model::Protocol::tcp : model::Protocol::udp;
  } else if (op.fd >= 0) {
    int type = SOCK_STREAM;
    socklen_t size = sizeof type;
    ::getsockopt(op.fd, SOL_SOCKET, SO_TYPE, &type, &size);
    report.protocol = type == SOCK_DGRAM ? model::Protocol::udp : model::Protocol::tcp;
    report.local = local_address(op.fd);
    report.remote = peer_address(op.fd);
  }
  return report;
}

void report_returned(CallReport& report, const CallOp& op) {
  model::Call& call = report.call;
  call.returned = true;
  call.result = op.result.value;
  call.error = op.result.error;
  const auto count = static_cast<std::size_t>(op.result.ok() ? op.result.value : 0);
  switch (op.name) {
    case CallName::send:
    case CallName::sendto: call.data = as_bytes(op.out.data(), count); break;
    case CallName::recv:
    case CallName::recvfrom:
      // A datagram that was cut off counts as what arrived in the buffer.
      call.data = as_bytes(op.in.data(), std::min(count, op.in.size()));
      break;
    case CallName::read_line:
      if (count > 0) call.data = as_bytes(op.line->data(), op.line->size());
      break;
    default: break;
  }
  if (op.result.ok() && (op.name == CallName::accept || op.name == CallName::recvfrom)) {
    call.address = op.result.peer;
  }
  if (op.fd < 0 || op.name == CallName::close) return;  // of a closed socket: as they were before
  // Of an accept that succeeded the new connection's: the listening socket may be bound to every
  // address.
  const int fd =
      op.name == CallName::accept && op.result.ok() ? static_cast<int>(op.result.value) : op.fd;
  report.local = local_address(fd);
  report.remote = peer_address(fd);
}

}  // namespace

struct KernelHost::Impl {
  KernelHostOptions options;
  std::atomic<std::uint64_t> last_serial{0};
  std::mutex reporting;  // on_call is called by one thread at a time
  std::mutex printing;
  std::mutex reading;
  std::mutex saving;
  std::set<std::string> saved;  // the files that were begun
  std::size_t lines_taken = 0;

  std::mutex tasks;
  std::condition_variable task_ended;
  std::list<std::thread> running;  // each moves itself to `finished` as its last act
  std::list<std::thread> finished;
  std::exception_ptr failure;  // the first that a task threw

  CallResult print(std::string_view text, bool end_line);
  CallResult read_line(const CallOp& op);
  CallResult save(const CallOp& op);
  void run_task(program::Task task, std::uint64_t after);
  void report(CallReport& report);
  void join_finished(std::unique_lock<std::mutex>& lock);
  void join_all(std::unique_lock<std::mutex>& lock);
};

CallResult KernelHost::Impl::print(std::string_view text, bool end_line) {
  CallResult result;
  result.value = 0;
  if (!options.echo) return result;
  const std::lock_guard lock(printing);
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (end_line) std::fputc('\n', stdout);
  std::fflush(stdout);
  return result;
}

CallResult KernelHost::Impl::read_line(const CallOp& op) {
  const std::lock_guard lock(reading);
  const std::string_view prompt(op.out.data(), op.out.size());
  CallResult result;
  result.value = 1;
  const bool reads_stdin = options.echo || options.reads_stdin;
  const bool from_stdin = lines_taken == options.lines.size() && reads_stdin;
  if (!(from_stdin && options.echo) && options.before_lines) options.before_lines();
  if (options.typing.ns > 0 && !from_stdin)
    std::this_thread::sleep_for(std::chrono::nanoseconds(options.typing.ns));
  if (lines_taken < options.lines.size()) {
    *op.line = options.lines[lines_taken++];
    print(std::string(prompt) + *op.line, true);  // as a terminal shows it
    return result;
  }
  op.line->clear();
  result.value = 0;
  if (!reads_stdin) return result;
  print(prompt, false);
  if (std::getline(std::cin, *op.line)) result.value = 1;
  return result;
}

CallResult KernelHost::Impl::save(const CallOp& op) {
  CallResult result;
  result.value = op.number;
  if (!options.saves) return result;
  const std::lock_guard lock(saving);
  const std::string file(op.words);
  const char* const mode = saved.insert(file).second ? "wbe" : "abe";
  std::FILE* const out = std::fopen(file.c_str(), mode);
  bool good = out != nullptr;
  if (good) good = std::fwrite(op.out.data(), 1, op.out.size(), out) == op.out.size();
  if (!good) result.error = errno;
  if (out != nullptr && std::fclose(out) != 0 && good) {
    good = false;
    result.error = errno;
  }
  if (!good) result.value = -1;
  return result;
}

void KernelHost::Impl::report(CallReport& report) {
  const std::lock_guard lock(reporting);
  options.on_call(report);
}

// Every call blocks inside submit(), so one resume runs a task to its end.
void KernelHost::Impl::run_task(program::Task task, std::uint64_t after) {
  latest_call = after;
  try {
    if (!task.done()) task.handle().resume();
    task.rethrow();
  } catch (...) {
    const std::lock_guard lock(tasks);
    if (!failure) failure = std::current_exception();
  }
}

void KernelHost::Impl::join_finished(std::unique_lock<std::mutex>& lock) {
  std::list<std::thread> ended;
  ended.swap(finished);
  lock.unlock();
  for (std::thread& thread : ended) thread.join();
  lock.lock();
}

void KernelHost::Impl::join_all(std::unique_lock<std::mutex>& lock) {
  while (!running.empty() || !finished.empty()) {
    task_ended.wait(lock, [&] { return !finished.empty(); });
    join_finished(lock);
  }
}

KernelHost::KernelHost(KernelHostOptions options) : impl_(std::make_unique<Impl>()) {
  impl_->options = std::move(options);
}

KernelHost::~KernelHost() {
  std::unique_lock lock(impl_->tasks);
  impl_->join_all(lock);
}

void KernelHost::run(program::Task main) {
  impl_->run_task(std::move(main), 0);
  std::unique_lock lock(impl_->tasks);
  impl_->join_all(lock);
  if (impl_->failure) std::rethrow_exception(std::exchange(impl_->failure, nullptr));
}

void KernelHost::spawn(program::Task task) {
  std::unique_lock lock(impl_->tasks);
  impl_->join_finished(
      lock);  // a server that serves for ever keeps no thread of a client that left
  const auto place = impl_->running.emplace(impl_->running.end());
  try {
    // The thread's last act waits for this lock: by then `place` holds it.
    *place = std::thread(
        [impl = impl_.get(), place, after = latest_call, task = std::move(task)]() mutable {
          impl->run_task(std::move(task), after);
          const std::lock_guard lock(impl->tasks);
          impl->finished.splice(impl->finished.end(), impl->running, place);
          impl->task_ended.notify_all();
        });
  } catch (...) {  // no thread to be had
    impl_->running.erase(place);
    throw;
  }
}

bool KernelHost::submit(CallOp& op) {
  const bool told = static_cast<bool>(impl_->options.on_call);
  CallReport report;
  if (told) {
    report = report_made(op);
    report.serial = ++impl_->last_serial;
    report.after = std::exchange(latest_call, report.serial);
    report.t = now();
    impl_->report(report);
  }
  if (op.name == CallName::print) {
    op.result = impl_->print({op.out.data(), op.out.size()}, true);
  } else if (op.name == CallName::read_line) {
    op.result = impl_->read_line(op);
  } else if (op.name == CallName::save) {
    op.result = impl_->save(op);
  } else {
    op.result = perform(op, impl_->options.reuse_address);
  }
  if (told) {
    report.call.returned_at = now();
    report_returned(report, op);
    impl_->report(report);
  }
  return false;
}

}  // namespace synoptic::host
