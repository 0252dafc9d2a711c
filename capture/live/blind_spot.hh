// Why the shim is not loaded into a program, or sees nothing of what it does.
#pragma once

#include <string>

namespace synoptic::live {

// As far as the file of the program shows it: "it is linked statically"; empty where it shows
// nothing.
std::string blind_spot(const std::string& program);

}  // namespace synoptic::live
