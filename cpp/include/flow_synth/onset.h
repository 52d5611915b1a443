#pragma once

#include <cstddef>
#include <span>

namespace flow_synth {

/// [any-thread] Where a mono recording begins to be worth hearing: one frame of 5 ms before the
/// first that comes within 40 dB of the loudest. Python's `read_audio` says the same.
std::size_t onset(std::span<const float> audio, int sample_rate_hz);

}  // namespace flow_synth
