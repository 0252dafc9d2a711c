// What the shim knows of a program's descriptors: which of them are TCP or UDP sockets, and their
// addresses. Asked of the kernel once, and again after whatever may have changed it.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <optional>

#include "capture/shim/record.hh"

namespace synoptic::shim {

struct Socket {
  Protocol protocol = Protocol::other;
  Address local, remote;
};

Protocol protocol_of(int domain, int type);
Address from_kernel(const sockaddr* address, socklen_t size);
Address ask_local(int fd);
Address ask_remote(int fd);

// Nothing: no TCP or UDP socket. `probe`: ask again where it was none; a socket is asked for again
// unless `probe`, for a descriptor may have been closed without our seeing it.
std::optional<Socket> find(int fd, bool probe);
// It is another one now, or has other addresses.
void forget(int fd);

// Whether the same call on it has said just before that there is nothing to be had.
bool asked_before(int fd, CallId call);
void asked_otherwise(int fd);

}  // namespace synoptic::shim
