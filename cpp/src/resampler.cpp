#include "resampler.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <numbers>
#include <numeric>

#include "kernel.h"

namespace flow_synth {
namespace {

constexpr double k_attenuation_db = 90.0;
/// The pass band ends at this share of the lower rate.
constexpr double k_pass_band = 10000.0 / 22050.0;
/// What is weighed at once by any kernel.
constexpr std::size_t k_most_lanes = 8;
/// 4 MB. Two rates without a common divisor would need a hundred.
constexpr std::size_t k_most_weights = std::size_t{1} << 20U;

constexpr std::size_t rounded_up(std::size_t n, std::size_t multiple) {
    return (n + multiple - 1) / multiple * multiple;
}

/// The modified Bessel function of the first kind, of order 0, by its power series: 1e-16 for what
/// a window needs.
double bessel_i0(double x) {
    double term = 1.0;
    double sum = 1.0;
    for (int k = 1; term > 1e-17 * sum; ++k) {
        term *= (x / (2.0 * k)) * (x / (2.0 * k));
        sum += term;
    }
    return sum;
}

/// The filter that lets through what both rates can hold.
class Filter {
public:
    Filter(std::uint32_t from_hz, std::uint32_t to_hz) {
        const double lower = static_cast<double>(std::min(from_hz, to_hz)) / from_hz;
        const double transition = lower * (0.5 - k_pass_band);
        m_half_width =
            (k_attenuation_db - 7.95) / (2.285 * 2.0 * std::numbers::pi * transition) / 2;
        m_bandwidth = lower * (0.5 + k_pass_band);
    }

    /// Half the length of the kernel in input samples.
    double half_width() const { return m_half_width; }

    /// The weight at a distance in input samples.
    double weight(double distance) const {
        const double position = distance / m_half_width;
        if (position * position >= 1.0) {
            return 0.0;
        }
        constexpr double k_beta = 0.1102 * (k_attenuation_db - 8.7);
        static const double k_highest = bessel_i0(k_beta);
        const double window = bessel_i0(k_beta * std::sqrt(1.0 - position * position)) / k_highest;
        const double angle = std::numbers::pi * m_bandwidth * distance;
        return m_bandwidth * (angle == 0.0 ? 1.0 : std::sin(angle) / angle) * window;
    }

private:
    double m_half_width;
    double m_bandwidth;
};

}  // namespace

Resampler::Resampler(std::uint32_t from_hz, std::uint32_t to_hz) : m_from_hz(from_hz) {
    assert(from_hz > 0 && to_hz > 0 && from_hz != to_hz);
    const std::uint32_t divisor = std::gcd(from_hz, to_hz);
    m_n_phases = to_hz / divisor;
    m_stride = from_hz / divisor;
    const Filter filter(from_hz, to_hz);
    m_margin = static_cast<std::size_t>(std::ceil(filter.half_width()));
    m_width = rounded_up(2 * m_margin + 2, k_most_lanes);
    // All distances are multiples of 1 / n_phases.
    const auto n_steps =
        static_cast<std::size_t>(filter.half_width() * static_cast<double>(m_n_phases)) + 2;
    std::vector<float> at(n_steps);
    for (std::size_t step = 0; step < n_steps; ++step) {
        at[step] = static_cast<float>(
            filter.weight(static_cast<double>(step) / static_cast<double>(m_n_phases)));
    }
    m_weights.resize(m_n_phases * m_width);
    for (std::size_t phase = 0; phase < m_n_phases; ++phase) {
        // Where the result lies in its window, in steps.
        const std::size_t centre = phase * m_stride % m_n_phases + m_margin * m_n_phases;
        for (std::size_t index = 0; index < m_width; ++index) {
            const std::size_t position = index * m_n_phases;
            const std::size_t step = position > centre ? position - centre : centre - position;
            m_weights[phase * m_width + index] = step < n_steps ? at[step] : 0.0F;
        }
    }
}

bool Resampler::can_serve(std::uint32_t from_hz, std::uint32_t to_hz) noexcept {
    const std::uint32_t n_phases = to_hz / std::gcd(from_hz, to_hz);
    return from_hz != to_hz &&
           n_phases * 2 * Filter(from_hz, to_hz).half_width() < static_cast<double>(k_most_weights);
}

std::size_t Resampler::n_results(std::size_t n) const noexcept {
    return (n * m_n_phases + m_stride - 1) / m_stride;
}

void Resampler::resample(std::span<const float> audio, std::span<float> results) const {
    assert(results.size() == n_results(audio.size()));
    const Kernel& kernel = fastest_kernel();
    const std::size_t n_rounds = (results.size() + m_n_phases - 1) / m_n_phases;
    const std::size_t n_windows = rounded_up(n_rounds, k_n_windows);
    std::vector<float> samples(
        std::max((n_windows + 1) * m_stride + m_width, m_margin + audio.size()));
    std::ranges::copy(audio, samples.begin() + static_cast<std::ptrdiff_t>(m_margin));
    // All phases of a few windows, whose samples stay at hand.
    for (std::size_t first = 0; first < n_rounds; first += k_n_windows) {
        for (std::size_t phase = 0; phase < m_n_phases; ++phase) {
            std::array<float, k_n_windows> sums;
            const std::size_t begin = first * m_stride + phase * m_stride / m_n_phases;
            kernel.weigh(weights_of(phase), m_width, samples.data() + begin, m_stride, sums.data());
            for (std::size_t window = 0; window < k_n_windows; ++window) {
                const std::size_t result = (first + window) * m_n_phases + phase;
                if (result < results.size()) {
                    results[result] = sums[window];
                }
            }
        }
    }
}

}  // namespace flow_synth
