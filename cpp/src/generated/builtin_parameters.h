// Generated from builtin.dsp by `python -m flow_synth.synths.builtin_source`; do not edit.
#pragma once
#include <array>
#include <cstddef>

namespace flow_synth::generated {

enum class Kind { continuous, ordinal, categorical };
enum class Curve { linear, log };

struct BuiltinParameter {
    const char* name;
    const char* label;
    const char* unit;
    double minimum;
    double maximum;
    double default_value;
    double step;
    Kind kind;
    Curve curve;
    const char* choices;  // separated by '|', empty unless categorical
};

inline constexpr std::size_t k_builtin_parameter_count = 40;

inline constexpr std::array<BuiltinParameter, k_builtin_parameter_count> k_builtin_parameters{{
    {"osc1_shape", "Osc 1 shape", "", 0.0, 3.0, 2.0, 1.0, Kind::continuous, Curve::linear, ""},
    {"osc1_pulse_width", "Osc 1 pulse width", "", 0.5, 0.95, 0.5, 1.0, Kind::continuous, Curve::linear, ""},
    {"osc2_shape", "Osc 2 shape", "", 0.0, 3.0, 2.0, 1.0, Kind::continuous, Curve::linear, ""},
    {"osc2_pulse_width", "Osc 2 pulse width", "", 0.5, 0.95, 0.5, 1.0, Kind::continuous, Curve::linear, ""},
    {"osc2_detune", "Osc 2 detune", "cents", -50.0, 50.0, 0.0, 1.0, Kind::continuous, Curve::linear, ""},
    {"osc2_octave", "Osc 2 octave", "octaves", -2.0, 2.0, 0.0, 1.0, Kind::ordinal, Curve::linear, ""},
    {"osc2_semitones", "Osc 2 semitones", "semitones", 0.0, 11.0, 0.0, 1.0, Kind::ordinal, Curve::linear, ""},
    {"osc_mix", "Osc mix", "", 0.0, 1.0, 0.0, 1.0, Kind::continuous, Curve::linear, ""},
    {"sub_level", "Sub level", "", 0.0, 1.0, 0.0, 1.0, Kind::continuous, Curve::linear, ""},
    {"ring", "Ring modulation", "", 0.0, 1.0, 0.0, 1.0, Kind::continuous, Curve::linear, ""},
    {"noise", "Noise", "", 0.0, 1.0, 0.0, 1.0, Kind::continuous, Curve::linear, ""},
    {"filter_mode", "Filter mode", "", 0.0, 2.0, 0.0, 1.0, Kind::categorical, Curve::linear, "lowpass|bandpass|highpass"},
    {"filter_cutoff", "Filter cutoff", "Hz", 40.0, 16000.0, 16000.0, 1.0, Kind::continuous, Curve::log, ""},
    {"filter_resonance", "Filter resonance", "", 0.0, 1.0, 0.0, 1.0, Kind::continuous, Curve::linear, ""},
    {"filter_env_amount", "Filter envelope", "octaves", -6.0, 6.0, 0.0, 1.0, Kind::continuous, Curve::linear, ""},
    {"filter_key_tracking", "Filter key tracking", "", 0.0, 1.0, 0.5, 1.0, Kind::continuous, Curve::linear, ""},
    {"filter_attack", "Filter attack", "s", 0.001, 4.0, 0.001, 1.0, Kind::continuous, Curve::log, ""},
    {"filter_decay", "Filter decay", "s", 0.01, 8.0, 0.5, 1.0, Kind::continuous, Curve::log, ""},
    {"filter_sustain", "Filter sustain", "", 0.0, 1.0, 1.0, 1.0, Kind::continuous, Curve::linear, ""},
    {"filter_release", "Filter release", "s", 0.01, 8.0, 0.1, 1.0, Kind::continuous, Curve::log, ""},
    {"amp_attack", "Amp attack", "s", 0.001, 4.0, 0.001, 1.0, Kind::continuous, Curve::log, ""},
    {"amp_decay", "Amp decay", "s", 0.01, 8.0, 0.5, 1.0, Kind::continuous, Curve::log, ""},
    {"amp_sustain", "Amp sustain", "", 0.0, 1.0, 1.0, 1.0, Kind::continuous, Curve::linear, ""},
    {"amp_release", "Amp release", "s", 0.01, 8.0, 0.1, 1.0, Kind::continuous, Curve::log, ""},
    {"pitch_env_amount", "Pitch envelope", "semitones", -24.0, 24.0, 0.0, 1.0, Kind::continuous, Curve::linear, ""},
    {"pitch_env_decay", "Pitch envelope decay", "s", 0.005, 2.0, 0.1, 1.0, Kind::continuous, Curve::log, ""},
    {"lfo_shape", "LFO shape", "", 0.0, 3.0, 0.0, 1.0, Kind::categorical, Curve::linear, "sine|triangle|square|random"},
    {"lfo_rate", "LFO rate", "Hz", 0.05, 20.0, 5.0, 1.0, Kind::continuous, Curve::log, ""},
    {"lfo_fade", "LFO fade-in", "s", 0.001, 4.0, 0.001, 1.0, Kind::continuous, Curve::log, ""},
    {"lfo_to_pitch", "LFO to pitch", "semitones", 0.0, 2.0, 0.0, 1.0, Kind::continuous, Curve::linear, ""},
    {"lfo_to_filter", "LFO to filter", "octaves", 0.0, 3.0, 0.0, 1.0, Kind::continuous, Curve::linear, ""},
    {"lfo_to_amp", "LFO to amp", "", 0.0, 1.0, 0.0, 1.0, Kind::continuous, Curve::linear, ""},
    {"lfo_to_pulse_width", "LFO to pulse width", "", 0.0, 0.45, 0.0, 1.0, Kind::continuous, Curve::linear, ""},
    {"drive", "Drive", "dB", 0.0, 36.0, 0.0, 1.0, Kind::continuous, Curve::linear, ""},
    {"chorus_mix", "Chorus mix", "", 0.0, 1.0, 0.0, 1.0, Kind::continuous, Curve::linear, ""},
    {"chorus_rate", "Chorus rate", "Hz", 0.1, 5.0, 0.5, 1.0, Kind::continuous, Curve::log, ""},
    {"chorus_depth", "Chorus depth", "ms", 0.0, 5.0, 2.0, 1.0, Kind::continuous, Curve::linear, ""},
    {"reverb_mix", "Reverb mix", "", 0.0, 1.0, 0.0, 1.0, Kind::continuous, Curve::linear, ""},
    {"reverb_decay", "Reverb decay", "s", 0.2, 10.0, 1.5, 1.0, Kind::continuous, Curve::log, ""},
    {"reverb_damping", "Reverb damping", "Hz", 500.0, 16000.0, 8000.0, 1.0, Kind::continuous, Curve::log, ""},
}};

}  // namespace flow_synth::generated
