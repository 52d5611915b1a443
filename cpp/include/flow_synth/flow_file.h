#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "flow_synth/parameter.h"
#include "flow_synth/status.h"

namespace flow_synth {

/// Statistics of one dimension of the audio space over the training split; `minimum` and `maximum`
/// are what a macro knob sweeps, `effect` is how far the knobs move with it.
struct LatentDimension {
    double mean = 0.0;
    double standard_deviation = 1.0;
    double minimum = 0.0;
    double maximum = 0.0;
    double effect = 0.0;
};

/// A slider between two words: `direction` [D] is added to z as it goes from low to high.
struct SemanticAxis {
    std::string name;
    std::string low;
    std::string high;
    std::vector<double> direction;
};

/// How sound becomes log-mel.
struct FeatureSettings {
    std::uint32_t sample_rate_hz = 0;
    std::uint32_t n_samples = 0;
    std::uint32_t fft_size = 0;
    std::uint32_t hop_samples = 0;
    std::uint32_t n_mels = 0;
    std::uint32_t n_frames = 0;
    double minimum_hz = 0.0;
    double maximum_hz = 0.0;
    double log_floor = 0.0;
};

/// y = weight x + bias; `weight` is [n_outputs, n_inputs], row after row, masked already.
struct LinearMap {
    std::uint32_t n_inputs = 0;
    std::uint32_t n_outputs = 0;
    std::vector<float> weight;
    std::vector<float> bias;
};

/// What the layers of a flow are: see `docs/model-file.md`.
enum class FlowType : std::uint8_t { iaf = 0, maf = 2, coupling = 3 };

/// The invertible map z -> v of `docs/model-file.md`: a chain of layers, then the boundary of the
/// unit cube.
struct FlowWeights {
    FlowType type = FlowType::iaf;
    std::uint32_t n_dimensions = 0;
    double negative_slope = 0.0;
    double margin = 0.0;
    std::vector<float> boundary_mean;
    std::vector<float> boundary_std;
    std::vector<std::vector<LinearMap>> layers;
};

/// The content of `flow_synth.flow`: all that the native core needs of a model.
struct FlowFile {
    std::string synth;
    std::string synth_version;
    std::string family;  ///< What kind of model it is, for messages.
    std::vector<Parameter> parameters;
    std::vector<LatentDimension> latent;
    std::vector<std::uint32_t> order;  ///< Latent dimensions, the largest effect first.
    std::vector<SemanticAxis> semantic_axes;
    FeatureSettings features;
    std::optional<FlowWeights> flow;  ///< None if only LibTorch can run the map z -> v.

    /// [loader-thread, allocates] Reads a blob; `file` is untouched when it is refused.
    static Status parse(std::span<const std::byte> blob, FlowFile& file);
};

}  // namespace flow_synth
