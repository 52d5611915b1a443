#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "flow_synth/parameter.h"
#include "flow_synth/realtime.h"
#include "flow_synth/status.h"

namespace flow_synth {

/// The built-in synthesizer: one monophonic voice, the same sound as `builtin.dsp` gives in Python.
/// All methods but the constructor and `prepare` are for the thread that processes.
class BuiltinVoice {
public:
    /// [control-thread, allocates] Knobs at their defaults, prepared for 44100 Hz.
    BuiltinVoice();

    BuiltinVoice(const BuiltinVoice&) = delete;
    BuiltinVoice& operator=(const BuiltinVoice&) = delete;
    ~BuiltinVoice();

    /// [any-thread] Number of knobs.
    static std::size_t n_parameters() noexcept;

    /// [control-thread, not while processing] Sets the sample rate, 8000 to 192000 Hz, and silences
    /// the voice; knobs stay. Refuses any other rate and leaves all as it is.
    Status prepare(int sample_rate_hz);

    /// [audio-thread] Turns a knob to a unit value in [0, 1]; an index there is not is left alone.
    void set_parameter(std::size_t index, float unit) noexcept FLOW_SYNTH_REALTIME;

    /// [audio-thread] Turns a knob to a value in its own unit, which `human` gives.
    void set_human(std::size_t index, float human) noexcept FLOW_SYNTH_REALTIME;

    /// [audio-thread] Unit value of a knob that there is -> value in its own unit.
    static float human(std::size_t index, float unit) noexcept FLOW_SYNTH_REALTIME;

    /// [audio-thread] Starts a note: `pitch` is a MIDI note number and may be fractional,
    /// `velocity` lies in 1 to 127. A note that is held is struck again.
    void note_on(double pitch, int velocity) noexcept FLOW_SYNTH_REALTIME;

    /// [audio-thread] Releases the note.
    void note_off() noexcept FLOW_SYNTH_REALTIME;

    /// [audio-thread] Ends the note and what still sounds of it.
    void silence() noexcept FLOW_SYNTH_REALTIME;

    /// [audio-thread] Writes the next samples of both channels, which have one length.
    void process(std::span<float> left, std::span<float> right) noexcept FLOW_SYNTH_REALTIME;

private:
    struct Faust;

    std::unique_ptr<Faust> m_faust;
    float m_gate = 0.0F;
    float m_frequency_hz = 440.0F;
    bool m_is_struck_again = false;
};

}  // namespace flow_synth
