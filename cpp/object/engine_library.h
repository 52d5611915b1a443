#pragma once

#include <filesystem>

#include "flow_synth/fs.h"
#include "flow_synth/status.h"

namespace flow_synth {

/// The engine, opened while the program runs: an object is there without it, and says what is
/// missing.
struct EngineLibrary {
    decltype(&::fs_create) create = nullptr;
    decltype(&::fs_destroy) destroy = nullptr;
    decltype(&::fs_load) load = nullptr;
    decltype(&::fs_get_state) get_state = nullptr;
    decltype(&::fs_error) error = nullptr;
    decltype(&::fs_submit) submit = nullptr;
    decltype(&::fs_poll) poll = nullptr;
    decltype(&::fs_find) find = nullptr;
    decltype(&::fs_poll_candidates) poll_candidates = nullptr;
    decltype(&::fs_listen) listen = nullptr;
    decltype(&::fs_finish) finish = nullptr;

    /// [loader-thread, allocates, blocks] Opens the engine that lies in a folder, or else the one
    /// that the environment variable FLOW_SYNTH_ENGINE names. Once opened, it stays so for the
    /// whole process. Refused where another LibTorch is: two of them would end the process.
    static Status open(const std::filesystem::path& folder, const EngineLibrary*& library);

    /// [any-thread, not while opening] What was opened; null if nothing was.
    static const EngineLibrary* opened() noexcept;
};

}  // namespace flow_synth
