#pragma once

#include <span>
#include <vector>

#include "flow_synth/flow_file.h"

namespace flow_synth {

/// A sound that others are compared with as an ear tells them: what candidates are ranked by. At
/// equal loudness, because the level of a recording is an accident. Python's `Aim.expected_db` says
/// the same.
class Aim {
public:
    /// [inference-thread, allocates] Of a log-mel [n_mels, n_frames] in nats. `hears_level` says
    /// whether the ear tells levels, or only what is below each sound's peak.
    Aim(std::span<const float> mel, const FeatureSettings& settings, bool hears_level);

    /// [inference-thread, allocates] How far a log-mel is from it, in dB of spectral distance.
    double distance_db(std::span<const float> mel) const;

private:
    double m_log_floor;
    std::vector<float> m_decibels;
    std::vector<float> m_magnitudes;
    double m_size;
};

}  // namespace flow_synth
