#include "engine_library.h"

#include <cstdlib>
#include <string>
#include <system_error>

#include "flow_synth/loaded_libtorch.h"
#include "flow_synth/model_file.h"

#if defined(_WIN32)
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace flow_synth {
namespace {

#if defined(_WIN32)
constexpr const char* k_file_name = "flow_synth_engine.dll";
#elif defined(__APPLE__)
constexpr const char* k_file_name = "libflow_synth_engine.dylib";
#else
constexpr const char* k_file_name = "libflow_synth_engine.so";
#endif
constexpr const char* k_variable = "FLOW_SYNTH_ENGINE";

#if defined(_WIN32)
void* open_library(const std::filesystem::path& path, std::string& why) {
    void* const library = LoadLibraryExW(path.c_str(), nullptr, LOAD_WITH_ALTERED_SEARCH_PATH);
    why = "error " + std::to_string(GetLastError());
    return library;
}

void* function_of(void* library, const char* name) {
    return reinterpret_cast<void*>(GetProcAddress(static_cast<HMODULE>(library), name));
}
#else
void* open_library(const std::filesystem::path& path, std::string& why) {
    void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        const char* const reason = dlerror();
        why = reason != nullptr ? reason : "for no reason that is known";
    }
    return library;
}

void* function_of(void* library, const char* name) { return dlsym(library, name); }
#endif

/// Where the engine lies; empty if nowhere.
std::filesystem::path find(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::path beside = folder / k_file_name;
    if (std::filesystem::is_regular_file(beside, error)) {
        return beside;
    }
    const char* const named = std::getenv(k_variable);
    return named != nullptr ? path_of(named) : std::filesystem::path();
}

template <typename Function>
bool take(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(function_of(library, name));
    return function != nullptr;
}

Status take_all(void* library, const std::string& path, EngineLibrary& engine) {
    decltype(&::fs_abi_version) abi_version = nullptr;
    if (!take(library, "fs_abi_version", abi_version) || abi_version() != FS_ABI_VERSION ||
        !take(library, "fs_create", engine.create) ||
        !take(library, "fs_destroy", engine.destroy) || !take(library, "fs_load", engine.load) ||
        !take(library, "fs_get_state", engine.get_state) ||
        !take(library, "fs_error", engine.error) || !take(library, "fs_submit", engine.submit) ||
        !take(library, "fs_poll", engine.poll) || !take(library, "fs_find", engine.find) ||
        !take(library, "fs_poll_candidates", engine.poll_candidates) ||
        !take(library, "fs_listen", engine.listen) || !take(library, "fs_finish", engine.finish)) {
        return Status::refused("the engine " + path +
                               " is of another version than the object; install both anew");
    }
    return {};
}

/// The one of this process.
EngineLibrary& the_engine() {
    static EngineLibrary s_engine;
    return s_engine;
}

/// Why an engine was refused that has brought its LibTorch into this process, where it stays.
Status& the_misfit() {
    static Status s_misfit;
    return s_misfit;
}

Status open_now(const std::filesystem::path& folder, EngineLibrary& engine) {
    const std::filesystem::path path = find(folder);
    if (path.empty()) {
        return Status::refused("match and analyze need the engine, and there is no " +
                               std::string(k_file_name) + " in " + utf8(folder) +
                               "; put it there, or name it in " + k_variable);
    }
    if (const auto others = loaded_libtorch(); !others.empty()) {
        if (!the_misfit().is_ok()) {
            return the_misfit();
        }
        return Status::refused(
            "match and analyze are off, since this process has a LibTorch already, " +
            others.front() + "; remove the plug-in or object that brought it, and start again");
    }
    std::string why;
    void* const library = open_library(path, why);
    if (library == nullptr) {
        return Status::refused("match and analyze are off, since the engine " + utf8(path) +
                               " cannot be opened (" + why + "); install it again");
    }
    Status status = take_all(library, utf8(path), engine);
    if (!status.is_ok() && !loaded_libtorch().empty()) {
        the_misfit() = status;
    }
    return status;
}

}  // namespace

Status EngineLibrary::open(const std::filesystem::path& folder, const EngineLibrary*& library) {
    if (opened() == nullptr) {
        EngineLibrary engine;
        if (Status status = open_now(folder, engine); !status.is_ok()) {
            return status;
        }
        the_engine() = engine;
    }
    library = &the_engine();
    return {};
}

const EngineLibrary* EngineLibrary::opened() noexcept {
    return the_engine().finish != nullptr ? &the_engine() : nullptr;
}

}  // namespace flow_synth
