#include "aim.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace flow_synth {
namespace {

/// What one unit of spectral convergence counts in dB; beyond two one sound is as wrong as another.
constexpr double k_convergence_weight_db = 2.0;
constexpr double k_largest_convergence = 2.0;
/// What lies further below a sound's own peak does not count.
constexpr float k_range_db = 80.0F;
constexpr auto k_db_per_nat = static_cast<float>(20.0 / std::numbers::ln10);

/// Log-mel in nats -> dB below its peak.
std::vector<float> relative_db(std::span<const float> mel) {
    const float peak = std::ranges::max(mel);
    std::vector<float> decibels(mel.size());
    std::ranges::transform(mel, decibels.begin(), [peak](float nats) {
        return std::max(k_db_per_nat * (nats - peak), -k_range_db);
    });
    return decibels;
}

/// Of what lies `offset` nats higher.
std::vector<float> magnitudes_of(std::span<const float> mel, double log_floor, float offset) {
    const auto floor = static_cast<float>(log_floor);
    std::vector<float> magnitudes(mel.size());
    std::ranges::transform(mel, magnitudes.begin(), [floor, offset](float nats) {
        return std::max(std::exp(nats + offset) - floor, 0.0F);
    });
    return magnitudes;
}

/// The norm; that of silence is small, and not zero.
double size_of(std::span<const float> magnitudes, double log_floor) {
    double sum = 0.0;
    for (const float magnitude : magnitudes) {
        sum += static_cast<double>(magnitude) * static_cast<double>(magnitude);
    }
    return std::max(std::sqrt(sum), log_floor);
}

}  // namespace

Aim::Aim(std::span<const float> mel, const FeatureSettings& settings, bool hears_level)
    : m_log_floor(settings.log_floor),
      m_decibels(relative_db(mel)),
      m_magnitudes(magnitudes_of(mel, m_log_floor, hears_level ? 0.0F : -std::ranges::max(mel))),
      m_size(size_of(m_magnitudes, m_log_floor)) {}

double Aim::distance_db(std::span<const float> mel) const {
    const std::vector<float> decibels = relative_db(mel);
    const std::vector<float> magnitudes = magnitudes_of(mel, m_log_floor, 0.0F);
    const double gain = m_size / size_of(magnitudes, m_log_floor);
    double distance = 0.0;
    double squares = 0.0;
    for (std::size_t index = 0; index < mel.size(); ++index) {
        distance += std::abs(static_cast<double>(decibels[index]) - m_decibels[index]);
        const double difference = gain * magnitudes[index] - m_magnitudes[index];
        squares += difference * difference;
    }
    const double convergence = std::min(std::sqrt(squares) / m_size, k_largest_convergence);
    return distance / static_cast<double>(mel.size()) + k_convergence_weight_db * convergence;
}

}  // namespace flow_synth
