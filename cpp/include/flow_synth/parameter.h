#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flow_synth {

/// How a knob moves.
enum class Kind : std::uint8_t { continuous, ordinal, categorical };

/// How unit space maps to the human range of a continuous knob.
enum class Curve : std::uint8_t { linear, log };

/// The human range of a knob, in its own unit (Hz, seconds, semitones ...).
struct Range {
    double minimum = 0.0;
    double maximum = 1.0;
    double step = 1.0;  ///< Of a stepped knob.
    Kind kind = Kind::continuous;
    Curve curve = Curve::linear;

    /// [any-thread] Unit value, drawn into [0, 1]; that of a stepped knob becomes its nearest step.
    double snap(double unit) const noexcept;

    /// [any-thread] Unit value in [0, 1] -> human value; a stepped knob lands on its nearest step.
    double to_human(double unit) const noexcept;

    /// [any-thread] Human value, drawn into the range -> unit value in [0, 1].
    double to_unit(double human) const noexcept;
};

/// One knob of a synthesizer.
struct Parameter {
    std::string name;
    std::string label;
    std::string unit;
    Range range;
    double default_value = 0.0;  ///< Human.
    std::vector<std::string> choices;
};

}  // namespace flow_synth
