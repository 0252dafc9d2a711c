// udp-duplex-chat: two equal peers; each receives and types at the same time, in two tasks.
#pragma once

#include "lessons/demos/demo.hh"

namespace synoptic::demos {

program::Task udp_duplex_chat_server(program::Host& host, DemoOptions options);
program::Task udp_duplex_chat_client(program::Host& host, DemoOptions options);

}  // namespace synoptic::demos
