// tcp-once: one client, one message there, one back; both hang up.
#pragma once

#include "lessons/demos/demo.hh"

namespace synoptic::demos {

program::Task tcp_once_server(program::Host& host, DemoOptions options);
program::Task tcp_once_client(program::Host& host, DemoOptions options);

}  // namespace synoptic::demos
