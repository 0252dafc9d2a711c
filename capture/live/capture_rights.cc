// What stands between a file's capability and a process that has it: the file has none, its file
// system gives none, a sandbox or a container lets nobody have it.
#include "capture/live/capture_rights.hh"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "capture/helper/protocol.hh"
#include "capture/helper/rights.hh"
#include "capture/live/live.hh"
#include "capture/live/own_files.hh"

namespace synoptic::live {
namespace {

bool has_net_raw() {
  helper::Capabilities own;
  return helper::get_capabilities(own) && (own.permitted >> CAP_NET_RAW & 1) != 0;
}

bool file_has_capability(const std::string& path) {
  return ::getxattr(path.c_str(), "security.capability", nullptr, 0) > 0;
}

bool is_nosuid(const std::string& path) {
  struct statvfs status{};
  return ::statvfs(path.c_str(), &status) == 0 && (status.f_flag & ST_NOSUID) != 0;
}

bool setcap_is_there() {
  return ::access("/usr/sbin/setcap", X_OK) == 0 || ::access("/sbin/setcap", X_OK) == 0;
}

// The number that sudo left in `variable`, if it is that of an ordinary account.
std::optional<unsigned> number_in(const char* variable) {
  const char* const text = std::getenv(variable);
  if (text == nullptr) return std::nullopt;
  const std::string_view digits = text;
  unsigned number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size() || number == 0)
    return std::nullopt;
  return number;
}

// The account that called sudo becomes this process's own.
bool become(const Account& caller) {
  const auto [uid, gid] = caller;
  const struct passwd* const account = ::getpwuid(uid);
  const bool groups =
      account != nullptr ? ::initgroups(account->pw_name, gid) == 0 : ::setgroups(1, &gid) == 0;
  return groups && ::setresgid(gid, gid, gid) == 0 && ::setresuid(uid, uid, uid) == 0;
}

}  // namespace

model::Error no_right(const std::string& interface, const std::string& path) {
  const auto what = wire::Saying::of("no right to capture on '{}'", interface);
  if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && !has_net_raw()) {
    return model::Error{
        wire::Saying::of("{}: no program that is started here may get a right (no_new_privs)",
                         what),
        "start it outside of this sandbox or container"};
  }
  if (has_net_raw() || ::prctl(PR_CAPBSET_READ, CAP_NET_RAW, 0, 0, 0) == 0 ||
      (!is_nosuid(path) && file_has_capability(path))) {
    return model::Error{wire::Saying::of("{}: this container has no cap_net_raw to give", what),
                        "start the container with it, as in: docker run --cap-add NET_RAW"};
  }
  if (is_nosuid(path)) {
    return model::Error{
        wire::Saying::of("{}: {} is on a file system that gives no rights (nosuid)", what, path),
        wire::Saying::of("run: sudo {} capture -i {}", shell_word(own_program()), interface)};
  }
  return model::Error{
      what, wire::Saying::of("run once: {}sudo setcap cap_net_raw+ep {}",
                             setcap_is_there() ? "" : "sudo apt-get install libcap2-bin && ",
                             shell_word(path))};
}

model::Error no_helper() {
  return model::Error{wire::Saying::of("{} is not beside {}: without it nothing can be captured on "
                                       "this machine's interfaces",
                                       helper::program_name, own_program()),
                      "build or install all of it: cmake --build, cmake --install"};
}

std::optional<Account> sudo_caller() {
  const auto uid = number_in("SUDO_UID"), gid = number_in("SUDO_GID");
  if (::geteuid() != 0 || !uid || !gid) return std::nullopt;
  return Account{*uid, *gid};
}

model::Expected<void> give_up_rights() {
  const auto caller = sudo_caller();
  const bool became = !caller || (become(*caller) && ::setuid(0) != 0);
  if (helper::drop_all_capabilities() && became) return {};
  return std::unexpected(model::Error{"the rights of root could not be given up", ""});
}

}  // namespace synoptic::live
