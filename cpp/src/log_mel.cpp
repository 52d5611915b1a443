#include "log_mel.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <numbers>

namespace flow_synth {
namespace {

double mel_of(double hz) { return 2595.0 * std::log10(1.0 + hz / 700.0); }

double hz_of(double mel) { return 700.0 * (std::pow(10.0, mel / 2595.0) - 1.0); }

/// [n_mels + 2] where triangles begin and end.
std::vector<double> edges_hz(const FeatureSettings& settings) {
    const double first = mel_of(settings.minimum_hz);
    const double last = mel_of(settings.maximum_hz);
    std::vector<double> edges(settings.n_mels + 2);
    const auto n_steps = static_cast<double>(edges.size() - 1);
    for (std::size_t index = 0; index < edges.size(); ++index) {
        edges[index] = hz_of(first + (last - first) * static_cast<double>(index) / n_steps);
    }
    return edges;
}

/// Magnitudes [2][n / 2 + 1] of two real signals, of whose complex sum this is the spectrum.
void part(const Fourier::Numbers& spectrum, std::array<std::vector<double>, 2>& magnitudes) {
    const std::size_t n = spectrum.real.size();
    for (std::size_t bin = 0; bin <= n / 2; ++bin) {
        const std::size_t mirrored = (n - bin) % n;
        const double even_r = spectrum.real[bin] + spectrum.real[mirrored];
        const double odd_r = spectrum.real[bin] - spectrum.real[mirrored];
        const double even_i = spectrum.imaginary[bin] + spectrum.imaginary[mirrored];
        const double odd_i = spectrum.imaginary[bin] - spectrum.imaginary[mirrored];
        magnitudes[0][bin] = 0.5 * std::sqrt(even_r * even_r + odd_i * odd_i);
        magnitudes[1][bin] = 0.5 * std::sqrt(even_i * even_i + odd_r * odd_r);
    }
}

}  // namespace

LogMel::LogMel(const FeatureSettings& settings)
    : m_settings(settings),
      m_fourier(settings.fft_size),
      m_window(settings.fft_size),
      m_bands(settings.n_mels) {
    assert(can_serve(settings));
    const std::size_t n = settings.fft_size;
    for (std::size_t t = 0; t < n; ++t) {
        const double turn = static_cast<double>(t) / static_cast<double>(n);
        m_window[t] = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * turn);
    }
    const std::vector<double> edges = edges_hz(settings);
    for (std::size_t number = 0; number < m_bands.size(); ++number) {
        Band& band = m_bands[number];
        for (std::size_t bin = 0; bin <= n / 2; ++bin) {
            const double hz =
                static_cast<double>(bin) * settings.sample_rate_hz / static_cast<double>(n);
            const double rising = (hz - edges[number]) / (edges[number + 1] - edges[number]);
            const double falling =
                (edges[number + 2] - hz) / (edges[number + 2] - edges[number + 1]);
            // Model files hold them in single precision.
            const double weight = static_cast<float>(std::min(rising, falling));
            if (weight > 0.0) {
                band.first = band.weights.empty() ? bin : band.first;
                band.weights.push_back(weight);
            }
        }
    }
}

bool LogMel::can_serve(const FeatureSettings& settings) noexcept {
    return settings.fft_size >= 4 && std::has_single_bit(settings.fft_size) &&
           settings.hop_samples > 0 &&
           settings.n_frames == 1 + settings.n_samples / settings.hop_samples;
}

void LogMel::analyse(std::span<const float> audio, std::span<float> mel) const {
    assert(audio.size() == m_settings.n_samples);
    assert(mel.size() == std::size_t{m_settings.n_mels} * m_settings.n_frames);
    const std::size_t n = m_fourier.size();
    Fourier::Numbers numbers(n);
    Fourier::Numbers other(n);
    std::array<std::vector<double>, 2> magnitudes;
    magnitudes.fill(std::vector<double>(n / 2 + 1));
    // Two frames are one transform: of the first as real parts and the second as imaginary ones.
    for (std::size_t frame = 0; frame < m_settings.n_frames; frame += 2) {
        const bool is_first_heard = window_frame(audio, frame, numbers.real);
        const bool is_second_heard = window_frame(audio, frame + 1, numbers.imaginary);
        if (is_first_heard || is_second_heard) {
            m_fourier.transform(numbers, other);
            part(numbers, magnitudes);
        } else {
            std::ranges::for_each(magnitudes, [](auto& of_one) { std::ranges::fill(of_one, 0.0); });
        }
        write_frame(magnitudes[0], frame, mel);
        write_frame(magnitudes[1], frame + 1, mel);
    }
}

/// Whether there is anything in it.
bool LogMel::window_frame(std::span<const float> audio, std::size_t frame,
                          std::span<double> windowed) const {
    // Outside the sound are zeros.
    std::ranges::fill(windowed, 0.0);
    const std::size_t half = m_window.size() / 2;
    const std::size_t centre = frame * m_settings.hop_samples;
    const std::size_t begin = centre < half ? half - centre : 0;
    const std::size_t end =
        std::min(windowed.size(), audio.size() + half - std::min(centre, audio.size() + half));
    double energy = 0.0;
    for (std::size_t t = begin; t < end; ++t) {
        windowed[t] = m_window[t] * static_cast<double>(audio[centre + t - half]);
        energy += windowed[t] * windowed[t];
    }
    return energy > 0.0;
}

void LogMel::write_frame(std::span<const double> magnitudes, std::size_t frame,
                         std::span<float> mel) const {
    if (frame >= m_settings.n_frames) {
        return;
    }
    for (std::size_t number = 0; number < m_bands.size(); ++number) {
        const Band& band = m_bands[number];
        double sum = 0.0;
        for (std::size_t index = 0; index < band.weights.size(); ++index) {
            sum += band.weights[index] * magnitudes[band.first + index];
        }
        mel[number * m_settings.n_frames + frame] =
            static_cast<float>(std::log(sum + m_settings.log_floor));
    }
}

}  // namespace flow_synth
