// Role names: as a trace has them they are English; shown, they are in the language spoken.
#pragma once

#include <string>
#include <string_view>

namespace synoptic::ladder {

// "client", "client 2", "server" in the language spoken; an address, or a name that somebody gave,
// as it is.
std::string role_name(std::string_view name);
// Whether it is a role: "client", "client 2"; and no address or name that somebody gave.
bool is_role(std::string_view name);

}  // namespace synoptic::ladder
