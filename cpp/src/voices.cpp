#include "flow_synth/voices.h"

#include <algorithm>
#include <cmath>

namespace flow_synth {
namespace {

/// Below -100 dB nothing is heard.
constexpr float k_silence = 1e-5F;
/// A voice that is silent for so long stays silent: the reverb's first echo comes sooner.
constexpr double k_silence_seconds = 0.1;
constexpr std::size_t k_block_samples = 256;
constexpr int k_default_rate_hz = 44100;

std::size_t silence_samples(int sample_rate_hz) {
    return static_cast<std::size_t>(k_silence_seconds * sample_rate_hz);
}

}  // namespace

Voices::Voices() : m_most_silent(silence_samples(k_default_rate_hz)) {}

Status Voices::prepare(int sample_rate_hz) {
    for (Voice& voice : m_voices) {
        if (Status status = voice.sound.prepare(sample_rate_hz); !status.is_ok()) {
            return status;  // The first says so, and none has changed.
        }
        voice.is_held = false;
        voice.is_sounding = false;
    }
    m_most_silent = silence_samples(sample_rate_hz);
    return {};
}

void Voices::set_parameter(std::size_t index, float unit) noexcept FLOW_SYNTH_REALTIME {
    if (index >= BuiltinVoice::n_parameters()) {
        return;
    }
    const float human = BuiltinVoice::human(index, unit);
    for (Voice& voice : m_voices) {
        voice.sound.set_human(index, human);
    }
}

Voices::Voice& Voices::voice_for(double pitch) noexcept {
    // The smaller the rank, the rather it is taken.
    const auto rank = [pitch](const Voice& voice) {
        if (voice.is_held && voice.pitch == pitch) {
            return 0;
        }
        return voice.is_held ? 3 : (voice.is_sounding ? 2 : 1);
    };
    return *std::ranges::min_element(m_voices, [&](const Voice& one, const Voice& other) {
        const int first = rank(one);
        const int second = rank(other);
        return first != second ? first < second : one.struck < other.struck;
    });
}

void Voices::note_on(double pitch, int velocity) noexcept FLOW_SYNTH_REALTIME {
    Voice& voice = voice_for(pitch);
    voice.sound.note_on(pitch, velocity);
    voice.pitch = pitch;
    voice.struck = ++m_n_notes;
    voice.is_held = true;
    voice.is_sounding = true;
    voice.n_silent = 0;
}

void Voices::note_off(double pitch) noexcept FLOW_SYNTH_REALTIME {
    for (Voice& voice : m_voices) {
        if (voice.is_held && voice.pitch == pitch) {
            voice.sound.note_off();
            voice.is_held = false;
        }
    }
}

void Voices::all_notes_off() noexcept FLOW_SYNTH_REALTIME {
    for (Voice& voice : m_voices) {
        voice.sound.note_off();
        voice.is_held = false;
    }
}

void Voices::silence() noexcept FLOW_SYNTH_REALTIME {
    for (Voice& voice : m_voices) {
        if (voice.is_sounding) {
            voice.sound.silence();
        }
        voice.is_held = false;
        voice.is_sounding = false;
    }
}

void Voices::process(std::span<float> left, std::span<float> right) noexcept FLOW_SYNTH_REALTIME {
    std::ranges::fill(left, 0.0F);
    std::ranges::fill(right, 0.0F);
    for (Voice& voice : m_voices) {
        for (std::size_t begin = 0; begin < left.size() && voice.is_sounding;
             begin += k_block_samples) {
            const std::size_t n_samples = std::min(k_block_samples, left.size() - begin);
            add(voice, left.subspan(begin, n_samples), right.subspan(begin, n_samples));
        }
    }
}

void Voices::add(Voice& voice, std::span<float> left, std::span<float> right) noexcept {
    std::array<float, k_block_samples> voice_left;
    std::array<float, k_block_samples> voice_right;
    voice.sound.process(std::span(voice_left).first(left.size()),
                        std::span(voice_right).first(left.size()));
    for (std::size_t index = 0; index < left.size(); ++index) {
        left[index] += voice_left[index];
        right[index] += voice_right[index];
        const bool is_heard =
            std::abs(voice_left[index]) > k_silence || std::abs(voice_right[index]) > k_silence;
        voice.n_silent = is_heard ? 0 : voice.n_silent + 1;
    }
}

void Voices::rest() noexcept FLOW_SYNTH_REALTIME {
    for (Voice& voice : m_voices) {
        if (voice.is_sounding && !voice.is_held && voice.n_silent >= m_most_silent) {
            // As good as new: what is left of the reverb must not begin the next note.
            voice.sound.silence();
            voice.is_sounding = false;
        }
    }
}

std::size_t Voices::n_sounding() const noexcept FLOW_SYNTH_REALTIME {
    return static_cast<std::size_t>(
        std::ranges::count_if(m_voices, [](const Voice& voice) { return voice.is_sounding; }));
}

}  // namespace flow_synth
