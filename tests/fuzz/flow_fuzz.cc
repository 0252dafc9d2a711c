// Fuzz target of FlowTracker. The input is a list of records, see flow_properties.hh. Built with
// clang's libFuzzer it fuzzes; see replay_main.cc for the other way.
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/flow_properties.hh"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string broken = synoptic::observe::broken_flow_property({data, size});
  if (!broken.empty()) {
    std::fprintf(stderr, "%s\n", broken.c_str());
    std::abort();
  }
  return 0;
}
