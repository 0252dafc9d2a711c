// udp-echo: a server that answers each datagram NAME with "Hello, NAME!"; no connection, no listen,
// no accept. udp-echo-tasks: the variant that answers each datagram in a task of its own.
#pragma once

#include "lessons/demos/demo.hh"

namespace synoptic::demos {

program::Task udp_echo_server(program::Host& host, DemoOptions options);
program::Task udp_echo_tasks_server(program::Host& host, DemoOptions options);
program::Task udp_echo_client(program::Host& host, DemoOptions options);

}  // namespace synoptic::demos
