#include "flow_synth/pitch.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace flow_synth {
namespace {

/// The range of a piano.
constexpr double k_minimum_hz = 27.0;
constexpr double k_maximum_hz = 4300.0;
constexpr double k_analysed_seconds = 4.0;
constexpr double k_hop_seconds = 0.04;

/// The first period counts that is by so much less periodic than the best at most: multiples of a
/// period are as good as it is.
constexpr float k_tolerance = 0.06F;
/// What is left of a sound's energy when its next period is taken away; beyond it is noise.
constexpr float k_noise = 0.5F;
/// Frames this close to each other, in semitones, are the same note with its vibrato.
constexpr double k_same_note_semitones = 0.6;
/// The share of the sound that must be periodic at its pitch.
constexpr double k_least_share = 0.1;

struct Frame {
    double note;
    double weight;
};

/// The periods that are looked for, in samples.
struct Periods {
    std::size_t shortest;
    std::size_t longest;
};

/// The cumulative mean normalised difference of a frame [2 * longest] with itself, a period later:
/// `difference` [longest + 1], 0 for what repeats exactly, 1 on average.
void compare(std::span<const float> frame, std::span<float> difference) {
    const std::size_t longest = difference.size() - 1;
    std::vector<float> products(difference.size());
    for (std::size_t sample = 0; sample < longest; ++sample) {
        for (std::size_t period = 0; period <= longest; ++period) {
            products[period] += frame[sample] * frame[sample + period];
        }
    }
    const auto square = [&](std::size_t sample) {
        return static_cast<double>(frame[sample]) * static_cast<double>(frame[sample]);
    };
    double energy = products[0];
    double sum = 0.0;
    difference[0] = 1.0F;
    for (std::size_t period = 1; period <= longest; ++period) {
        energy += square(period + longest - 1) - square(period - 1);
        const double left = std::max(0.0, products[0] + energy - 2.0 * products[period]);
        sum += left;
        difference[period] =
            sum > 0.0 ? static_cast<float>(left * static_cast<double>(period) / sum) : 1.0F;
    }
}

/// The first period that is about as good as the best.
std::size_t first_good(std::span<const float> difference, const Periods& periods) {
    const auto allowed = difference.subspan(periods.shortest);
    const float limit = std::ranges::min(allowed) + k_tolerance;
    std::size_t period = periods.shortest;
    while (difference[period] > limit) {
        ++period;
    }
    while (period < periods.longest && difference[period + 1] < difference[period]) {
        ++period;
    }
    return period;
}

/// A period between samples, where a parabola through its neighbours is lowest.
double refined(std::span<const float> difference, std::size_t period) {
    if (period + 1 >= difference.size()) {
        return static_cast<double>(period);
    }
    const double before = difference[period - 1];
    const double at = difference[period];
    const double after = difference[period + 1];
    const double curvature = before - 2.0 * at + after;
    const double offset = curvature > 0.0 ? 0.5 * (before - after) / curvature : 0.0;
    return static_cast<double>(period) + std::clamp(offset, -0.5, 0.5);
}

/// The weighted median of the frames around the heaviest note; `total` is the weight of the sound.
std::optional<double> dominant(std::vector<Frame> frames, double total) {
    std::ranges::sort(frames, {}, &Frame::note);
    double heaviest = 0.0;
    std::span<const Frame> heard;
    for (const Frame& centre : frames) {
        const auto begin = std::ranges::find_if(frames, [&](const Frame& frame) {
            return frame.note > centre.note - k_same_note_semitones;
        });
        const auto end = std::ranges::find_if(frames, [&](const Frame& frame) {
            return frame.note >= centre.note + k_same_note_semitones;
        });
        double weight = 0.0;
        std::for_each(begin, end, [&](const Frame& frame) { weight += frame.weight; });
        if (weight > heaviest) {
            heaviest = weight;
            heard = {begin, end};
        }
    }
    if (heard.empty() || heaviest < k_least_share * total) {
        return std::nullopt;
    }
    double before = 0.0;
    const auto middle = std::ranges::find_if(heard, [&](const Frame& frame) {
        before += frame.weight;
        return before >= 0.5 * heaviest;
    });
    return middle->note;
}

double note_of(double period_samples, int sample_rate_hz) {
    constexpr double k_a4_note = 69.0;
    constexpr double k_a4_hz = 440.0;
    constexpr double k_octave = 12.0;
    return k_a4_note + k_octave * std::log2(sample_rate_hz / (period_samples * k_a4_hz));
}

}  // namespace

std::optional<double> detect_pitch(std::span<const float> audio, int sample_rate_hz) {
    const auto in_samples = [sample_rate_hz](double seconds) {
        return static_cast<std::size_t>(std::lround(seconds * sample_rate_hz));
    };
    audio = audio.first(std::min(audio.size(), in_samples(k_analysed_seconds)));
    // A short sound cannot tell low pitches.
    const Periods periods{.shortest = std::max<std::size_t>(in_samples(1.0 / k_maximum_hz), 2),
                          .longest = std::min(in_samples(1.0 / k_minimum_hz), audio.size() / 2)};
    if (periods.longest < 2 * periods.shortest) {
        return std::nullopt;
    }
    std::vector<float> difference(periods.longest + 1);
    std::vector<Frame> frames;
    double total = 0.0;
    for (std::size_t begin = 0; begin + 2 * periods.longest <= audio.size();
         begin += in_samples(k_hop_seconds)) {
        const auto frame = audio.subspan(begin, 2 * periods.longest);
        double energy = 0.0;
        for (const float sample : frame) {
            energy += static_cast<double>(sample) * static_cast<double>(sample);
        }
        const double amplitude = std::sqrt(energy);
        total += amplitude;
        compare(frame, difference);
        const std::size_t period = first_good(difference, periods);
        if (amplitude > 0.0 && difference[period] < k_noise) {
            frames.push_back({.note = note_of(refined(difference, period), sample_rate_hz),
                              .weight = amplitude * (1.0 - difference[period])});
        }
    }
    return dominant(std::move(frames), total);
}

}  // namespace flow_synth
