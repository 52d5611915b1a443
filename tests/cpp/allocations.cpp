#include "allocations.h"

#include <cstdlib>
#include <new>

namespace {

thread_local int t_n_allocations = 0;

void* allocated(std::size_t n_bytes) noexcept {
    ++t_n_allocations;
    return std::malloc(n_bytes > 0 ? n_bytes : 1);
}

void* allocated_or_thrown(std::size_t n_bytes) {
    if (void* memory = allocated(n_bytes)) {
        return memory;
    }
    throw std::bad_alloc();
}

}  // namespace

int n_allocations() noexcept { return t_n_allocations; }

void* operator new(std::size_t n_bytes) { return allocated_or_thrown(n_bytes); }
void* operator new[](std::size_t n_bytes) { return allocated_or_thrown(n_bytes); }
void* operator new(std::size_t n_bytes, const std::nothrow_t& /*tag*/) noexcept {
    return allocated(n_bytes);
}
void* operator new[](std::size_t n_bytes, const std::nothrow_t& /*tag*/) noexcept {
    return allocated(n_bytes);
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t /*n_bytes*/) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t /*n_bytes*/) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t& /*tag*/) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t& /*tag*/) noexcept { std::free(memory); }
