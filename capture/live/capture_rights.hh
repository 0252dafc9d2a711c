// The right to capture on the host's interfaces: why it is missing, and the one line that mends it.
// (How this program gives up what it has itself: give_up_rights(), in live.hh.)
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "sim/model/error.hh"

namespace synoptic::live {

// Why the helper at `path` may not open `interface`, as far as can be found out.
model::Error no_right(const std::string& interface, const std::string& path);

// Who called sudo, where that is how we were started.
struct Account {
  uid_t uid = 0;
  gid_t gid = 0;
};
std::optional<Account> sudo_caller();

// There is no helper.
model::Error no_helper();

}  // namespace synoptic::live
