// Each call of program::Host as the system call of that name, blocking, as a tutorial's program
// makes it.
#pragma once

#include "sim/program/host.hh"

namespace synoptic::host {

// Performs a socket call or a sleep (not print, not read_line) and says what the kernel said.
// Interrupted calls go on; a peer that is gone gives EPIPE, never a signal.
program::CallResult perform(const program::CallOp& op, bool reuse_address);

}  // namespace synoptic::host
