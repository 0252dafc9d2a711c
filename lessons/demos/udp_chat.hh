// udp-chat: contacts, each at a port of its own; a client chooses one by name, and writes to it.
#pragma once

#include "lessons/demos/demo.hh"

namespace synoptic::demos {

program::Task udp_chat_server(program::Host& host, DemoOptions options);
program::Task udp_chat_client(program::Host& host, DemoOptions options);

}  // namespace synoptic::demos
