#include "own_folder.h"

#include <array>
#include <cstddef>

#if defined(_WIN32)
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace flow_synth {

std::filesystem::path own_folder() {
    // Something that lies in this very library.
    static const char k_here = 0;
#if defined(_WIN32)
    HMODULE library = nullptr;
    constexpr std::size_t k_most_characters = 32768;
    static std::array<wchar_t, k_most_characters> path{};
    if (GetModuleHandleExW(
            GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
            reinterpret_cast<LPCWSTR>(&k_here), &library) == 0 ||
        GetModuleFileNameW(library, path.data(), static_cast<DWORD>(path.size())) == 0) {
        return {};
    }
    return std::filesystem::path(path.data()).parent_path();
#else
    Dl_info found{};
    if (dladdr(&k_here, &found) == 0 || found.dli_fname == nullptr) {
        return {};
    }
    std::error_code error;
    return std::filesystem::absolute(found.dli_fname, error).parent_path();
#endif
}

}  // namespace flow_synth
