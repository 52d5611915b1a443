#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace flow_synth {

/// From one sample rate to another without delay, as Python's `Resampler`, where the equations
/// stand and their sources.
class Resampler {
public:
    /// [any-thread, allocates] Computes all weights, once; up to 10 ms. Both rates are above 0 and
    /// differ.
    Resampler(std::uint32_t from_hz, std::uint32_t to_hz);

    /// [any-thread] Whether the rates have so large a common divisor that few weights do. Those of
    /// sound cards have.
    static bool can_serve(std::uint32_t from_hz, std::uint32_t to_hz) noexcept;

    std::uint32_t from_hz() const noexcept { return m_from_hz; }

    /// [any-thread] So many samples come of `n`.
    std::size_t n_results(std::size_t n) const noexcept;

    /// [any-thread, allocates] Silence is assumed before and after the audio.
    void resample(std::span<const float> audio, std::span<float> results) const;

private:
    const float* weights_of(std::size_t phase) const noexcept {
        return m_weights.data() + phase * m_width;
    }

    std::uint32_t m_from_hz;
    std::size_t m_n_phases;        ///< Results n, n + n_phases, ... share weights,
    std::size_t m_stride;          ///< and their windows begin so many samples apart.
    std::size_t m_margin;          ///< Samples of a window before its result.
    std::size_t m_width;           ///< Of a window.
    std::vector<float> m_weights;  ///< [n_phases, width]
};

}  // namespace flow_synth
