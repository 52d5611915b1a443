#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "flow_synth/flow_file.h"

/// How large a flow is.
struct FlowShape {
    FlowShape(flow_synth::FlowType its_type, std::uint32_t dimensions, std::uint32_t first,
              std::uint32_t second, std::size_t layers)
        : type(its_type),
          n_dimensions(dimensions),
          n_first(first),
          n_second(second),
          n_layers(layers) {}

    flow_synth::FlowType type;
    std::uint32_t n_dimensions;
    std::uint32_t n_first;   ///< Units of the first hidden layer,
    std::uint32_t n_second;  ///< and of the second.
    std::size_t n_layers;
};

/// A flow with random weights, which half precision holds exactly, and hidden units in no order.
flow_synth::FlowWeights random_flow(const FlowShape& shape, std::uint32_t seed);

/// z -> v by the equations of docs/model-file.md, word for word, in double precision.
std::vector<double> decoded(const flow_synth::FlowWeights& flow, std::vector<double> x);
