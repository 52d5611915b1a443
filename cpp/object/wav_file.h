#pragma once

#include <filesystem>

#include "flow_synth/controller.h"
#include "flow_synth/status.h"

namespace flow_synth {

/// [loader-thread, allocates, blocks] Reads the first 20 s of a WAV file (16, 24 or 32 bit integers
/// or 32 bit floats, any number of channels) as mono. `recording` is untouched when it is refused.
Status read_wav(const std::filesystem::path& path, Recording& recording);

}  // namespace flow_synth
