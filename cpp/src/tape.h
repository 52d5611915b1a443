#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "flow_synth/sample_rate.h"

namespace flow_synth {

/// The last seconds of a recording.
class Tape {
public:
    static constexpr std::size_t k_seconds = 6;

    int sample_rate_hz = 0;
    std::uint32_t number = 0;  ///< Of the recording,
    std::uint32_t model = 0;   ///< and of the model that played.

    /// [audio-thread] Begins anew.
    void rewind(int rate_hz) noexcept {
        sample_rate_hz = rate_hz;
        m_length = k_seconds * static_cast<std::size_t>(rate_hz);
        m_n_samples = 0;
    }

    /// [audio-thread]
    void append(std::span<const float> audio) noexcept {
        for (const float sample : audio) {
            m_samples[m_n_samples % m_length] = sample;
            ++m_n_samples;
        }
    }

    /// [inference-thread, allocates] In order of time.
    std::vector<float> audio() const {
        const float* samples = m_samples.get();
        if (m_n_samples <= m_length) {
            return {samples, samples + m_n_samples};
        }
        std::vector<float> audio(samples, samples + m_length);
        std::ranges::rotate(audio,
                            audio.begin() + static_cast<std::ptrdiff_t>(m_n_samples % m_length));
        return audio;
    }

private:
    static constexpr std::size_t k_most_samples = std::size_t{k_maximum_rate_hz} * k_seconds;

    // Memory that was never touched costs nothing but addresses; a vector would touch it.
    // NOLINTNEXTLINE(modernize-avoid-c-arrays)
    std::unique_ptr<float[]> m_samples = std::make_unique_for_overwrite<float[]>(k_most_samples);
    std::size_t m_length = 1;
    std::size_t m_n_samples = 0;
};

}  // namespace flow_synth
