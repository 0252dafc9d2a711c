// What synoptic-capture and whoever starts it agree on.
//
//   synoptic-capture INTERFACE SNAP-LENGTH FILTER [UID GID]   captures until its standard input
//                                                             hangs up; FILTER may be empty
//   synoptic-capture --check                                  opens lo, and ends
//
// Started by root it becomes the account UID of the group GID, where they are given.
//
//   standard input    is never read: when its other end is closed, what was on the wire by then is
//                     still handed over, and the helper ends
//   standard output   a pipe: the capture as a pcap file. Its header comes when the device is open
//                     and no right is left
//   standard error    lines: "dropped N" whenever the kernel dropped more packets, N in all;
//                     "error REFUSAL TEXT" when it could not go on; "end" when all was handed over
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace synoptic::helper {

inline constexpr const char* program_name = "synoptic-capture";
inline constexpr const char* check_argument = "--check";

inline constexpr std::string_view dropped_word = "dropped ";
inline constexpr std::string_view error_word = "error ";
inline constexpr std::string_view end_word = "end";

// Why it could not go on. The text after it is libpcap's or the system's.
namespace refusal {
inline constexpr std::string_view no_rights = "no-rights";
inline constexpr std::string_view no_interface = "no-interface";
inline constexpr std::string_view down = "down";
inline constexpr std::string_view device = "device";
inline constexpr std::string_view filter = "filter";                 // it does not compile
inline constexpr std::string_view filter_unusable = "not-filtered";  // the device does not take it
inline constexpr std::string_view rights_left = "rights-left";       // they could not be given up
inline constexpr std::string_view ended_early = "ended-early";       // in the middle of a capture
}  // namespace refusal

// The longest packet that is handed over, and so the largest snap length.
inline constexpr std::uint32_t longest_packet = 262144;

// A pcap file's headers, in this machine's byte order.
inline constexpr std::uint32_t magic_ns = 0xa1b23c4d;  // time stamps in nanoseconds
inline constexpr std::uint32_t magic_us = 0xa1b2c3d4;  // … in microseconds
struct FileHeader {
  std::uint32_t magic = magic_ns;
  std::uint16_t major = 2, minor = 4;
  std::uint32_t zone = 0, accuracy = 0;
  std::uint32_t snap_length = 0;
  std::uint32_t link = 0;  // LINKTYPE_…
};
struct RecordHeader {
  std::uint32_t seconds = 0, part = 0;
  std::uint32_t size = 0;           // of what follows
  std::uint32_t original_size = 0;  // on the wire
};
inline constexpr std::size_t longest_record = sizeof(RecordHeader) + longest_packet;
static_assert(sizeof(FileHeader) == 24 && sizeof(RecordHeader) == 16);

}  // namespace synoptic::helper
