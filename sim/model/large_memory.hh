// Memory for a long trace, in pages of 2 MiB where the system has them: first use of a page costs
// as much for a large one as for a small one, and a long trace would take tens of thousands.
#pragma once

#include <cstddef>
#include <new>

namespace synoptic::model {

// Raw memory, aligned for any type; from 2 MiB on with the advice of madvise(2), MADV_HUGEPAGE.
// To be given back with the same size. Throws std::bad_alloc.
void* allocate_large(std::size_t bytes);
void free_large(void* memory, std::size_t bytes) noexcept;

// For the containers of the standard library.
template <class T>
struct LargeAllocator {
  using value_type = T;
  LargeAllocator() = default;
  template <class U>
  LargeAllocator(const LargeAllocator<U>&) noexcept {}

  T* allocate(std::size_t n) { return static_cast<T*>(allocate_large(n * sizeof(T))); }
  void deallocate(T* place, std::size_t n) noexcept { free_large(place, n * sizeof(T)); }
  friend bool operator==(LargeAllocator, LargeAllocator) { return true; }
};

}  // namespace synoptic::model
