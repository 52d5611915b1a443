#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "flow_synth/flow_file.h"
#include "flow_synth/status.h"

namespace flow_synth {

/// A model file (`NAME.flow.ts`) without its TorchScript part.
struct ModelFile {
    std::string description;  ///< The JSON text of `flow_synth.json`.
    FlowFile flow_file;

    /// [loader-thread, allocates] Verifies every byte's checksum and reads the model's interface
    /// and flow; `file` is untouched when the bytes are refused.
    static Status parse(std::span<const std::byte> bytes, ModelFile& file);
};

/// [any-thread, allocates] A path as text, for messages.
std::string utf8(const std::filesystem::path& path);

/// [any-thread, allocates] The path that a text in UTF-8 names.
std::filesystem::path path_of(const std::string& text);

/// [loader-thread, allocates, blocks] Reads a whole file into memory.
Status read_file(const std::filesystem::path& path, std::vector<std::byte>& bytes);

}  // namespace flow_synth
