// The inner supervisor: captures the private loopback, starts the roles in their order, passes on
// what they do, and knows when the run is over: when everybody has ended or rests, and the last
// packet is in.
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "capture/live/capture_thread.hh"
#include "capture/live/command_watch.hh"
#include "capture/live/frames.hh"
#include "capture/live/kernel_poller.hh"
#include "capture/live/outlet.hh"
#include "capture/live/private_net.hh"
#include "capture/live/role_process.hh"
#include "capture/live/supervisor.hh"
#include "capture/live/throttle.hh"

namespace synoptic::live {
namespace {

using Clock = std::chrono::steady_clock;

// While waiting for the end nothing tells us that a socket has gone: we look.
constexpr auto look_again = std::chrono::milliseconds(3);
// Commands are looked at all the time: their calls are in memory that they share with us.
constexpr auto look_at_commands = std::chrono::milliseconds(5);
// A connection that is still open when nobody does anything any more: how long we give it.
constexpr auto idle_limit = std::chrono::seconds(2);
// From SIGTERM to SIGKILL.
constexpr auto term_grace = std::chrono::milliseconds(500);
// Passes on what the kernel says.
class KernelThread {
 public:
  explicit KernelThread(Outlet& outlet)
      : poller([this](const observe::KernelRecord& record) { put_kernel(frames_, record); },
               [this, &outlet] { outlet.send(frames_); }) {}

 private:
  FrameWriter frames_;

 public:
  KernelPoller poller;  // last: its thread uses the rest
};

Throttle::Means throttle_for(const LiveSpec& spec) {
  const bool demo = spec.roles.empty() || spec.roles[0].kind == RoleKind::demo;
  return demo ? Throttle::Means::stop_programs : Throttle::Means::slow_network;
}

class Run {
 public:
  Run(const LiveSpec& spec, int guard, CaptureRings rings, FrameRing& ring)
      : spec_(spec),
        guard_(guard),
        throttle_(throttle_for(spec)),
        outlet_(ring, frames_fd, throttle_),
        kernel_(outlet_),
        capture_(std::move(rings), outlet_, kernel_.poller, throttle_) {
    for (const LiveRole& role : spec.roles) roles_.emplace_back(role);
    told_ended_.resize(roles_.size());
    if (!roles_.empty() && !roles_[0].is_demo()) commands_.emplace(spec, roles_);
  }
  void run();
  void warn(const std::string& text) { put_text(frames_, FrameType::warning, text); }

 private:
  RoleProcess* find(const std::string& name);
  bool start_ready_roles();
  void wait_for_events(Clock::time_point deadline);
  void take_reports(bool at_end = false);
  void take_typed();
  void tell_everybody();
  void tell_ended();
  bool everybody_ended() const;
  std::string who_does_what() const;
  std::uint64_t activity() const { return calls_ + capture_.count() + looks_while_slowed_; }
  bool settled();
  bool over();
  void end_servers();
  void tell_complaints();

  const LiveSpec& spec_;
  const int guard_;
  Throttle throttle_;
  Outlet outlet_;
  FrameWriter frames_;  // of the main thread
  KernelThread kernel_;
  CaptureThread capture_;
  std::deque<RoleProcess> roles_;
  std::optional<CommandWatch> commands_;  // where the roles are not a demo's
  FrameBuffer typed_;                     // on its way to the roles
  std::vector<bool> told_ended_;          // by role
  std::uint64_t calls_ = 0;
  bool told_everybody_ = false;
  bool stopped_ = false;   // the parent wants the end, or has gone
  bool orphaned_ = false;  // the outer supervisor has died: we are about to be killed

  std::uint64_t looks_while_slowed_ = 0;  // who waits would go on if it could
  std::uint64_t activity_seen_ = 0;       // at the last look
  Clock::time_point active_at_;           // when that changed
};

RoleProcess* Run::find(const std::string& name) {
  for (RoleProcess& role : roles_) {
    if (role.spec().name == name) return &role;
  }
  return nullptr;
}

// True if any role was started or given up.
bool Run::start_ready_roles() {
  if (commands_) return commands_->start_ready();
  bool any = false;
  for (RoleProcess& role : roles_) {
    if (role.phase() != RoleProcess::Phase::waiting) continue;
    const LiveRole& spec = role.spec();
    if (spec.start_after.empty()) {
      role.start({});
      any = true;
      continue;
    }
    const RoleProcess* first = find(spec.start_after);
    const std::string_view call = model::call_name(spec.start_after_call);
    if (first == nullptr) {
      role.give_up(fmt::format("'{}' was not started: there is no role '{}' to wait for", spec.name,
                               spec.start_after));
      any = true;
      continue;
    }
    const auto ready = first->has_returned(spec.start_after_call);
    if (ready == true) {
      role.start({});
    } else if (ready == false || first->phase() == RoleProcess::Phase::ended) {
      role.give_up(fmt::format("'{}' was not started: {}() of '{}' did not succeed", spec.name,
                               call, spec.start_after));
    }
    any |= role.phase() != RoleProcess::Phase::waiting;
  }
  return any;
}

void Run::take_reports(bool at_end) {
  for (RoleProcess& role : roles_) {
    role.read_reports(
        [this](observe::CallRecord record) {
          ++calls_;
          put_call(frames_, record);
        },
        at_end);
    role.read_errors();
  }
  outlet_.send(frames_);
}

void Run::wait_for_events(Clock::time_point deadline) {
  std::vector<pollfd> fds{{life_fd, POLLIN, 0}, {guard_, POLLIN, 0}};
  for (const RoleProcess& role : roles_) {  // negative ones are left out by poll(2)
    fds.push_back({role.exit_fd(), POLLIN, 0});
    fds.push_back({role.report_fd(), POLLIN, 0});
    fds.push_back({role.error_fd(), POLLIN, 0});
    fds.push_back({role.input_fd(), POLLOUT, 0});
  }
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count() + 1;
  ::poll(fds.data(), fds.size(), static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000)));
  stopped_ |= (fds[0].revents & ~POLLIN) != 0;
  if (!stopped_ && fds[0].revents != 0) take_typed();
  orphaned_ |= fds[1].revents != 0;
  // Reaped first, read then: all that a process ever reported is in its pipe when it has ended.
  for (std::size_t i = 0; i < roles_.size(); ++i) {
    if (fds[2 + 4 * i].revents != 0) roles_[i].reap();
    if (fds[2 + 4 * i + 3].revents != 0) roles_[i].write_input();
  }
  take_reports();
}

// What somebody types, to the roles that it is for.
void Run::take_typed() {
  stopped_ |= typed_.read_from(life_fd) <= 0;
  while (const auto frame = typed_.next()) {
    const auto what = get_of_role(frame->body);
    RoleProcess* const role = what ? find(what->role) : nullptr;
    if (role == nullptr) continue;
    if (frame->type == FrameType::typed) role->type(what->text);
    if (frame->type == FrameType::input_end) role->end_input();
  }
  stopped_ |= typed_.damaged();
}

// Into whom nothing more can be typed, and why.
void Run::tell_ended() {
  for (std::size_t i = 0; i < roles_.size(); ++i) {
    const RoleProcess& role = roles_[i];
    if (!role.spec().typed || role.phase() != RoleProcess::Phase::ended) continue;
    if (told_ended_[i]) continue;
    told_ended_[i] = true;
    put_of_role(frames_, FrameType::role_end, role.spec().name, role.complaint());
    outlet_.send(frames_);
  }
}

// Who is to type begins when there is somebody to read it.
void Run::tell_everybody() {
  if (told_everybody_ || !std::ranges::all_of(roles_, &RoleProcess::is_there)) return;
  told_everybody_ = true;
  for (RoleProcess& role : roles_) role.everybody_is_there();
}

bool Run::everybody_ended() const {
  for (const RoleProcess& role : roles_) {
    if (role.phase() == RoleProcess::Phase::waiting) return false;
    if (!role.spec().serves && role.phase() != RoleProcess::Phase::ended) return false;
  }
  return true;
}

// Servers that serve for ever have done what they had to do, and TCP too. A look takes time: it
// counts only if nothing happened meanwhile.
bool Run::settled() {
  if (activity() != activity_seen_) {
    activity_seen_ = activity();
    active_at_ = Clock::now();
  }
  bool rest = true, sleeping = false;
  for (const RoleProcess& role : roles_) {
    if (!role.at_rest()) rest = false;
    if (role.sleeps()) sleeping = true;
  }
  const bool quiet = tcp_is_quiet();
  take_reports();
  if (rest && quiet) return activity() == activity_seen_;
  if (sleeping || Clock::now() - active_at_ < idle_limit) return false;
  warn("the run was ended while a connection was still open: nobody did anything any more");
  return true;
}

bool Run::over() {
  if (stopped_ || orphaned_) return true;
  if (throttle_.slowed() || throttle_.anything_waits()) ++looks_while_slowed_;
  if (commands_ && !commands_->all_gone()) return commands_->over(activity());
  return everybody_ended() && settled();
}

std::string Run::who_does_what() const {
  std::string who;
  for (const RoleProcess& role : roles_) {
    who += fmt::format("{}'{}' {}", who.empty() ? "" : ", ", role.spec().name, role.activity());
  }
  return who;
}

void Run::run() {
  const auto end_of_time = spec_.timeout.ns > 0
                               ? Clock::now() + std::chrono::nanoseconds(spec_.timeout.ns)
                               : Clock::time_point::max();
  active_at_ = Clock::now();
  while (start_ready_roles()) {
  }
  while (!over()) {
    if (Clock::now() >= end_of_time) {
      const std::string after = model::format_duration(spec_.timeout);
      warn(fmt::format("stopped after {}: {}", after, who_does_what()));
      put_error(frames_, model::Error{wire::Saying::of(
                                          "the run was ended after {}, before it was done", after),
                                      "what came until then is shown; --timeout gives it longer"});
      break;
    }
    const auto soon = Clock::now() + (everybody_ended() ? look_again : look_at_commands);
    // What is typed wakes us.
    const bool looks = everybody_ended() && std::ranges::none_of(roles_, &RoleProcess::awaits_line);
    wait_for_events(looks || commands_ ? std::min(end_of_time, soon) : end_of_time);
    while (start_ready_roles()) {  // one that is given up may be what another waits for
    }
    tell_everybody();
    tell_ended();
  }
  tell_ended();
  if (stopped_ && !everybody_ended() && !commands_)
    warn(fmt::format("stopped before it was done: {}", who_does_what()));
  capture_.finish();
  throttle_.end();
  if (throttle_.times() > 0)
    warn(fmt::format("who sent was held up for {:.0f} ms in all: more was sent than could be shown",
                     std::chrono::duration<double, std::milli>(throttle_.total()).count()));
  kernel_.poller.finish();
  take_reports(true);
  tell_complaints();
  end_servers();
  if (!orphaned_) {  // else the parent is to see that this was no proper end
    frames_.begin(FrameType::end);
    frames_.finish();
  }
  outlet_.send(frames_);
}

// Of those that ended by themselves: whoever is ended now is no failure.
void Run::tell_complaints() {
  if (commands_) commands_->tell_output();
  bool any = false;
  for (const RoleProcess& role : roles_) {
    if (role.complaint().empty() || role.spec().kind == RoleKind::shell) continue;
    warn(role.complaint());
    any = true;
  }
  for (const RoleProcess& role : roles_) {
    if (role.lost_lines() > 0)
      warn(fmt::format("{} lines that were typed for '{}' are lost: it did not read them",
                       role.lost_lines(), role.spec().name));
  }
  for (const RoleProcess& role : roles_) {
    for (const std::string& unseen : role.unseen_calls()) warn(unseen);
  }
  if (any && commands_) put_error(frames_, model::Error{"not every command ended well", ""});
}

void Run::end_servers() {
  if (commands_) {
    commands_->end_all();
    return commands_->tell_output();
  }
  for (RoleProcess& role : roles_) role.signal(SIGTERM);
  const auto patience = Clock::now() + term_grace;
  const auto running = [this] {
    for (const RoleProcess& role : roles_) {
      if (role.phase() == RoleProcess::Phase::running) return true;
    }
    return false;
  };
  while (running() && Clock::now() < patience) {
    std::vector<pollfd> fds;
    for (const RoleProcess& role : roles_) {
      if (role.exit_fd() >= 0) fds.push_back({role.exit_fd(), POLLIN, 0});
    }
    ::poll(fds.data(), fds.size(), 10);
    for (RoleProcess& role : roles_) {
      if (role.phase() == RoleProcess::Phase::running) role.reap();
    }
  }
  for (RoleProcess& role : roles_) role.signal(SIGKILL);
}

void send_error(const model::Error& error) {
  FrameWriter frames;
  put_error(frames, error);
  write_all(frames_fd, frames.bytes());
}

}  // namespace

void run_roles(const LiveSpec& spec, int guard, FrameRing& ring) {
  auto warnings = prepare_loopback(spec.addresses, spec.congestion, throttle_for(spec));
  if (!warnings) return send_error(warnings.error());
  auto rings = CaptureRings::by_length("lo", spec.snap_length);
  if (!rings) return send_error(rings.error());
  FrameWriter ready;
  ready.begin(FrameType::ready);
  ready.finish();
  if (!write_all(frames_fd, ready.bytes())) return;
  Run run(spec, guard, std::move(*rings), ring);
  for (const std::string& text : *warnings) run.warn(text);
  run.run();
}

}  // namespace synoptic::live
