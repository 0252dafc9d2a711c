// The outer supervisor: makes the namespaces, forks the inner one, and dies with whoever dies
// first.
#include "capture/live/supervisor.hh"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "capture/live/file_descriptor.hh"
#include "capture/live/frames.hh"
#include "capture/live/private_net.hh"
#include "capture/live/probe.hh"

namespace synoptic::live {
namespace {

// The inner supervisor ends by itself when the parent has gone. If it does not (it may be stopped),
// it is ended.
constexpr int patience_ms = 3000;

std::optional<LiveSpec> receive_spec() {
  FrameBuffer incoming;
  while (incoming.read_from(life_fd) > 0) {
    if (const auto frame = incoming.next()) {
      return frame->type == FrameType::spec ? get_spec(frame->body) : std::nullopt;
    }
    if (incoming.damaged()) break;
  }
  return std::nullopt;
}

void send_error(const model::Error& error) {
  FrameWriter frames;
  put_error(frames, error);
  write_all(frames_fd, frames.bytes());
}

model::Error cannot_start(int error) {
  return {wire::Saying::of("the run's supervisor cannot be started: {}", std::strerror(error)), ""};
}

bool hung_up(int fd) {
  pollfd p{fd, POLLIN, 0};
  return ::poll(&p, 1, 0) > 0;
}

[[noreturn]] void inner(const LiveSpec& spec, FileDescriptor guard, FrameRing& ring) {
  // The outer supervisor has this one thread only, so "parent" is the process. If it died before
  // this line, the guard tells.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (!hung_up(guard.get())) run_roles(spec, guard.get(), ring);
  ::_exit(0);  // pid 1 of its namespace: all that is left of the run dies with it
}

// Until the inner supervisor has ended, or must be.
void watch(pid_t child) {
  const FileDescriptor ended = open_pidfd(child);
  // Its end alone: what else comes on it is for the inner one.
  pollfd fds[] = {{ended.get(), POLLIN, 0}, {life_fd, POLLRDHUP, 0}};
  while (::poll(fds, 2, -1) < 0 && errno == EINTR) {
  }
  if (fds[0].revents == 0) {
    while (::poll(fds, 1, patience_ms) < 0 && errno == EINTR) {
    }
    ::kill(child, SIGKILL);
  }
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

int supervise(std::string_view ring_id) {
  int id = -1;
  std::from_chars(ring_id.data(), ring_id.data() + ring_id.size(), id);
  // Whatever else the parent left open is not ours.
  ::close_range(id < 0 ? ring_fd + 1 : ring_fd, ~0u, 0);
  ::fcntl(life_fd, F_SETFD, FD_CLOEXEC);
  ::fcntl(frames_fd, F_SETFD, FD_CLOEXEC);
  ::signal(SIGPIPE, SIG_IGN);
  // What is typed at the terminal of a shell is for that shell.
  for (const int number : {SIGINT, SIGQUIT, SIGTSTP, SIGTTOU, SIGTTIN, SIGHUP})
    ::signal(number, SIG_IGN);
  int type = 0;
  socklen_t size = sizeof type;
  if (::getsockopt(life_fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0) {
    std::fputs("this is how synoptic starts itself for a live run; type: synoptic live\n", stderr);
    return 2;
  }
  auto ring = FrameRing::attach({.descriptor = id < 0 ? ring_fd : -1, .id = id});
  if (!ring) {
    send_error(cannot_start(errno));
    return 1;
  }
  ::close(ring_fd);  // it is mapped now
  const auto spec = receive_spec();
  if (!spec) return 1;  // the parent has died already
  if (auto entered = enter_private_namespaces(); !entered) {
    send_error(entered.error());
    return 1;
  }
  std::array<int, 2> guard{-1, -1};
  if (::pipe2(guard.data(), O_CLOEXEC) != 0) return 1;
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(guard[1]);
    inner(*spec, FileDescriptor(guard[0]), *ring);
  }
  if (child < 0) {
    send_error(cannot_start(errno));
    return 1;
  }
  ::close(guard[0]);   // guard[1] stays open for as long as we live
  ::close(frames_fd);  // the inner one alone has it: its end is the end of the frames
  watch(child);
  return 0;
}

}  // namespace

void supervisor_entry(int argc, char** argv) {
  if (argc < 2) return;
  const std::string_view what = argv[1];
  if (what == supervise_argument) ::_exit(supervise(argc > 2 ? argv[2] : ""));
  if (what == probe_argument && argc == 3) ::_exit(run_probe(argv[2]));
}

}  // namespace synoptic::live
