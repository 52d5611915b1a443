#include "flow_synth/loaded_libtorch.h"

#include <algorithm>
#include <string_view>

#if defined(__APPLE__)
#include <mach-o/dyld.h>
#elif defined(_WIN32)
#include <windows.h>
// Needs the types of windows.h.
#include <psapi.h>
#elif defined(__linux__)
#include <link.h>
#endif

namespace flow_synth {
namespace {

/// The library that every LibTorch has, whatever else it consists of.
bool is_libtorch(std::string_view path) {
    const std::string_view name = path.substr(path.find_last_of("/\\") + 1);
    return name.starts_with("libtorch_cpu.") || name == "torch_cpu.dll";
}

}  // namespace

std::vector<std::string> loaded_libtorch() {
    std::vector<std::string> paths;
    const auto add = [&paths](std::string_view path) {
        if (is_libtorch(path) && std::ranges::find(paths, path) == paths.end()) {
            paths.emplace_back(path);
        }
    };
#if defined(__APPLE__)
    for (std::uint32_t index = 0; index < _dyld_image_count(); ++index) {
        // None if an image has gone meanwhile.
        if (const char* const name = _dyld_get_image_name(index)) {
            add(name);
        }
    }
#elif defined(_WIN32)
    HMODULE modules[1024];
    DWORD n_bytes = 0;
    if (EnumProcessModules(GetCurrentProcess(), modules, sizeof(modules), &n_bytes) != 0) {
        for (DWORD index = 0; index < std::min<DWORD>(n_bytes, sizeof(modules)) / sizeof(HMODULE);
             ++index) {
            char path[MAX_PATH];
            add(std::string_view(path, GetModuleFileNameA(modules[index], path, MAX_PATH)));
        }
    }
#elif defined(__linux__)
    const auto visit = [](dl_phdr_info* image, std::size_t /*size*/, void* data) {
        (*static_cast<decltype(add)*>(data))(image->dlpi_name);
        return 0;
    };
    dl_iterate_phdr(visit, const_cast<void*>(static_cast<const void*>(&add)));
#endif
    return paths;
}

Status check_libtorch() {
    const auto paths = loaded_libtorch();
    if (paths.size() < 2) {
        return {};
    }
    return Status::refused("there are two LibTorch in this process, " + paths[0] + " and " +
                           paths[1] + "; remove the plug-in or object that brought one of them");
}

}  // namespace flow_synth
