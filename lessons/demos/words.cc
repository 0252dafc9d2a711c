// The catalogue of errors.
#include "lessons/demos/words.hh"

#include <fmt/format.h>

#include <array>
#include <cerrno>

namespace synoptic::demos {

namespace {

struct ErrorWords {
  std::int32_t error;
  std::string_view en, zh;
};

constexpr std::array words{
    ErrorWords{EACCES, "permission denied", "没有权限"},
    ErrorWords{EADDRINUSE, "address already in use", "地址已被占用"},
    ErrorWords{EADDRNOTAVAIL, "cannot assign requested address", "无法使用该地址"},
    ErrorWords{EAFNOSUPPORT, "address family not supported", "不支持该地址族"},
    ErrorWords{EBADF, "bad file descriptor", "无效的文件描述符"},
    ErrorWords{ECONNREFUSED, "connection refused", "连接被拒绝"},
    ErrorWords{ECONNRESET, "connection reset by peer", "连接被对方重置"},
    ErrorWords{EHOSTUNREACH, "no route to host", "没有到主机的路由"},
    ErrorWords{EMSGSIZE, "message too long", "消息过长"},
    ErrorWords{ENETUNREACH, "network is unreachable", "网络不可达"},
    ErrorWords{ENOTCONN, "not connected", "尚未连接"},
    ErrorWords{EPIPE, "broken pipe", "管道已断开"},
    ErrorWords{ETIMEDOUT, "connection timed out", "连接超时"},
};

// "connection refused (ECONNREFUSED)"; the bare name where the catalogue has no words.
std::string in_words(Language language, std::int32_t error) {
  for (const ErrorWords& entry : words) {
    if (entry.error == error) {
      return fmt::format("{} ({})", language == Language::zh ? entry.zh : entry.en,
                         model::error_name(error));
    }
  }
  return model::error_name(error);
}

}  // namespace

std::string failure(Language language, std::string_view call, const wire::SocketAddress& address,
                    std::int32_t error) {
  return fmt::format("{} {}: {}", call, address.str(), in_words(language, error));
}

std::string failure(Language language, std::string_view call, std::int32_t error) {
  return fmt::format("{}: {}", call, in_words(language, error));
}

std::string_view in(Language language, std::string_view en, std::string_view zh) {
  return language == Language::zh ? zh : en;
}

std::string call_from(Language language, const wire::IpAddress& who) {
  if (language == Language::zh) return fmt::format("接到来自{}的电话", who.str());
  return fmt::format("A call from {}", who.str());
}

std::string message_from(Language language, const wire::SocketAddress& who, std::string_view text) {
  if (language == Language::zh) return fmt::format("来自[{}]的一条消息:{}", who.str(), text);
  return fmt::format("A message from [{}]: {}", who.str(), text);
}

}  // namespace synoptic::demos
