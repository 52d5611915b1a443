#include "inbox.h"

#include <cstddef>
#include <exception>

#include "flow_synth/model_file.h"
#include "wav_file.h"

namespace flow_synth {
namespace {

Status read_model(const std::string& path, std::shared_ptr<const CoreModel>& model) {
    std::vector<std::byte> bytes;
    if (Status status = read_file(path_of(path), bytes); !status.is_ok()) {
        return status;
    }
    if (const Status status = CoreModel::parse(bytes, model); !status.is_ok()) {
        return Status::refused(path + ": " + status.reason());
    }
    return {};
}

/// Reads something; what a damaged file makes the library throw (no memory, say) is a refusal, too.
template <typename Read>
Status guarded(const std::string& path, const Read& read) {
    try {
        return read();
    } catch (const std::exception& error) {
        return Status::refused(path + " cannot be read (" + error.what() + "); give another file");
    }
}

}  // namespace

void load_model(Inbox& inbox, std::uint64_t number, const std::string& path) {
    if (number != inbox.newest_load) {
        return;
    }
    LoadedModel loaded{.number = number, .path = path, .status = {}, .model = nullptr};
    loaded.status = guarded(path, [&] { return read_model(path, loaded.model); });
    if (loaded.status.is_ok()) {
        inbox.newest_model = number;
    }
    inbox.put(std::move(loaded));
}

void open_engine(Inbox& inbox, std::uint64_t number, const std::filesystem::path& folder) {
    if (number != inbox.newest_model) {
        return;
    }
    OpenedEngine opened{.number = number, .status = {}, .library = nullptr};
    opened.status = EngineLibrary::open(folder, opened.library);
    inbox.put(std::move(opened));
}

void read_sound(Inbox& inbox, std::uint64_t number, const std::string& path) {
    if (number != inbox.newest_sound) {
        return;
    }
    ReadSound sound{.number = number, .status = {}, .recording = {}};
    sound.status = guarded(path, [&] { return read_wav(path_of(path), sound.recording); });
    inbox.put(std::move(sound));
}

}  // namespace flow_synth
