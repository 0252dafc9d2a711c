// A private run, seen from the parent: starts the supervisor, reads its frames on a thread, ends
// it.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <thread>

#include "capture/live/file_descriptor.hh"
#include "capture/live/frames.hh"
#include "capture/live/live.hh"
#include "capture/live/queue_source.hh"
#include "capture/live/spawn_attributes.hh"
#include "capture/live/supervisor.hh"
#include "capture/live/typed_inputs.hh"

namespace synoptic::live {
namespace {

// Namespaces and a capture's ring take some milliseconds; a machine may be busy.
constexpr int start_patience_ms = 20'000;
constexpr int frames_pipe_size = 1 << 20;
// Who shows the run may stall for some frames while programs send flat out; beyond that its
// reader waits.
constexpr observe::QueueLimits queue_limits{.values = 1'000'000, .weight = std::size_t{256} << 20};

// The supervisor as a child: its process, and our ends of the pipes.
struct Supervisor {
  pid_t pid = -1;
  FileDescriptor life;  // closing it ends the run
  FileDescriptor frames;

  Supervisor() = default;
  Supervisor(Supervisor&& other) noexcept
      : pid(std::exchange(other.pid, -1)),
        life(std::move(other.life)),
        frames(std::move(other.frames)) {}
  Supervisor& operator=(Supervisor&&) = delete;
  ~Supervisor() {
    life.reset();
    frames.reset();
    wait();
  }
  void wait() {
    if (pid < 0) return;
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    pid = -1;
  }
};

FileDescriptor above_ten(int fd) {
  const FileDescriptor low(fd);
  return FileDescriptor(::fcntl(fd, F_DUPFD_CLOEXEC, 10));
}

model::Error cannot_start(int error) {
  return model::Error{
      wire::Saying::of("the live run's supervisor cannot be started: {}", std::strerror(error)),
      error == ENOENT ? "mount /proc: it is needed to find the program itself" : ""};
}

int spawn_supervisor(int life, int frames, RoleKind kind, pid_t& pid) {
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  if (kind == RoleKind::demo)  // nobody else's role reads what is typed
    ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_adddup2(&files, life, life_fd);
  ::posix_spawn_file_actions_adddup2(&files, frames, frames_fd);
  // A session of its own: Ctrl-C in the terminal is for us, who then end the run and keep what was
  // captured. A shell needs the session that has its terminal.
  const short session = kind == RoleKind::shell ? 0 : POSIX_SPAWN_SETSID;
  const SpawnAttributes attributes(session);
  std::string program = "/proc/self/exe";
  std::string argument = supervise_argument;
  char* const arguments[] = {program.data(), argument.data(), nullptr};
  const int status =
      ::posix_spawn(&pid, program.c_str(), &files, attributes.get(), arguments, environ);
  ::posix_spawn_file_actions_destroy(&files);
  return status;
}

model::Expected<Supervisor> start_supervisor(const LiveSpec& spec) {
  std::array<int, 2> life{-1, -1}, frames{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, life.data()) != 0) {
    return std::unexpected(cannot_start(errno));
  }
  Supervisor supervisor;
  supervisor.life = above_ten(life[0]);
  const FileDescriptor its_life = above_ten(life[1]);
  if (::pipe2(frames.data(), O_CLOEXEC) != 0) return std::unexpected(cannot_start(errno));
  supervisor.frames = above_ten(frames[0]);
  const FileDescriptor its_frames = above_ten(frames[1]);
  ::fcntl(supervisor.frames.get(), F_SETPIPE_SZ, frames_pipe_size);  // more room if we may
  const RoleKind kind = spec.roles.empty() ? RoleKind::demo : spec.roles[0].kind;
  if (const int status = spawn_supervisor(its_life.get(), its_frames.get(), kind, supervisor.pid);
      status != 0) {
    supervisor.pid = -1;
    return std::unexpected(cannot_start(status));
  }
  FrameWriter out;
  put_spec(out, spec);
  wire::ByteSpan rest = out.bytes();
  while (!rest.empty()) {  // a socket, not a pipe: no SIGPIPE when the supervisor has died
    const ssize_t n = ::send(supervisor.life.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return std::unexpected(cannot_start(errno));
    rest = rest.subspan(static_cast<std::size_t>(n));
  }
  return supervisor;
}

// Whether a program had a part in sending it: refusals are the kernel's own.
bool is_of_program(const model::Event& event) {
  const auto* packet = std::get_if<model::Packet>(&event.body);
  return packet != nullptr && event.kind != model::EventKind::icmp && !packet->ctl.has(wire::RST);
}

// The ends that have sent something, and of whose programs no call is known.
std::string unseen_calls(const model::Trace& trace) {
  std::vector<bool> sent(trace.endpoints().size()), called(trace.endpoints().size());
  for (const model::Event& event : trace.events()) {
    if (event.endpoint == model::EndpointId::none) continue;
    if (is_of_program(event)) sent[index(event.endpoint)] = true;
    if (event.kind == model::EventKind::call) called[index(event.endpoint)] = true;
  }
  std::string who;
  for (const model::Endpoint& end : trace.endpoints()) {
    if (sent[index(end.id)] && !called[index(end.id)])
      who += (who.empty() ? "" : ", ") + end.address.str();
  }
  if (who.empty()) return "";
  return fmt::format(
      "no socket calls of {} were seen: its program is linked statically, is a Go program, or has "
      "rights of its own",
      who);
}

class LivePrivate : public QueueSource, private observe::RunInput {
 public:
  // `incoming` may hold frames already.
  LivePrivate(Supervisor supervisor, FrameBuffer incoming, const LiveSpec& spec)
      : QueueSource({.captured_on_arrival = true}, queue_limits),
        calls_expected_(!spec.shim.empty()),
        inputs_(spec),
        supervisor_(std::move(supervisor)),
        incoming_(std::move(incoming)),
        thread_([this] { run(); }) {}
  ~LivePrivate() override {
    stop();
    abandon();
    thread_.join();
  }
  // The supervisor sends what was captured by now, and its end.
  // Nothing of it waits here: the supervisor has little time to end.
  void stop() override {
    ::shutdown(supervisor_.life.get(), SHUT_RDWR);
    take_all();
  }
  bool poll() override {
    const bool asked = inputs_.poll();
    return QueueSource::poll() || asked;
  }
  observe::RunInput* input() override { return inputs_.empty() ? nullptr : this; }

 private:
  const std::vector<observe::RoleInput>& roles() const override { return inputs_.roles(); }
  model::Expected<void> type(std::string_view role, std::string_view line) override {
    if (auto admitted = inputs_.admit(role, line.size()); !admitted) return admitted;
    if (tell(FrameType::typed, role, line)) return {};
    inputs_.take_back(role);
    return std::unexpected(model::Error{"nobody takes what is typed: the run does not answer", ""});
  }
  void end_input(std::string_view role) override {
    if (inputs_.end(role)) tell(FrameType::input_end, role, "");
  }
  // Never waits: so little is on its way that there is room, unless nobody listens at all. It is
  // taken as a whole, or not at all.
  bool tell(FrameType type, std::string_view role, std::string_view text) {
    FrameWriter out;
    put_of_role(out, type, role, text);
    return ::send(supervisor_.life.get(), out.bytes().data(), out.bytes().size(),
                  MSG_NOSIGNAL | MSG_DONTWAIT) == static_cast<ssize_t>(out.bytes().size());
  }

  void run() {
    bool complete = false;
    do {
      while (const auto frame = incoming_.next()) complete |= take(*frame);
    } while (!complete && !incoming_.damaged() &&
             incoming_.read_from(supervisor_.frames.get()) > 0);
    inputs_.run_ended();
    // Ended before the supervisor is waited for: freeing its ring takes it a while, and nobody
    // needs to wait for that.
    if (complete) {
      end(std::move(cut_short_));
    } else {
      end(model::Error{"the live run was ended from outside: its supervisor is gone",
                       "what was captured until then is shown"});
    }
    supervisor_.frames.reset();
    supervisor_.wait();
  }
  // True at the last frame.
  bool take(const Frame& frame) {
    switch (frame.type) {
      case FrameType::packet:
        if (const auto packet = get_packet(frame.body)) deliver_waiting(*packet);
        break;
      case FrameType::call:
        if (auto record = get_call(frame.body)) {
          inputs_.call(*record);
          deliver_waiting(std::move(*record));
        }
        break;
      case FrameType::kernel:
        if (const auto record = get_kernel(frame.body)) deliver(*record);
        break;
      case FrameType::dropped:
        if (const auto count = get_count(frame.body)) set_kernel_dropped(*count);
        break;
      case FrameType::warning:
        unseen_told_ = unseen_told_ || get_text(frame.body).starts_with(unseen_beginning);
        warn(get_text(frame.body));
        break;
      case FrameType::error: cut_short_ = get_error(frame.body); break;
      case FrameType::end: return true;
      case FrameType::role_end:
        if (auto ended = get_of_role(frame.body))
          inputs_.role_ended(ended->role, std::move(ended->text));
        break;
      case FrameType::spec:
      case FrameType::typed:
      case FrameType::input_end:
      case FrameType::ready: break;
    }
    return false;
  }

  // Of a command we know why; of what it starts, and of what is started in a shell, that it is so.
  std::string last_warning(const model::Trace& trace) const override {
    return calls_expected_ && !unseen_told_ ? unseen_calls(trace) : "";
  }

  const bool calls_expected_;
  TypedInputs inputs_;
  std::atomic<bool> unseen_told_ = false;
  Supervisor supervisor_;
  FrameBuffer incoming_;
  std::optional<model::Error> cut_short_;  // by the run's own time limit
  std::thread thread_;                     // last: it uses all the rest
};

}  // namespace

model::Expected<std::unique_ptr<observe::TraceSource>> run_private(const LiveSpec& spec) {
  auto supervisor = start_supervisor(spec);
  if (!supervisor) return std::unexpected(supervisor.error());
  FrameBuffer incoming;
  for (;;) {
    if (const auto frame = incoming.next()) {
      if (frame->type == FrameType::ready) break;
      const auto error = get_error(frame->body);
      return std::unexpected(
          error.value_or(model::Error{"the live run's supervisor said nothing that is known", ""}));
    }
    pollfd p{supervisor->frames.get(), POLLIN, 0};
    const int n = ::poll(&p, 1, start_patience_ms);
    if (n < 0 && errno == EINTR) continue;
    if (n == 0 || incoming.read_from(supervisor->frames.get()) <= 0) {
      return std::unexpected(model::Error{n == 0 ? "the live run's supervisor did not answer"
                                                 : "the live run's supervisor ended at once",
                                          "see what works here with: synoptic doctor"});
    }
  }
  return std::make_unique<LivePrivate>(std::move(*supervisor), std::move(incoming), spec);
}

}  // namespace synoptic::live
