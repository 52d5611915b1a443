#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine_library.h"
#include "flow_synth/controller.h"
#include "flow_synth/core_model.h"
#include "flow_synth/status.h"

namespace flow_synth {

/// What has come of a request to the loader thread, which had a number.
struct LoadedModel {
    std::uint64_t number = 0;
    std::string path;
    Status status;
    std::shared_ptr<const CoreModel> model;
};

struct OpenedEngine {
    std::uint64_t number = 0;
    Status status;
    const EngineLibrary* library = nullptr;
};

struct ReadSound {
    std::uint64_t number = 0;
    Status status;
    Recording recording;
};

using Loaded = std::variant<LoadedModel, OpenedEngine, ReadSound>;

/// What the loader thread tells an object. It outlives the object for as long as something loads.
class Inbox {
public:
    /// [any-thread] The newest model that was asked for: those before need not be loaded.
    std::atomic<std::uint64_t> newest_load{0};
    /// [any-thread] Likewise of sounds.
    std::atomic<std::uint64_t> newest_sound{0};
    /// [loader-thread] The newest load that brought a model.
    std::uint64_t newest_model = 0;

    /// [loader-thread, allocates, blocks for a moment]
    void put(Loaded loaded) {
        const std::scoped_lock lock(m_mutex);
        m_loaded.push_back(std::move(loaded));
    }

    /// [control-thread, blocks for a moment] All that was put there since the last call.
    std::vector<Loaded> take() {
        const std::scoped_lock lock(m_mutex);
        return std::exchange(m_loaded, {});
    }

private:
    std::mutex m_mutex;
    std::vector<Loaded> m_loaded;
};

/// [loader-thread, allocates, blocks] Loads a model file; does nothing if another was asked for
/// since.
void load_model(Inbox& inbox, std::uint64_t number, const std::string& path);

/// [loader-thread, allocates, blocks] Opens the engine for the model of that number, if it is one.
/// After the model: it plays while the engine, which is large, is opened.
void open_engine(Inbox& inbox, std::uint64_t number, const std::filesystem::path& folder);

/// [loader-thread, allocates, blocks] Reads a WAV file; does nothing if another was asked for
/// since.
void read_sound(Inbox& inbox, std::uint64_t number, const std::string& path);

}  // namespace flow_synth
