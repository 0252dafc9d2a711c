// The tables of /proc/net, read line by line.
#include "capture/live/socket_table.hh"

#include <fstream>
#include <sstream>

namespace synoptic::live {
namespace {

// As linux/tcp_states.h numbers them; the tables write hexadecimal numbers.
constexpr std::string_view established = "01", syn_sent = "02", syn_received = "03",
                           time_wait = "06";

void read_table(const std::string& protocol, SocketTable& table) {
  std::ifstream in("/proc/net/" + protocol);
  std::string line;
  std::getline(in, line);  // the heading
  while (std::getline(in, line)) {
    std::istringstream columns(line);
    std::string slot, local, remote, state;
    columns >> slot >> local >> remote >> state;
    if (state == time_wait) continue;
    table.places.insert(protocol + ' ' + local + ' ' + remote);
    table.conversing |= protocol.starts_with("tcp") &&
                        (state == established || state == syn_sent || state == syn_received);
  }
}

}  // namespace

SocketTable read_sockets() {
  SocketTable table;
  for (const char* protocol : {"tcp", "tcp6", "udp", "udp6"}) read_table(protocol, table);
  return table;
}

}  // namespace synoptic::live
