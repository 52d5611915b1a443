#pragma once

namespace flow_synth {

/// Of what is played and recorded; Python's resampler takes the same.
inline constexpr int k_minimum_rate_hz = 8000;
inline constexpr int k_maximum_rate_hz = 192'000;

}  // namespace flow_synth
