// Opening: how every role comes to the socket that it works with, and the names in which the roles
// are written. What fails is printed for the reader of the terminal.
#pragma once

#include "lessons/demos/demo.hh"

namespace synoptic::demos {

using program::CallResult;
using program::Host;
using program::Socket;
using program::SocketType;
using program::Task;

// A socket bound to `own`. Where it cannot be bound it is closed again, and `socket` stays without
// a descriptor.
Task open_at(Host& host, const DemoOptions& options, wire::SocketAddress own, SocketType type,
             Socket& socket);
// The server's end: bound to options.server.
Task open_server(Host& host, const DemoOptions& options, SocketType type, Socket& socket);
// The same of TCP, listening.
Task open_listener(Host& host, const DemoOptions& options, Socket& listener);
// The client's end: a TCP socket connected to options.server. Where it cannot be connected it is
// closed again, and `socket` stays without a descriptor.
Task open_connection(Host& host, const DemoOptions& options, Socket& socket);

// The next client of a listener, not ok() where there is none.
Task accept_client(Host& host, const DemoOptions& options, Socket listener, CallResult& accepted);

}  // namespace synoptic::demos
