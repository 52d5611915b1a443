#pragma once

#include <filesystem>

namespace flow_synth {

/// [any-thread, allocates] Where the library or program lies that this is a part of; empty where
/// the machine does not say.
std::filesystem::path own_folder();

}  // namespace flow_synth
