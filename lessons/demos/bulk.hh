// bulk: one end sends many octets, the other reads them: windows, congestion, loss. bulk-slow: it
// reads slowly, and the window closes.
#pragma once

#include "lessons/demos/demo.hh"

namespace synoptic::demos {

program::Task bulk_server(program::Host& host, DemoOptions options);
program::Task bulk_slow_server(program::Host& host, DemoOptions options);
program::Task bulk_client(program::Host& host, DemoOptions options);

}  // namespace synoptic::demos
