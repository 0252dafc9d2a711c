// handshake: a connection that is opened and closed, and nothing else.
#pragma once

#include "lessons/demos/demo.hh"

namespace synoptic::demos {

program::Task handshake_server(program::Host& host, DemoOptions options);
program::Task handshake_client(program::Host& host, DemoOptions options);

}  // namespace synoptic::demos
