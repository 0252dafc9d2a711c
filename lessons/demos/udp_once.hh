// udp-once: one typed line there, one greeting back, a datagram each.
#pragma once

#include "lessons/demos/demo.hh"

namespace synoptic::demos {

program::Task udp_once_server(program::Host& host, DemoOptions options);
program::Task udp_once_client(program::Host& host, DemoOptions options);

}  // namespace synoptic::demos
