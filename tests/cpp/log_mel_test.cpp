#include "log_mel.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <numbers>
#include <random>
#include <vector>

#include "catch2.h"
#include "fourier.h"

using flow_synth::FeatureSettings;
using flow_synth::Fourier;
using flow_synth::LogMel;

namespace {

constexpr FeatureSettings k_settings{.sample_rate_hz = 22050,
                                     .n_samples = 88200,
                                     .fft_size = 2048,
                                     .hop_samples = 1024,
                                     .n_mels = 128,
                                     .n_frames = 87,
                                     .minimum_hz = 30.0,
                                     .maximum_hz = 11000.0,
                                     .log_floor = 1e-5};

std::vector<float> analysed(const std::vector<float>& audio) {
    std::vector<float> mel(std::size_t{k_settings.n_mels} * k_settings.n_frames);
    LogMel(k_settings).analyse(audio, mel);
    return mel;
}

}  // namespace

TEST_CASE("a transform is the sum that defines it") {
    const auto n = GENERATE(std::size_t{4}, std::size_t{8}, std::size_t{64}, std::size_t{512});
    std::mt19937 generator(1);
    std::normal_distribution<double> normal;
    Fourier::Numbers numbers(n);
    std::ranges::generate(numbers.real, [&] { return normal(generator); });
    std::ranges::generate(numbers.imaginary, [&] { return normal(generator); });
    std::vector<std::complex<double>> wanted(n);
    for (std::size_t k = 0; k < n; ++k) {
        for (std::size_t t = 0; t < n; ++t) {
            const double angle =
                -2.0 * std::numbers::pi * static_cast<double>(k * t % n) / static_cast<double>(n);
            wanted[k] +=
                std::complex(numbers.real[t], numbers.imaginary[t]) * std::polar(1.0, angle);
        }
    }
    Fourier::Numbers other(n);
    Fourier(n).transform(numbers, other);
    for (std::size_t k = 0; k < n; ++k) {
        CAPTURE(n, k);
        REQUIRE(std::abs(numbers.real[k] - wanted[k].real()) < 1e-11);
        REQUIRE(std::abs(numbers.imaginary[k] - wanted[k].imag()) < 1e-11);
    }
}

TEST_CASE("silence is at the floor, and so are frames that a click does not reach") {
    std::vector<float> audio(k_settings.n_samples);
    const auto floor = static_cast<float>(std::log(k_settings.log_floor));
    REQUIRE(std::ranges::all_of(analysed(audio), [=](float x) { return x == floor; }));
    // Within the windows of frames 9 and 10.
    audio[10 * k_settings.hop_samples - 300] = 1.0F;
    const std::vector<float> mel = analysed(audio);
    for (std::size_t band = 2; band < k_settings.n_mels; ++band) {
        for (std::size_t frame = 0; frame < k_settings.n_frames; ++frame) {
            CAPTURE(band, frame);
            REQUIRE((mel[band * k_settings.n_frames + frame] > floor) ==
                    (frame == 9 || frame == 10));
        }
    }
}

TEST_CASE("a sine of full scale has a magnitude of 512 in its band alone") {
    const auto bin = GENERATE(100, 101, 257);
    std::vector<float> audio(k_settings.n_samples);
    for (std::size_t t = 0; t < audio.size(); ++t) {
        const double turns =
            static_cast<double>(bin) * static_cast<double>(t) / k_settings.fft_size;
        audio[t] = static_cast<float>(std::sin(2.0 * std::numbers::pi * turns));
    }
    const std::vector<float> mel = analysed(audio);
    double sum = 0.0;
    for (std::size_t band = 0; band < k_settings.n_mels; ++band) {
        sum += std::exp(static_cast<double>(mel[band * k_settings.n_frames + 40]));
    }
    // Half of it again lies in each of the neighbouring bins; triangles add up to one.
    REQUIRE(std::abs(sum - 1024.0) < 1.0);
}

TEST_CASE("what is no power of two is left to the model") {
    FeatureSettings settings = k_settings;
    REQUIRE(LogMel::can_serve(settings));
    settings.fft_size = 1536;
    REQUIRE_FALSE(LogMel::can_serve(settings));
    settings = k_settings;
    settings.n_frames = 86;
    REQUIRE_FALSE(LogMel::can_serve(settings));
}
