// Read off the ELF file: its class, its interpreter, its section names.
#include "capture/live/blind_spot.hh"

#include <elf.h>
#include <sys/stat.h>

#include <array>
#include <cstring>
#include <fstream>
#include <string_view>
#include <vector>

namespace synoptic::live {
namespace {

constexpr std::size_t most_headers = 4096;
constexpr std::size_t most_names = 1 << 20;

template <typename T>
bool read_at(std::ifstream& in, std::uint64_t place, T* out, std::size_t count) {
  in.clear();
  in.seekg(static_cast<std::streamoff>(place));
  return static_cast<bool>(
      in.read(reinterpret_cast<char*>(out), static_cast<std::streamsize>(count * sizeof(T))));
}

bool has_interpreter(std::ifstream& in, const Elf64_Ehdr& head) {
  std::vector<Elf64_Phdr> parts(std::min<std::size_t>(head.e_phnum, most_headers));
  if (!read_at(in, head.e_phoff, parts.data(), parts.size())) return true;
  for (const Elf64_Phdr& part : parts) {
    if (part.p_type == PT_INTERP) return true;
  }
  return false;
}

// The names of its sections are one text.
bool is_go(std::ifstream& in, const Elf64_Ehdr& head) {
  Elf64_Shdr names{};
  if (head.e_shstrndx == SHN_UNDEF ||
      !read_at(in, head.e_shoff + head.e_shstrndx * sizeof names, &names, 1) ||
      names.sh_size > most_names)
    return false;
  std::string text(names.sh_size, '\0');
  return read_at(in, names.sh_offset, text.data(), text.size()) &&
         text.find(".go.buildinfo") != std::string::npos;
}

}  // namespace

std::string blind_spot(const std::string& program) {
  struct stat file{};
  std::ifstream in(program, std::ios::binary);
  std::array<unsigned char, EI_NIDENT> ident{};
  if (::stat(program.c_str(), &file) != 0 || !read_at(in, 0, ident.data(), ident.size()) ||
      std::memcmp(ident.data(), ELFMAG, SELFMAG) != 0)
    return "";
  if ((file.st_mode & (S_ISUID | S_ISGID)) != 0) return "it runs with rights of its own (set-uid)";
  if (ident[EI_CLASS] != ELFCLASS64) return "it is a 32-bit program";
  Elf64_Ehdr head{};
  if (!read_at(in, 0, &head, 1)) return "";
  if (is_go(in, head)) return "it is a Go program, which makes its calls without the C library";
  if (!has_interpreter(in, head)) return "it is linked statically";
  return "";
}

}  // namespace synoptic::live
