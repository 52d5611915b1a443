#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "flow_synth/flow_file.h"
#include "fourier.h"

namespace flow_synth {

/// Audio -> log-mel, as Python's `LogMel`, where the equations stand and their sources.
class LogMel {
public:
    /// [any-thread, allocates] The settings are such that `can_serve` them.
    explicit LogMel(const FeatureSettings& settings);

    /// [any-thread] Whether the size of the transform is a power of two, and frames cover the
    /// sound.
    static bool can_serve(const FeatureSettings& settings) noexcept;

    /// [any-thread, allocates] Audio [n_samples] -> log-mel [n_mels, n_frames] in nats.
    void analyse(std::span<const float> audio, std::span<float> mel) const;

private:
    /// A triangle over the bins of the spectrum.
    struct Band {
        std::size_t first = 0;
        std::vector<double> weights;
    };

    bool window_frame(std::span<const float> audio, std::size_t frame,
                      std::span<double> windowed) const;
    void write_frame(std::span<const double> magnitudes, std::size_t frame,
                     std::span<float> mel) const;

    FeatureSettings m_settings;
    Fourier m_fourier;
    std::vector<double> m_window;
    std::vector<Band> m_bands;
};

}  // namespace flow_synth
