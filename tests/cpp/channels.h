#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

/// Audio of two channels.
using Channels = std::vector<std::vector<float>>;

inline float peak(const Channels& audio) {
    float highest = 0.0F;
    for (const auto& channel : audio) {
        for (const float sample : channel) {
            highest = std::max(highest, std::abs(sample));
        }
    }
    return highest;
}
