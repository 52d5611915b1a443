#include "resampler.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <random>
#include <vector>

#include "catch2.h"
#include "lanes_kernel.h"

using flow_synth::Kernel;
using flow_synth::Resampler;

namespace {

constexpr std::uint32_t k_to_hz = 22050;
/// Where what is before and after the audio is no longer heard, in seconds.
constexpr double k_edge_seconds = 0.02;

std::vector<float> sine(double frequency_hz, std::uint32_t rate_hz, std::size_t n) {
    std::vector<float> samples(n);
    for (std::size_t index = 0; index < n; ++index) {
        const double seconds = static_cast<double>(index) / rate_hz;
        samples[index] =
            static_cast<float>(std::sin(2 * std::numbers::pi * frequency_hz * seconds));
    }
    return samples;
}

/// Half a second of a sine, less its edges, beside what it should be.
float largest_error(double frequency_hz, std::uint32_t from_hz, double gain) {
    const Resampler resampler(from_hz, k_to_hz);
    const std::vector<float> audio = sine(frequency_hz, from_hz, from_hz / 2);
    std::vector<float> results(resampler.n_results(audio.size()));
    resampler.resample(audio, results);
    const std::vector<float> wanted = sine(frequency_hz, k_to_hz, results.size());
    const auto edge = static_cast<std::size_t>(k_edge_seconds * k_to_hz);
    float largest = 0.0F;
    for (std::size_t index = edge; index + edge < results.size(); ++index) {
        largest =
            std::max(largest, std::abs(results[index] - static_cast<float>(gain) * wanted[index]));
    }
    return largest;
}

}  // namespace

TEST_CASE("what both rates hold is let through, not a sample late") {
    const auto from_hz =
        GENERATE(8000U, 11025U, 16000U, 24000U, 32000U, 44100U, 48000U, 96000U, 192000U);
    REQUIRE(Resampler::can_serve(from_hz, k_to_hz));
    const double highest_hz = 10000.0 / k_to_hz * std::min(from_hz, k_to_hz);
    for (const double frequency_hz : {110.0, 0.5 * highest_hz, highest_hz}) {
        CAPTURE(from_hz, frequency_hz);
        // 90 dB.
        REQUIRE(largest_error(frequency_hz, from_hz, 1.0) < 6e-5F);
    }
}

TEST_CASE("what the lower rate cannot hold is not heard") {
    const auto from_hz = GENERATE(24000U, 44100U, 48000U, 96000U, 192000U);
    CAPTURE(from_hz);
    REQUIRE(largest_error(0.499 * from_hz, from_hz, 0.0) < 6e-5F);
    REQUIRE(largest_error(11025.0, from_hz, 0.0) < 6e-5F);
}

TEST_CASE("a few samples make as many as their time holds") {
    const auto from_hz = GENERATE(8000U, 44100U, 48000U);
    const Resampler resampler(from_hz, k_to_hz);
    for (const std::size_t n :
         {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{8}, std::size_t{333}}) {
        CAPTURE(from_hz, n);
        const std::vector<float> audio(n, 1.0F);
        const auto wanted =
            static_cast<std::size_t>(std::ceil(static_cast<double>(n) * k_to_hz / from_hz));
        REQUIRE(resampler.n_results(n) == wanted);
        std::vector<float> results(wanted, 2.0F);
        resampler.resample(audio, results);
        REQUIRE(std::ranges::all_of(results, [](float x) { return std::abs(x) < 1.5F; }));
    }
}

TEST_CASE("rates with hardly a common divisor are left to the model") {
    REQUIRE_FALSE(Resampler::can_serve(44101, k_to_hz));
    REQUIRE_FALSE(Resampler::can_serve(191999, k_to_hz));
    REQUIRE_FALSE(Resampler::can_serve(k_to_hz, k_to_hz));
}

TEST_CASE("every kernel weighs windows alike") {
    constexpr std::size_t k_n = 40;
    constexpr std::size_t k_stride = 3;
    std::mt19937 generator(1);
    std::uniform_real_distribution<float> uniform(-1.0F, 1.0F);
    std::vector<float> weights(k_n);
    std::vector<float> samples(k_n + flow_synth::k_n_windows * k_stride);
    std::ranges::generate(weights, [&] { return uniform(generator); });
    std::ranges::generate(samples, [&] { return uniform(generator); });
    for (const Kernel* kernel :
         {&flow_synth::k_baseline_kernel, &k_lanes_kernel, &flow_synth::fastest_kernel()}) {
        std::vector<float> sums(flow_synth::k_n_windows);
        kernel->weigh(weights.data(), k_n, samples.data(), k_stride, sums.data());
        for (std::size_t window = 0; window < sums.size(); ++window) {
            double wanted = 0.0;
            for (std::size_t index = 0; index < k_n; ++index) {
                wanted += static_cast<double>(weights[index]) *
                          static_cast<double>(samples[window * k_stride + index]);
            }
            CAPTURE(kernel->name, window);
            REQUIRE(std::abs(sums[window] - wanted) < 2e-6);
        }
    }
}
