// tcp-echo: a server that greets each client, then answers each name with "Hello, NAME!"; several
// clients at once.
#pragma once

#include "lessons/demos/demo.hh"

namespace synoptic::demos {

program::Task tcp_echo_server(program::Host& host, DemoOptions options);
// The server's task for one accepted client, from the welcome to the close.
program::Task tcp_echo_serve(program::Host& host, program::Socket socket, wire::SocketAddress peer,
                             DemoOptions options);
program::Task tcp_echo_client(program::Host& host, DemoOptions options);

}  // namespace synoptic::demos
