#include "flow_synth/builtin_voice.h"

#include <builtin_parameters.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "denormals.h"
#include "faust.h"
#include "flow_synth/sample_rate.h"

#include <builtin_dsp.h>  // Needs the classes of faust.h.

namespace flow_synth {
namespace {

using generated::k_builtin_parameters;

constexpr int k_default_rate_hz = 44100;
constexpr std::size_t k_block_samples = 256;

constexpr Range range_of(const generated::BuiltinParameter& parameter) {
    Range range{.minimum = parameter.minimum, .maximum = parameter.maximum, .step = parameter.step};
    if (parameter.kind != generated::Kind::continuous) {
        range.kind = Kind::ordinal;  // A choice is the number of its place.
    }
    if (parameter.curve == generated::Curve::log) {
        range.curve = Curve::log;
    }
    return range;
}

}  // namespace

struct BuiltinVoice::Faust {
    BuiltinDsp processor;
    std::array<float*, k_builtin_parameters.size()> zones{};
    std::array<float, k_block_samples> gate{};
    std::array<float, k_block_samples> frequency_hz{};
};

BuiltinVoice::BuiltinVoice() : m_faust(std::make_unique<Faust>()) {
    UI widgets;
    m_faust->processor.init(k_default_rate_hz);
    m_faust->processor.buildUserInterface(&widgets);
    std::copy_n(widgets.zones.begin(), m_faust->zones.size(), m_faust->zones.begin());
}

BuiltinVoice::~BuiltinVoice() = default;

std::size_t BuiltinVoice::n_parameters() noexcept { return k_builtin_parameters.size(); }

Status BuiltinVoice::prepare(int sample_rate_hz) {
    if (sample_rate_hz < k_minimum_rate_hz || sample_rate_hz > k_maximum_rate_hz) {
        return Status::refused("a sample rate of " + std::to_string(sample_rate_hz) +
                               " Hz cannot be used; give " + std::to_string(k_minimum_rate_hz) +
                               " to " + std::to_string(k_maximum_rate_hz) + " Hz");
    }
    m_faust->processor.instanceConstants(sample_rate_hz);
    silence();
    return {};
}

void BuiltinVoice::set_parameter(std::size_t index, float unit) noexcept FLOW_SYNTH_REALTIME {
    if (index < k_builtin_parameters.size()) {
        set_human(index, human(index, unit));
    }
}

void BuiltinVoice::set_human(std::size_t index, float human) noexcept FLOW_SYNTH_REALTIME {
    *m_faust->zones[index] = human;
}

float BuiltinVoice::human(std::size_t index, float unit) noexcept FLOW_SYNTH_REALTIME {
    return static_cast<float>(range_of(k_builtin_parameters[index]).to_human(unit));
}

void BuiltinVoice::note_on(double pitch, int velocity) noexcept FLOW_SYNTH_REALTIME {
    m_is_struck_again = m_gate > 0.0F;
    m_gate = static_cast<float>(velocity / 127.0);
    m_frequency_hz = static_cast<float>(440.0 * std::pow(2.0, (pitch - 69.0) / 12.0));
}

void BuiltinVoice::note_off() noexcept FLOW_SYNTH_REALTIME { m_gate = 0.0F; }

void BuiltinVoice::silence() noexcept FLOW_SYNTH_REALTIME {
    m_faust->processor.instanceClear();
    m_gate = 0.0F;
    m_is_struck_again = false;
}

void BuiltinVoice::process(std::span<float> left,
                           std::span<float> right) noexcept FLOW_SYNTH_REALTIME {
    const FlushDenormals flush;
    m_faust->frequency_hz.fill(m_frequency_hz);
    m_faust->gate.fill(m_gate);
    if (m_is_struck_again && !left.empty()) {
        m_faust->gate.front() = 0.0F;  // The envelopes start where the gate rises.
        m_is_struck_again = false;
    }
    for (std::size_t begin = 0; begin < left.size(); begin += k_block_samples) {
        const std::size_t n_samples = std::min(k_block_samples, left.size() - begin);
        std::array<float*, 2> inputs{m_faust->gate.data(), m_faust->frequency_hz.data()};
        std::array<float*, 2> outputs{left.data() + begin, right.data() + begin};
        m_faust->processor.compute(static_cast<int>(n_samples), inputs.data(), outputs.data());
        m_faust->gate.front() = m_gate;
    }
}

}  // namespace flow_synth
