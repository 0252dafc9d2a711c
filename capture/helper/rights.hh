// Capabilities of the calling thread, by the system calls themselves: what is kept, and that
// nothing is left. Shared by the helper and the program that starts it.
#pragma once

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>

namespace synoptic::helper {

struct Capabilities {
  std::uint64_t effective = 0, permitted = 0, inheritable = 0;
};

inline bool get_capabilities(Capabilities& to) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> data{};
  if (::syscall(SYS_capget, &header, data.data()) != 0) return false;
  const auto join = [](std::uint32_t low, std::uint32_t high) {
    return low | static_cast<std::uint64_t>(high) << 32;
  };
  to = {join(data[0].effective, data[1].effective), join(data[0].permitted, data[1].permitted),
        join(data[0].inheritable, data[1].inheritable)};
  return true;
}

inline bool set_capabilities(const Capabilities& to) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const auto low = [](std::uint64_t all) { return static_cast<std::uint32_t>(all); };
  const auto high = [](std::uint64_t all) { return static_cast<std::uint32_t>(all >> 32); };
  const std::array<__user_cap_data_struct, 2> data{
      {{low(to.effective), low(to.permitted), low(to.inheritable)},
       {high(to.effective), high(to.permitted), high(to.inheritable)}}};
  return ::syscall(SYS_capset, &header, data.data()) == 0;
}

// Nothing that is executed from here on gets any. That takes cap_setpcap: root has it; an ordinary
// account does not, and has no_new_privs for the same.
inline void empty_bounding_set() {
  for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability)
    ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
}

// Of all capabilities at most cap_net_raw stays.
inline bool keep_only_net_raw() {
  Capabilities now;
  if (!get_capabilities(now)) return false;
  const std::uint64_t net_raw = now.permitted & std::uint64_t{1} << CAP_NET_RAW;
  return set_capabilities({net_raw, net_raw, 0});
}

// None stays, and none comes again. False when that is not so.
inline bool drop_all_capabilities() {
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  set_capabilities({});
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  Capabilities left;
  return get_capabilities(left) && left.effective == 0 && left.permitted == 0 &&
         left.inheritable == 0 && ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

}  // namespace synoptic::helper
