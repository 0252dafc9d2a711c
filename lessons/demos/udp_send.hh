// udp-send: a client with a port of its own choice sends one typed line in GB2312, and gets one
// answer.
#pragma once

#include "lessons/demos/demo.hh"

namespace synoptic::demos {

program::Task udp_send_server(program::Host& host, DemoOptions options);
program::Task udp_send_client(program::Host& host, DemoOptions options);

}  // namespace synoptic::demos
