#include "description.h"

#include <array>
#include <cstdio>
#include <string_view>

namespace flow_synth {
namespace {

std::string in_quotes(std::string_view text) {
    std::string json = "\"";
    for (const char character : text) {
        if (character == '"' || character == '\\') {
            json += '\\';
        }
        // Names hold no control characters; one that did would end the text.
        json += static_cast<unsigned char>(character) < ' ' ? ' ' : character;
    }
    return json + '"';
}

/// As many digits as a number has that was written by hand.
std::string number(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.12g", value);
    return text.data();
}

std::string_view word(Kind kind) {
    switch (kind) {
        case Kind::ordinal:
            return "ordinal";
        case Kind::categorical:
            return "categorical";
        default:
            return "continuous";
    }
}

template <typename Items, typename Write>
std::string list(const Items& items, Write write) {
    std::string json = "[";
    for (const auto& item : items) {
        json += (json.size() > 1 ? "," : "") + write(item);
    }
    return json + ']';
}

std::string knob(const Parameter& parameter) {
    const Range& range = parameter.range;
    return "{\"name\":" + in_quotes(parameter.name) + ",\"label\":" + in_quotes(parameter.label) +
           ",\"unit\":" + in_quotes(parameter.unit) + ",\"kind\":" + in_quotes(word(range.kind)) +
           ",\"curve\":" + (range.curve == Curve::log ? "\"log\"" : "\"linear\"") +
           ",\"minimum\":" + number(range.minimum) + ",\"maximum\":" + number(range.maximum) +
           ",\"step\":" + number(range.step) + ",\"default\":" + number(parameter.default_value) +
           ",\"choices\":" + list(parameter.choices, in_quotes) + '}';
}

std::string slider(const SemanticAxis& axis) {
    return "{\"name\":" + in_quotes(axis.name) + ",\"low\":" + in_quotes(axis.low) +
           ",\"high\":" + in_quotes(axis.high) + '}';
}

}  // namespace

std::string description(const CoreModel& model) {
    const FlowFile& file = model.interface();
    const bool has_map = model.flow() != nullptr;
    return "{\"synth\":" + in_quotes(file.synth) +
           ",\"synthVersion\":" + in_quotes(file.synth_version) +
           ",\"family\":" + in_quotes(file.family) +
           ",\"sounds\":" + (model.is_builtin() ? "true" : "false") +
           ",\"nDimensions\":" + std::to_string(has_map ? file.latent.size() : 0) +
           ",\"nMacros\":" + std::to_string(has_map ? file.order.size() : 0) +
           ",\"knobs\":" + list(file.parameters, knob) +
           ",\"sliders\":" + list(file.semantic_axes, slider) + '}';
}

}  // namespace flow_synth
