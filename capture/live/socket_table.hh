// The sockets of this network namespace, as /proc/net lists them: who listens, is bound or
// connected.
#pragma once

#include <set>
#include <string>

namespace synoptic::live {

struct SocketTable {
  // What has an address: "tcp LOCAL REMOTE" as the tables write them. A TCP socket that is bound
  // and does nothing yet is not listed there.
  std::set<std::string> places;
  // Both ends of a TCP connection are there, or it is being opened: somebody may speak again.
  bool conversing = false;
};
SocketTable read_sockets();

}  // namespace synoptic::live
