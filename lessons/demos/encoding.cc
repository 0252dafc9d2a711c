// By iconv(3). GB2312 is what glibc calls EUC-CN: two octets above 0xa0 for a Chinese character.
#include "lessons/demos/encoding.hh"

#include <fmt/format.h>
#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>

#include "lessons/demos/words.hh"

namespace synoptic::demos {

namespace {

const char* name_of(Encoding encoding) {
  return encoding == Encoding::gb2312 ? "GB2312" : "UTF-8";
}

class Converter {
 public:
  Converter(Encoding from, Encoding to) : handle_(::iconv_open(name_of(to), name_of(from))) {}
  ~Converter() {
    if (works()) ::iconv_close(handle_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  // Moves what can be converted from the front of `in` to the end of `out`. True: all of it.
  bool convert(std::string_view& in, std::string& out) {
    while (works() && !in.empty()) {
      std::array<char, 256> room;
      char* from = const_cast<char*>(in.data());  // iconv() only reads it
      char* to = room.data();
      std::size_t left = in.size(), free = room.size();
      const std::size_t status = ::iconv(handle_, &from, &left, &to, &free);
      out.append(room.data(), room.size() - free);
      in.remove_prefix(in.size() - left);
      if (status == failed && errno != E2BIG) break;
    }
    return in.empty();
  }

 private:
  static constexpr auto failed = static_cast<std::size_t>(-1);
  bool works() const { return handle_ != reinterpret_cast<iconv_t>(-1); }
  iconv_t handle_;
};

std::string escaped(char octet) {
  return fmt::format("\\x{:02x}", static_cast<unsigned char>(octet));
}

}  // namespace

std::string decoded(Encoding encoding, std::string_view octets) {
  Converter converter(encoding, Encoding::utf8);
  std::string text;
  while (!octets.empty()) {
    // Control characters are the same octets in all of them.
    const auto control = [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == 0x7f; };
    const auto end = std::ranges::find_if(octets, control);
    std::string_view line = octets.substr(0, static_cast<std::size_t>(end - octets.begin()));
    octets.remove_prefix(line.size());
    while (!converter.convert(line, text)) {
      text += escaped(line.front());
      line.remove_prefix(1);
    }
    if (octets.empty()) break;
    text += escaped(octets.front());
    octets.remove_prefix(1);
  }
  return text;
}

std::optional<std::string> encoded(Encoding encoding, std::string_view utf8) {
  if (encoding == Encoding::utf8) return std::string(utf8);
  Converter converter(Encoding::utf8, encoding);
  std::string octets;
  if (!converter.convert(utf8, octets)) return std::nullopt;
  return octets;
}

std::string not_encodable(Language language) {
  return std::string(in(language, "GB2312 lacks a character of this line: it is not sent",
                        "这一行里有 GB2312 没有的字符：没有发送"));
}

}  // namespace synoptic::demos
