#include "flow_synth/onset.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace flow_synth {
namespace {

constexpr double k_frame_seconds = 0.005;
constexpr double k_onset_power = 1e-4;  // -40 dB.

/// Python rounds halves to even, and so does this.
std::size_t frame_samples(int sample_rate_hz) {
    const double n_samples = std::nearbyint(k_frame_seconds * sample_rate_hz);
    return static_cast<std::size_t>(std::max(n_samples, 1.0));
}

}  // namespace

std::size_t onset(std::span<const float> audio, int sample_rate_hz) {
    const std::size_t length = frame_samples(sample_rate_hz);
    std::vector<double> energies;
    for (std::size_t begin = 0; begin < audio.size(); begin += length) {
        double energy = 0.0;
        for (const float sample : audio.subspan(begin, std::min(length, audio.size() - begin))) {
            energy += static_cast<double>(sample) * static_cast<double>(sample);
        }
        energies.push_back(energy);
    }
    if (energies.empty()) {
        return 0;
    }
    const double least = std::ranges::max(energies) * k_onset_power;
    const auto first =
        std::ranges::find_if(energies, [least](double energy) { return energy >= least; });
    const auto number = static_cast<std::size_t>(first - energies.begin());
    return (number > 0 ? number - 1 : 0) * length;
}

}  // namespace flow_synth
