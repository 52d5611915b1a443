#include "reference_flow.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

using flow_synth::FlowType;
using flow_synth::FlowWeights;
using flow_synth::LinearMap;

namespace {

using Numbers = std::vector<double>;

/// Trained flows are less wild than ones of which all weights are of one size.
constexpr double k_last_gain = 0.25;

/// A number of 10 bits or fewer, and none below 2^-24: half precision holds it.
float rounded(double number) {
    int exponent = 0;
    std::frexp(number, &exponent);
    const double step = std::ldexp(1.0, std::max(exponent - 10, -24));
    return static_cast<float>(std::round(number / step) * step);
}

/// Makes the linear maps of one layer.
class LayerMaker {
public:
    LayerMaker(const FlowShape& shape, std::mt19937& generator)
        : m_shape(shape), m_generator(generator) {}

    std::vector<LinearMap> operator()() {
        const std::uint32_t n = m_shape.n_dimensions;
        const std::uint32_t n_kept = n / 2;
        if (m_shape.type == FlowType::coupling) {
            const auto is_there = [](std::uint32_t /*row*/, std::uint32_t /*column*/) {
                return true;
            };
            return {map(n_kept, m_shape.n_first, 1.0, is_there),
                    map(m_shape.n_first, m_shape.n_second, 1.0, is_there),
                    map(m_shape.n_second, 2 * (n - n_kept), k_last_gain, is_there)};
        }
        // A unit sees as many inputs as it was given: no order, and some see all or none.
        const auto first = degrees(m_shape.n_first);
        const auto second = degrees(m_shape.n_second);
        return {map(n, m_shape.n_first, 1.0,
                    [&](auto row, auto column) { return column < first[row]; }),
                map(m_shape.n_first, m_shape.n_second, 1.0,
                    [&](auto row, auto column) { return first[column] <= second[row]; }),
                map(m_shape.n_second, 2 * n, k_last_gain,
                    [&](auto row, auto column) { return second[column] <= row % n; })};
    }

private:
    std::vector<std::uint32_t> degrees(std::uint32_t n_units) {
        std::uniform_int_distribution<std::uint32_t> any(0, m_shape.n_dimensions);
        std::vector<std::uint32_t> found(n_units);
        std::ranges::generate(found, [&] { return any(m_generator); });
        return found;
    }

    LinearMap map(std::uint32_t n_inputs, std::uint32_t n_outputs, double gain,
                  const std::function<bool(std::uint32_t, std::uint32_t)>& is_there) {
        std::normal_distribution<double> normal;
        LinearMap map{.n_inputs = n_inputs, .n_outputs = n_outputs, .weight = {}, .bias = {}};
        const double deviation = gain / std::sqrt(std::max(n_inputs, 1U));
        for (std::uint32_t row = 0; row < n_outputs; ++row) {
            map.bias.push_back(static_cast<float>(0.1 * normal(m_generator)));
            for (std::uint32_t column = 0; column < n_inputs; ++column) {
                const double weight = deviation * normal(m_generator);
                map.weight.push_back(is_there(row, column) ? rounded(weight) : 0.0F);
            }
        }
        return map;
    }

    const FlowShape& m_shape;
    std::mt19937& m_generator;
};

Numbers applied(const LinearMap& map, const Numbers& x) {
    Numbers y(map.bias.begin(), map.bias.end());
    for (std::size_t row = 0; row < y.size(); ++row) {
        for (std::size_t column = 0; column < x.size(); ++column) {
            y[row] += static_cast<double>(map.weight[row * map.n_inputs + column]) * x[column];
        }
    }
    return y;
}

Numbers network(const FlowWeights& flow, const std::vector<LinearMap>& maps, Numbers x) {
    for (std::size_t index = 0; index < maps.size(); ++index) {
        if (index > 0) {
            for (double& value : x) {
                value = value > 0.0 ? value : flow.negative_slope * value;
            }
        }
        x = applied(maps[index], x);
    }
    return x;
}

Numbers layer(const FlowWeights& flow, const std::vector<LinearMap>& maps, Numbers x) {
    const std::size_t n = x.size();
    if (flow.type == FlowType::maf) {
        const Numbers y = x;
        for (std::size_t i = 0; i < n; ++i) {
            const Numbers moves = network(flow, maps, x);
            x[i] = (y[i] - moves[i]) * std::exp(-std::tanh(moves[n + i]));
        }
        return x;
    }
    const std::size_t n_kept = flow.type == FlowType::coupling ? n / 2 : 0;
    const auto kept_end = x.begin() + static_cast<std::ptrdiff_t>(n_kept);
    const Numbers seen = n_kept > 0 ? Numbers(x.begin(), kept_end) : x;
    const Numbers moves = network(flow, maps, seen);
    for (std::size_t i = n_kept; i < n; ++i) {
        x[i] = x[i] * std::exp(std::tanh(moves[n - n_kept + i - n_kept])) + moves[i - n_kept];
    }
    return x;
}

}  // namespace

FlowWeights random_flow(const FlowShape& shape, std::uint32_t seed) {
    std::mt19937 generator(seed);
    std::normal_distribution<float> normal;
    FlowWeights flow;
    flow.type = shape.type;
    flow.n_dimensions = shape.n_dimensions;
    flow.negative_slope = 0.1;
    flow.margin = 0.05;
    for (std::uint32_t index = 0; index < shape.n_dimensions; ++index) {
        flow.boundary_mean.push_back(normal(generator));
        flow.boundary_std.push_back(std::exp(0.3F * normal(generator)));
    }
    LayerMaker make(shape, generator);
    for (std::size_t index = 0; index < shape.n_layers; ++index) {
        flow.layers.push_back(make());
    }
    return flow;
}

std::vector<double> decoded(const FlowWeights& flow, std::vector<double> x) {
    for (std::size_t index = 0; index < flow.layers.size(); ++index) {
        if (index > 0) {
            std::ranges::reverse(x);
        }
        x = layer(flow, flow.layers[index], std::move(x));
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double y = x[i] * static_cast<double>(flow.boundary_std[i]) +
                         static_cast<double>(flow.boundary_mean[i]);
        const double v = (1.0 / (1.0 + std::exp(-y)) - flow.margin) / (1.0 - 2.0 * flow.margin);
        x[i] = std::clamp(v, 0.0, 1.0);
    }
    return x;
}
