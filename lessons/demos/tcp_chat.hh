// tcp-chat: client and server type in turn, until the client says bye.
#pragma once

#include "lessons/demos/demo.hh"

namespace synoptic::demos {

program::Task tcp_chat_server(program::Host& host, DemoOptions options);
program::Task tcp_chat_client(program::Host& host, DemoOptions options);

}  // namespace synoptic::demos
