// tcp-serve-each: one client after another, each for ever: when it has left, the server prompts
// again and sends to nobody. tcp-serve-each-mended leaves the loop at the end of the stream.
#pragma once

#include "lessons/demos/demo.hh"

namespace synoptic::demos {

program::Task tcp_serve_each_server(program::Host& host, DemoOptions options);
program::Task tcp_serve_each_mended_server(program::Host& host, DemoOptions options);
program::Task tcp_serve_each_client(program::Host& host, DemoOptions options);

}  // namespace synoptic::demos
