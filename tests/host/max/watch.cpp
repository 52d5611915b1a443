// Watches what threads do. The functions of the C library for memory and locks are replaced by
// ours, which count and then call them; they are neither sanitized nor allowed to allocate
// themselves.

#include "watch.h"

#include <dlfcn.h>
#include <pthread.h>

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <utility>

namespace max_host {
namespace {

struct Thread {
    Role role = Role::foreign;
    int n_locks_held = 0;
    bool is_performing = false;
    bool is_watched = false;
    int n_allocations = 0;
    int n_locks = 0;
};

constinit thread_local Thread t_thread;

std::mutex s_mutex;

std::vector<std::string>& breaches() {
    static std::vector<std::string> s_breaches;
    return s_breaches;
}

void note_allocation() noexcept {
    if (t_thread.is_watched) {
        ++t_thread.n_allocations;
    }
}

void note_lock() noexcept {
    if (t_thread.is_watched) {
        ++t_thread.n_locks;
    }
}

/// The next library's function of that name: the C library's, or a sanitizer's.
template <typename Function>
Function* next(const char* name) noexcept {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

Role role() noexcept { return t_thread.role; }

void set_role(Role role) noexcept { t_thread.role = role; }

int n_locks_held() noexcept { return t_thread.n_locks_held; }

void breach(std::string_view rule) {
    const HostsOwn own;
    const std::scoped_lock lock(s_mutex);
    if (std::ranges::find(breaches(), rule) == breaches().end()) {
        breaches().emplace_back(rule);
    }
}

std::vector<std::string> take_breaches() {
    const std::scoped_lock lock(s_mutex);
    return std::exchange(breaches(), {});
}

Performing::Performing() noexcept {
    t_thread.n_allocations = 0;
    t_thread.n_locks = 0;
    t_thread.is_performing = true;
    t_thread.is_watched = true;
}

Performing::~Performing() {
    t_thread.is_performing = false;
    t_thread.is_watched = false;
    if (t_thread.n_allocations > 0) {
        breach("perform allocates or frees memory");
    }
    if (t_thread.n_locks > 0) {
        breach("perform locks");
    }
}

bool Performing::is_now() noexcept { return t_thread.is_performing; }

HostsOwn::HostsOwn() noexcept : m_was_watched(std::exchange(t_thread.is_watched, false)) {}

HostsOwn::~HostsOwn() { t_thread.is_watched = m_was_watched; }

}  // namespace max_host

// --- Locks ---

using max_host::next;
using max_host::note_allocation;
using max_host::note_lock;
using max_host::t_thread;

extern "C" {

int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
    static auto* const k_next = next<int(pthread_mutex_t*)>("pthread_mutex_lock");
    note_lock();
    const int error = k_next(mutex);
    t_thread.n_locks_held += error == 0 ? 1 : 0;
    return error;
}

int pthread_mutex_trylock(pthread_mutex_t* mutex) noexcept {
    static auto* const k_next = next<int(pthread_mutex_t*)>("pthread_mutex_trylock");
    note_lock();
    const int error = k_next(mutex);
    t_thread.n_locks_held += error == 0 ? 1 : 0;
    return error;
}

int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
    static auto* const k_next = next<int(pthread_mutex_t*)>("pthread_mutex_unlock");
    --t_thread.n_locks_held;
    return k_next(mutex);
}

int pthread_rwlock_rdlock(pthread_rwlock_t* lock) noexcept {
    static auto* const k_next = next<int(pthread_rwlock_t*)>("pthread_rwlock_rdlock");
    note_lock();
    return k_next(lock);
}

int pthread_rwlock_wrlock(pthread_rwlock_t* lock) noexcept {
    static auto* const k_next = next<int(pthread_rwlock_t*)>("pthread_rwlock_wrlock");
    note_lock();
    return k_next(lock);
}

int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
    static auto* const k_next = next<int(pthread_cond_t*, pthread_mutex_t*)>("pthread_cond_wait");
    note_lock();
    return k_next(condition, mutex);
}

// --- Memory ---

#if defined(FLOW_SYNTH_SANITIZED)

// Sanitizers have functions of their own for memory, and say when they are called.
int __sanitizer_install_malloc_and_free_hooks(void (*allocated)(const volatile void*, std::size_t),
                                              void (*freed)(const volatile void*));

}  // extern "C"

namespace {

[[maybe_unused]] const int k_installed = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void* /*memory*/, std::size_t /*n_bytes*/) { note_allocation(); },
    [](const volatile void* /*memory*/) { note_allocation(); });

}  // namespace

#else

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): what the C library calls
// them.
void* __libc_malloc(std::size_t n_bytes);
void* __libc_calloc(std::size_t n, std::size_t n_bytes);
void* __libc_realloc(void* memory, std::size_t n_bytes);
void* __libc_memalign(std::size_t alignment, std::size_t n_bytes);
void __libc_free(void* memory);
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

void* malloc(std::size_t n_bytes) noexcept {
    note_allocation();
    return __libc_malloc(n_bytes);
}

void* calloc(std::size_t n, std::size_t n_bytes) noexcept {
    note_allocation();
    return __libc_calloc(n, n_bytes);
}

void* realloc(void* memory, std::size_t n_bytes) noexcept {
    note_allocation();
    return __libc_realloc(memory, n_bytes);
}

void* aligned_alloc(std::size_t alignment, std::size_t n_bytes) noexcept {
    note_allocation();
    return __libc_memalign(alignment, n_bytes);
}

void free(void* memory) noexcept {
    if (memory != nullptr) {
        note_allocation();
    }
    __libc_free(memory);
}

}  // extern "C"

#endif
