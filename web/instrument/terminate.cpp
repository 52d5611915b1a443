#include <__verbose_abort>

// An AudioWorklet has no WASI: no console, no files, no clock. All that the module would need of it
// is how libc++ and libc++abi say on the standard error why they end a program. Here they end it
// without a word, by a trap, which JavaScript sees as a WebAssembly.RuntimeError. So the module
// imports nothing at all: the import object is empty, and nobody stands in for a system.

void std::__libcpp_verbose_abort(const char* /*format*/, ...) noexcept { __builtin_trap(); }

/// The linker sends here who calls libc++abi's `__abort_message`.
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming): the linker's name.
extern "C" [[noreturn]] void __wrap___abort_message(const char* /*format*/, ...) {
    __builtin_trap();
}
