#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "flow_synth/flow_file.h"

/// How large a flow is.
struct FlowShape {
    flow_synth::FlowType type = flow_synth::FlowType::iaf;
    std::uint32_t n_dimensions = 0;
    std::uint32_t n_first = 0;   ///< Units of the first hidden layer,
    std::uint32_t n_second = 0;  ///< and of the second.
    std::size_t n_layers = 0;
};

/// A flow with random weights, which half precision holds exactly, and hidden units in no order.
flow_synth::FlowWeights random_flow(const FlowShape& shape, std::uint32_t seed);

/// z -> v by the equations of docs/model-file.md, word for word, in double precision.
std::vector<double> decoded(const flow_synth::FlowWeights& flow, std::vector<double> x);
