// http-get: a web page asked for by hand, over TCP; the header is printed, the page goes to a file.
#pragma once

#include "lessons/demos/demo.hh"

namespace synoptic::demos {

// Where the client puts the page.
inline constexpr std::string_view http_get_file = "http-get.html";

program::Task http_get_server(program::Host& host, DemoOptions options);
program::Task http_get_client(program::Host& host, DemoOptions options);

}  // namespace synoptic::demos
