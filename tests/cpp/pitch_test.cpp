#include "flow_synth/pitch.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>
#include <vector>

#include "catch2.h"

using flow_synth::detect_pitch;

namespace {

double hz_of(double note) { return 440.0 * std::exp2((note - 69.0) / 12.0); }

/// A tone of partials, each half as loud as the one before, the first number of them missing.
std::vector<float> tone(double note, int sample_rate_hz, int n_missing = 0, double seconds = 1.0) {
    constexpr int k_n_partials = 8;
    std::vector<float> audio(static_cast<std::size_t>(seconds * sample_rate_hz));
    for (int partial = n_missing + 1; partial <= k_n_partials; ++partial) {
        const double hz = partial * hz_of(note);
        if (hz >= 0.45 * sample_rate_hz) {
            break;
        }
        for (std::size_t index = 0; index < audio.size(); ++index) {
            const double phase = 2.0 * std::numbers::pi * hz * static_cast<double>(index) /
                                 static_cast<double>(sample_rate_hz);
            audio[index] += static_cast<float>(0.3 * std::exp2(-partial) * std::sin(phase));
        }
    }
    return audio;
}

std::vector<float> noise(std::size_t n_samples, float level) {
    std::mt19937 generator(1);
    std::normal_distribution<float> normal(0.0F, level);
    std::vector<float> audio(n_samples);
    std::ranges::generate(audio, [&] { return normal(generator); });
    return audio;
}

double distance(const std::vector<float>& audio, int sample_rate_hz, double note) {
    const auto found = detect_pitch(audio, sample_rate_hz);
    return found ? std::abs(*found - note) : 127.0;
}

}  // namespace

TEST_CASE("a tone has its pitch, at any rate") {
    for (const int rate_hz : {22050, 44100, 48000}) {
        for (int quarter_tones = 44; quarter_tones <= 212; quarter_tones += 7) {
            const double note = quarter_tones / 2.0;
            CAPTURE(rate_hz, note);
            // A period of six samples is hard to tell from its neighbours.
            CHECK(distance(tone(note, rate_hz), rate_hz, note) < (note < 98.0 ? 0.1 : 0.3));
        }
    }
}

TEST_CASE("a missing fundamental is heard") {
    for (int note = 36; note <= 72; note += 4) {
        CAPTURE(note);
        CHECK(distance(tone(note, 44100, 1), 44100, note) < 0.1);
    }
}

TEST_CASE("a tone in noise has its pitch") {
    auto audio = tone(57.0, 22050);
    const auto hiss = noise(audio.size(), 0.02F);
    std::ranges::transform(audio, hiss, audio.begin(), std::plus<>());
    CHECK(distance(audio, 22050, 57.0) < 0.1);
}

TEST_CASE("what sounds longer or louder counts") {
    auto audio = tone(50.0, 22050, 0, 0.3);
    const auto longer = tone(64.0, 22050, 0, 1.0);
    audio.insert(audio.end(), longer.begin(), longer.end());
    CHECK(distance(audio, 22050, 64.0) < 0.1);
    for (float& sample : audio) {
        sample *= 0.01F;
    }
    CHECK(distance(audio, 22050, 64.0) < 0.1);
}

TEST_CASE("a short tone has its pitch where it is long enough") {
    CHECK(distance(tone(72.0, 44100, 0, 0.05), 44100, 72.0) < 0.2);
}

TEST_CASE("noise, silence and nothing have no pitch") {
    CHECK_FALSE(detect_pitch(noise(88200, 0.1F), 22050));
    CHECK_FALSE(detect_pitch(std::vector<float>(88200), 22050));
    for (const std::size_t n_samples : {0U, 1U, 2U, 10U}) {
        CHECK_FALSE(detect_pitch(std::vector<float>(n_samples, 0.5F), 22050));
    }
}
