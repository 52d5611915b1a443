#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "flow_synth/builtin_voice.h"
#include "flow_synth/realtime.h"
#include "flow_synth/status.h"

namespace flow_synth {

/// The built-in synthesizer with eight voices, each of which sounds as it does alone.
/// All methods but the constructor and `prepare` are for the thread that processes.
class Voices {
public:
    static constexpr std::size_t k_n_voices = 8;

    /// [control-thread, allocates] Knobs at their defaults, prepared for 44100 Hz.
    Voices();

    /// [control-thread, not while processing] Sets the sample rate, 8000 to 192000 Hz, and silences
    /// all voices; knobs stay. Refuses any other rate and leaves all as it is.
    Status prepare(int sample_rate_hz);

    /// [audio-thread] Turns a knob of all voices to a unit value in [0, 1]; an index there is not
    /// is left alone.
    void set_parameter(std::size_t index, float unit) noexcept FLOW_SYNTH_REALTIME;

    /// [audio-thread] Starts a note: `pitch` is a MIDI note number and may be fractional,
    /// `velocity` lies in 1 to 127. A pitch that is held is struck again; where all voices sound,
    /// the oldest is taken, first of those that were let go.
    void note_on(double pitch, int velocity) noexcept FLOW_SYNTH_REALTIME;

    /// [audio-thread] Releases the note of a pitch, if there is one.
    void note_off(double pitch) noexcept FLOW_SYNTH_REALTIME;

    /// [audio-thread] Releases all notes.
    void all_notes_off() noexcept FLOW_SYNTH_REALTIME;

    /// [audio-thread] Ends all notes and what still sounds of them.
    void silence() noexcept FLOW_SYNTH_REALTIME;

    /// [audio-thread] Writes the next samples of both channels, which have one length.
    void process(std::span<float> left, std::span<float> right) noexcept FLOW_SYNTH_REALTIME;

    /// [audio-thread] Lets voices rest that have died away, and cost nothing until they are struck.
    void rest() noexcept FLOW_SYNTH_REALTIME;

    /// [audio-thread] Voices that are computed.
    std::size_t n_sounding() const noexcept FLOW_SYNTH_REALTIME;

private:
    struct Voice {
        BuiltinVoice sound;
        double pitch = 0.0;
        std::uint64_t struck = 0;  ///< The number of the note; the larger, the younger.
        bool is_held = false;
        bool is_sounding = false;
        std::size_t n_silent = 0;  ///< Samples since it was last heard.
    };

    Voice& voice_for(double pitch) noexcept;
    void add(Voice& voice, std::span<float> left, std::span<float> right) noexcept;

    std::array<Voice, k_n_voices> m_voices;
    std::uint64_t m_n_notes = 0;
    std::size_t m_most_silent = 0;
};

}  // namespace flow_synth
