// The table of profiles.
#include "sim/tcp/profile.hh"

#include <algorithm>
#include <array>

namespace synoptic::tcp {

namespace {

using model::milliseconds;
using model::seconds;

// The diagram of the blackboard: no options, round numbers, every segment acknowledged at once,
// every send() a segment. Its timers are the RFC's.
constexpr Profile textbook{
    .name = ProfileName::textbook, .assume_link_mss = true, .round_isn = true};

// RFC 9293, 5681 and 6298 to the letter. R2 is 123 s for data (SHLD-11: at least 100 s) and 183 s
// for SYNs (MUST-23: at least 3 minutes).
constexpr Profile rfc{
    .name = ProfileName::rfc,
    .mss_option = true,
    .delayed_ack = true,
    .nagle = true,
};

// The kernel beside it, as tcpdump shows it on Linux 6. Its window scale follows from Debian's
// default of net.ipv4.tcp_rmem (6 MiB).
constexpr Profile linux_profile{
    .name = ProfileName::linux_,
    .mss_option = true,
    .window_scale_option = true,
    .sack_option = true,
    .timestamps_option = true,
    .linux_option_order = true,
    .window_scale = 7,
    .receive_buffer = 131'072,
    .send_buffer = 2'626'560,
    .linux_window = true,
    .initial_window_segments = 10,
    .delayed_ack = true,
    .delayed_ack_timeout = milliseconds(40),
    .quick_ack = true,
    .nagle = true,
    .minshall_nagle = true,
    .probe_without_data = true,
    .reset_carries_ack = true,
    .min_rto = milliseconds(200),
    .max_rto = seconds(120),
    .min_rto_on_variance = true,
    .time_wait = seconds(60),
    .fin_wait_2_timeout = seconds(60),
    .max_retransmissions = 15,
    .max_syn_retransmissions = 6,
    .max_syn_ack_retransmissions = 5,
    .repeat_syn_ack = true,
    .linear_syn_timeouts = 4,
};

struct Name {
  std::string_view text;
  const Profile* profile;
};
constexpr std::array<Name, 3> names{
    {{"textbook", &textbook}, {"linux", &linux_profile}, {"rfc", &rfc}}};

}  // namespace

const Profile& profile(ProfileName name) {
  return *names[static_cast<std::size_t>(name)].profile;
}

std::optional<ProfileName> parse_profile(std::string_view text) {
  const auto* const found = std::ranges::find(names, text, &Name::text);
  if (found == names.end()) return std::nullopt;
  return found->profile->name;
}

std::string_view profile_text(ProfileName name) {
  return names[static_cast<std::size_t>(name)].text;
}

}  // namespace synoptic::tcp
