// Small requests go the ordinary way; large ones begin and end on the bounds of large pages.
#include "sim/model/large_memory.hh"

#include <sys/mman.h>

namespace synoptic::model {
namespace {

constexpr std::size_t page = std::size_t{2} << 20;
constexpr std::size_t whole_pages(std::size_t bytes) {
  return (bytes + page - 1) / page * page;
}

}  // namespace

void* allocate_large(std::size_t bytes) {
  if (bytes < page) return ::operator new(bytes);
  void* const memory = ::operator new(whole_pages(bytes), std::align_val_t(page));
  ::madvise(memory, whole_pages(bytes), MADV_HUGEPAGE);  // refused: ordinary pages
  return memory;
}

void free_large(void* memory, std::size_t bytes) noexcept {
  if (bytes < page)
    ::operator delete(memory);
  else
    ::operator delete(memory, std::align_val_t(page));
}

}  // namespace synoptic::model
