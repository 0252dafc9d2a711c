// The processes of a private run, and how they hang together:
//
//   parent ── life (socket) ──► outer supervisor ──── forks ──► inner supervisor, pid 1 of the run
//   ──► one per role
//      ▲                          makes the namespaces             captures, starts the roles │
//      └───────── frames (ring; a pipe wakes) ─────────────────────────┘ ◄──────── calls (pipe)
//      ───────────┘
//
// The parent's end closes the life socket: both supervisors see it and end. The outer one's end
// kills the inner one (PDEATHSIG: it has one thread only). The inner one's end kills all in its
// process namespace. So whoever dies, and however, nothing is left; and there is nothing on disk.
#pragma once

#include "capture/live/frame_ring.hh"
#include "capture/live/live.hh"

namespace synoptic::live {

inline constexpr const char* supervise_argument = "__supervise";
inline constexpr const char* probe_argument = "__probe";
inline constexpr const char* report_variable = "SYNOPTIC_REPORT_FD";
// How a warning begins that says whose calls are not shown, and why.
inline constexpr const char* unseen_beginning = "the socket calls of ";
// Where the supervisor finds its pipes.
inline constexpr int life_fd = 3;
inline constexpr int frames_fd = 4;
inline constexpr int ring_fd = 5;  // of the FrameRing; its id is -1 then
// Where a role finds its own.
inline constexpr int role_report_fd = 3;
inline constexpr int role_everybody_fd = 4;  // hangs up once everybody is there

// The inner supervisor: a whole run, from the captured loopback to the last packet. Whether it can
// begin goes to `frames_fd`, the rest into `ring`. `guard` hangs up when the outer supervisor has
// died.
void run_roles(const LiveSpec& spec, int guard, FrameRing& ring);

}  // namespace synoptic::live
