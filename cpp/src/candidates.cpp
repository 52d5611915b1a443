#include "flow_synth/candidates.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>

#include "aim.h"
#include "flow_synth/pitch.h"
#include "split_mix.h"

namespace flow_synth {
namespace {

constexpr std::size_t k_n_draws = 256;
/// Below 1, so that draws keep to what is likely. Python's `candidates` draws as many, as likely.
constexpr float k_temperature = 0.7F;
constexpr std::uint64_t k_seed = 1;

/// What imitates a sound without a pitch is middle C, at the velocity of every model's examples.
constexpr double k_unpitched_note = 60.0;
constexpr float k_velocity = 100.0F;

/// Presets are twins when fewer than this many of their knobs, and fewer than a sixth of them,
/// differ by more than the distance: Python's `family` says the same.
constexpr std::size_t k_twin_knobs = 5;
constexpr std::size_t k_twin_share = 6;
constexpr float k_twin_distance = 0.1F;

/// By so much further, a sound is half as similar.
constexpr double k_halving_db = 6.0;

/// Presets [N, P] one after the other.
class Presets {
public:
    Presets(std::span<float> v, std::size_t n_knobs) : m_v(v), m_n_knobs(n_knobs) {}

    std::size_t size() const noexcept { return m_v.size() / m_n_knobs; }
    std::span<float> operator[](std::size_t index) const noexcept {
        return m_v.subspan(index * m_n_knobs, m_n_knobs);
    }

    bool are_equal(std::size_t one, std::size_t other) const noexcept {
        return std::ranges::equal((*this)[one], (*this)[other]);
    }

    bool are_twins(std::size_t one, std::size_t other) const noexcept {
        const std::size_t limit =
            std::min(k_twin_knobs, std::max<std::size_t>(m_n_knobs / k_twin_share, 1));
        std::size_t n_moved = 0;
        for (std::size_t knob = 0; knob < m_n_knobs; ++knob) {
            const bool has_moved =
                std::abs((*this)[one][knob] - (*this)[other][knob]) > k_twin_distance;
            n_moved += has_moved ? 1 : 0;
        }
        return n_moved < limit;
    }

private:
    std::span<float> m_v;
    std::size_t m_n_knobs;
};

using Numbers = std::vector<std::size_t>;

template <typename Is>
bool is_any(const Numbers& numbers, const Is& is) {
    return std::ranges::any_of(numbers, is);
}

/// The numbers of all presets that are not the same as another, the nearest first.
Numbers ranked(const Presets& presets, std::span<const double> distances_db) {
    Numbers all(presets.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    std::ranges::stable_sort(all, {}, [&](std::size_t number) { return distances_db[number]; });
    Numbers distinct;
    for (const std::size_t number : all) {
        if (!is_any(distinct, [&](std::size_t one) { return presets.are_equal(one, number); })) {
            distinct.push_back(number);
        }
    }
    return distinct;
}

/// At most so many of ranked presets: the first of every group of twins before any other.
Numbers different(const Presets& presets, const Numbers& ranking, std::size_t count) {
    Numbers chosen;
    Numbers twins;
    for (const std::size_t number : ranking) {
        const bool is_twin =
            is_any(chosen, [&](std::size_t one) { return presets.are_twins(one, number); });
        (is_twin ? twins : chosen).push_back(number);
    }
    chosen.insert(chosen.end(), twins.begin(), twins.end());
    chosen.resize(std::min(count, chosen.size()));
    return chosen;
}

/// At most so many, the nearest first. The model's answer, which is the first preset, is among them
/// if there are more than one: it errs in other ways than the ear.
Numbers chosen(const Presets& presets, std::span<const double> distances_db, std::size_t count) {
    Numbers numbers = different(presets, ranked(presets, distances_db), count);
    if (numbers.size() > 1 &&
        !is_any(numbers, [&](std::size_t one) { return presets.are_equal(one, 0); })) {
        numbers.back() = 0;
    }
    std::ranges::stable_sort(numbers, {}, [&](std::size_t number) { return distances_db[number]; });
    return numbers;
}

/// The model's answer, which becomes the first preset, and its draws.
Status draw(Engine& engine, std::span<const float> mel, std::span<float> v, std::size_t n_knobs) {
    std::uint64_t state = k_seed;
    std::vector<float> shares(v.size() - n_knobs);
    std::ranges::generate(shares,
                          [&] { return static_cast<float>(split_mix(state) >> 40U) * 0x1p-24F; });
    const Status status = engine.sample(mel, shares, k_temperature, v.subspan(n_knobs));
    return status.is_ok() ? engine.answer(mel, v.first(n_knobs)) : status;
}

/// Holds knobs where they are held, and brings stepped ones to their steps.
void settle(const Presets& presets, const std::vector<Parameter>& knobs,
            std::span<const float> held) {
    for (std::size_t number = 0; number < presets.size(); ++number) {
        const auto preset = presets[number];
        for (std::size_t knob = 0; knob < knobs.size(); ++knob) {
            const float unit = std::isnan(held[knob]) ? preset[knob] : held[knob];
            preset[knob] = static_cast<float>(knobs[knob].range.snap(unit));
        }
    }
}

/// How far the ear expects presets [N, P], played at a pitch, to be from a sound.
Status compare(Engine& engine, const Aim& aim, double pitch, std::span<const float> v,
               std::span<double> distances_db) {
    const FeatureSettings& settings = engine.file().flow_file.features;
    const std::size_t mel_size = std::size_t{settings.n_mels} * settings.n_frames;
    const std::array note{static_cast<float>(pitch), k_velocity};
    std::vector<float> notes;
    for (std::size_t number = 0; number < distances_db.size(); ++number) {
        notes.insert(notes.end(), note.begin(), note.end());
    }
    std::vector<float> mels(distances_db.size() * mel_size);
    Status status = engine.predict(v, notes, mels);
    for (std::size_t number = 0; status.is_ok() && number < distances_db.size(); ++number) {
        distances_db[number] =
            aim.distance_db(std::span(mels).subspan(number * mel_size, mel_size));
    }
    return status;
}

}  // namespace

Status find_candidates(Engine& engine, std::span<const float> audio, int sample_rate_hz,
                       std::span<const float> held, std::size_t count, Candidates& candidates) {
    const FlowFile& file = engine.file().flow_file;
    const std::size_t n_knobs = file.parameters.size();
    if (held.size() != n_knobs) {
        return Status::refused(std::to_string(held.size()) + " held knobs cannot be used; give " +
                               std::to_string(n_knobs));
    }
    std::vector<float> heard;
    std::vector<float> mel(std::size_t{file.features.n_mels} * file.features.n_frames);
    std::vector<float> v((k_n_draws + 1) * n_knobs);
    Status status = engine.take_in(audio, sample_rate_hz, heard);
    if (status.is_ok()) {
        status = engine.features(heard, mel);
    }
    if (status.is_ok()) {
        status = draw(engine, mel, v, n_knobs);
    }
    if (!status.is_ok()) {
        return status;
    }
    const Presets presets(v, n_knobs);
    settle(presets, file.parameters, held);
    const double pitch = detect_pitch(heard, static_cast<int>(file.features.sample_rate_hz))
                             .value_or(k_unpitched_note);
    std::vector<double> distances_db(presets.size());
    status = compare(engine, Aim(mel, file.features, engine.hears_level()), pitch, v, distances_db);
    if (!status.is_ok()) {
        return status;
    }
    candidates = {};
    for (const std::size_t number : chosen(presets, distances_db, count)) {
        const auto preset = presets[number];
        candidates.v.insert(candidates.v.end(), preset.begin(), preset.end());
        candidates.similarities_percent.push_back(
            static_cast<float>(100.0 * std::exp2(-distances_db[number] / k_halving_db)));
    }
    return {};
}

}  // namespace flow_synth
