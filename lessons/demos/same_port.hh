// same-port: tcp-echo and udp-echo in one server, both at the same port number: the two bindings do
// not collide.
#pragma once

#include "lessons/demos/demo.hh"

namespace synoptic::demos {

program::Task same_port_server(program::Host& host, DemoOptions options);
program::Task same_port_client(program::Host& host, DemoOptions options);

}  // namespace synoptic::demos
