// A private run, seen from the parent: starts the supervisor, reads its frames, ends it. Whoever
// polls reads; while much waits to be read the supervisor holds up the programs.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "capture/live/arrivals.hh"
#include "capture/live/file_descriptor.hh"
#include "capture/live/frame_ring.hh"
#include "capture/live/frames.hh"
#include "capture/live/live.hh"
#include "capture/live/spawn_attributes.hh"
#include "capture/live/supervisor.hh"
#include "capture/live/typed_inputs.hh"

namespace synoptic::live {
namespace {

// Namespaces and a capture's ring take some milliseconds; a machine may be busy.
constexpr int start_patience_ms = 20'000;
// Who shows the run may be away for some seconds while programs send flat out; then they are held
// up. No more than a part of the machine's memory, and of what the process may map, is for that.
std::size_t ring_size() {
  constexpr std::size_t most = std::size_t{1} << 30, of_memory = 8, of_limit = 4;
  std::size_t size = most;
  const long pages = ::sysconf(_SC_PHYS_PAGES), page = ::sysconf(_SC_PAGESIZE);
  if (pages > 0 && page > 0)
    size = std::min(size,
                    static_cast<std::size_t>(pages) * static_cast<std::size_t>(page) / of_memory);
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    size = std::min<std::size_t>(size, limit.rlim_cur / of_limit);
  return size;
}
// A poll takes about so many bytes, or frames, and is asked again: who draws between polls is not
// to wait for long. Fewer are given back to the supervisor together.
constexpr std::size_t taken_a_poll = 64 << 20, taken_at_once = 4 << 20;
constexpr std::size_t frames_a_poll = 100'000, frames_at_once = 1000;

// The supervisor as a child: its process, our ends of the pipes, and what it tells.
struct Supervisor {
  pid_t pid = -1;
  FileDescriptor life;    // closing it ends the run
  FileDescriptor frames;  // the first; then a byte wakes us
  FrameRing ring;

  explicit Supervisor(FrameRing shared) : ring(std::move(shared)) {}
  Supervisor(Supervisor&& other) noexcept
      : pid(std::exchange(other.pid, -1)),
        life(std::move(other.life)),
        frames(std::move(other.frames)),
        ring(std::move(other.ring)) {}
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

int spawn_supervisor(int life, int frames, FrameRing::Share ring, RoleKind kind, pid_t& pid) {
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  if (kind == RoleKind::demo)  // nobody else's role reads what is typed
    ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_adddup2(&files, life, life_fd);
  ::posix_spawn_file_actions_adddup2(&files, frames, frames_fd);
  if (ring.descriptor >= 0) ::posix_spawn_file_actions_adddup2(&files, ring.descriptor, ring_fd);
  // A session of its own: Ctrl-C in the terminal is for us, who then end the run and keep what was
  // captured. A shell needs the session that has its terminal.
  const short session = kind == RoleKind::shell ? 0 : POSIX_SPAWN_SETSID;
  const SpawnAttributes attributes(session);
  std::string program = "/proc/self/exe";
  std::string argument = supervise_argument, ring_id = std::to_string(ring.id);
  char* const arguments[] = {program.data(), argument.data(), ring_id.data(), nullptr};
  const int status =
      ::posix_spawn(&pid, program.c_str(), &files, attributes.get(), arguments, environ);
  ::posix_spawn_file_actions_destroy(&files);
  return status;
}

model::Expected<Supervisor> start_supervisor(const LiveSpec& spec) {
  auto ring = FrameRing::make(ring_size());
  if (!ring)
    return std::unexpected(model::Error{
        wire::Saying::of("the live run's processes cannot share memory: {}", std::strerror(errno)),
        "allow some: see 'sysctl kernel.shmmax' and 'ulimit -v'"});
  std::array<int, 2> life{-1, -1}, frames{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, life.data()) != 0) {
    return std::unexpected(cannot_start(errno));
  }
  Supervisor supervisor(std::move(*ring));
  supervisor.life = above_ten(life[0]);
  const FileDescriptor its_life = above_ten(life[1]);
  if (::pipe2(frames.data(), O_CLOEXEC) != 0) return std::unexpected(cannot_start(errno));
  supervisor.frames = above_ten(frames[0]);
  ::fcntl(supervisor.frames.get(), F_SETFL, O_NONBLOCK);  // our end only: the other is its own
  const FileDescriptor its_frames = above_ten(frames[1]);
  FrameRing::Share share = supervisor.ring.share();
  const FileDescriptor its_ring(
      share.descriptor < 0 ? -1 : ::fcntl(share.descriptor, F_DUPFD_CLOEXEC, 10));
  share.descriptor = its_ring.get();
  const RoleKind kind = spec.roles.empty() ? RoleKind::demo : spec.roles[0].kind;
  if (const int status =
          spawn_supervisor(its_life.get(), its_frames.get(), share, kind, supervisor.pid);
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

class LivePrivate : public observe::TraceSource, private observe::RunInput {
 public:
  LivePrivate(Supervisor supervisor, const LiveSpec& spec)
      : calls_expected_(!spec.shim.empty()),
        inputs_(spec),
        supervisor_(std::move(supervisor)),
        arrivals_({.captured_on_arrival = true}) {}
  ~LivePrivate() override { stop(); }
  // The supervisor sends what was captured by now, and its end.
  void stop() override { ::shutdown(supervisor_.life.get(), SHUT_RDWR); }
  bool poll() override {
    if (ended_) return false;
    const bool gone = has_gone();  // asked first: all that was put in before is then taken below
    const std::uint64_t enough = ring().position() + taken_a_poll;
    std::size_t count = 0;
    while (!complete_ && count < frames_a_poll && ring().position() < enough && take_frames())
      count += frames_.size();
    if (complete_ || ring().damaged() || (gone && !ring().any())) end();
    return inputs_.poll() || count > 0 || ended_;
  }
  void wait(model::Duration timeout) override {
    if (ended_ || !ring().begin_wait()) return;
    pollfd wake{supervisor_.frames.get(), POLLIN, 0};
    const timespec at_most{timeout.ns / 1'000'000'000, timeout.ns % 1'000'000'000};
    ::ppoll(&wake, 1, &at_most, nullptr);
    ring().end_wait();
  }
  const model::Trace& trace() const override { return arrivals_.runs().trace(); }
  observe::Counters counters() const override { return {arrivals_.captured(), kernel_dropped_, 0}; }
  bool ended() const override { return ended_; }
  std::optional<model::Error> failure() const override { return failure_; }
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

  FrameRing& ring() { return supervisor_.ring; }
  // The supervisor, with all that could write. (What else comes has woken us.)
  bool has_gone() const {
    std::array<char, 64> woken{};
    ssize_t n = 0;
    while ((n = ::read(supervisor_.frames.get(), woken.data(), woken.size())) > 0) {
    }
    return n == 0;
  }
  // Some of those that are there. False if there is none.
  bool take_frames() {
    frames_.clear();
    const std::uint64_t enough = ring().position() + taken_at_once;
    while (frames_.size() < frames_at_once && ring().position() < enough) {
      const auto frame = ring().next();
      if (!frame) break;
      frames_.push_back(*frame);
    }
    // Where the missing packets would have stood is not known: all that came with the word of it
    // is no surer than what follows.
    const bool missing =
        std::ranges::find(frames_, FrameType::dropped, &Frame::type) != frames_.end();
    if (missing) arrivals_.packets_missed();
    for (const Frame& frame : frames_) take(frame);
    if (missing) arrivals_.packets_missed();
    ring().release();
    return !frames_.empty();
  }
  void take(const Frame& frame) {
    switch (frame.type) {
      case FrameType::packet:
        if (const auto packet = get_packet(frame.body)) arrivals_.packet(*packet);
        break;
      case FrameType::call:
        if (const auto record = get_call(frame.body)) {
          inputs_.call(*record);
          arrivals_.call(*record);
        }
        break;
      case FrameType::kernel:
        if (const auto record = get_kernel(frame.body)) arrivals_.kernel(*record);
        break;
      case FrameType::dropped:
        if (const auto count = get_count(frame.body)) kernel_dropped_ = *count;
        break;
      case FrameType::warning:
        unseen_told_ = unseen_told_ || get_text(frame.body).starts_with(unseen_beginning);
        warnings_.push_back(get_text(frame.body));
        break;
      case FrameType::error: cut_short_ = get_error(frame.body); break;
      case FrameType::end: complete_ = true; break;
      case FrameType::role_end:
        if (auto ended = get_of_role(frame.body))
          inputs_.role_ended(ended->role, std::move(ended->text));
        break;
      case FrameType::spec:
      case FrameType::typed:
      case FrameType::input_end:
      case FrameType::padding:
      case FrameType::ready: break;
    }
  }
  void end() {
    ended_ = true;
    inputs_.run_ended();
    failure_ = std::move(cut_short_);
    if (!complete_)
      failure_ = model::Error{"the live run was ended from outside: its supervisor is gone",
                              "what was captured until then is shown"};
    arrivals_.finish(counters());
    // Of a command we know why; of what it starts, and of what is started in a shell, that it is
    // so.
    if (calls_expected_ && !unseen_told_) {
      if (std::string unseen = unseen_calls(trace()); !unseen.empty())
        arrivals_.warn(std::move(unseen));
    }
    for (std::string& text : warnings_) arrivals_.warn(std::move(text));
    if (!complete_) stop();  // where the ring is damaged it would go on
    supervisor_.frames.reset();
    ring().detach();
    // Freeing its rings takes the supervisor a while, and nobody needs to wait for that.
    reaper_ = std::jthread([this] { supervisor_.wait(); });
  }

  const bool calls_expected_;
  TypedInputs inputs_;
  Supervisor supervisor_;
  bool complete_ = false;  // the last frame was taken
  bool ended_ = false;
  std::vector<Frame> frames_;
  std::vector<std::string> warnings_;
  bool unseen_told_ = false;
  std::uint64_t kernel_dropped_ = 0;
  std::optional<model::Error> cut_short_;  // by the run's own time limit
  std::optional<model::Error> failure_;
  Arrivals arrivals_;
  std::jthread reaper_;  // last: it uses the supervisor
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
  return std::make_unique<LivePrivate>(std::move(*supervisor), spec);
}

}  // namespace synoptic::live
