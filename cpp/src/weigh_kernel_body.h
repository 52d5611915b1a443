// Weighing windows of a signal, compiled once for each build; see vector.h.
#pragma once

#include <array>

#include "kernel.h"
#include "vector.h"

namespace flow_synth::FLOW_SYNTH_BUILD {

inline void weigh(const float* weights, std::size_t n, const float* samples, std::size_t stride,
                  float* sums) {
    std::array<Vector, k_n_windows> parts;
    parts.fill(broadcast(0.0F));
    for (std::size_t first = 0; first < n; first += k_width) {
        const Vector weight = load(weights + first);
        for (std::size_t window = 0; window < k_n_windows; ++window) {
            parts[window] += weight * load(samples + window * stride + first);
        }
    }
    for (std::size_t window = 0; window < k_n_windows; ++window) {
        sums[window] = 0.0F;
        for (std::size_t lane = 0; lane < k_width; ++lane) {
            sums[window] += parts[window][lane];
        }
    }
}

}  // namespace flow_synth::FLOW_SYNTH_BUILD
