// The kernels, compiled once for each build; see vector.h.
#pragma once

#include <math.h>

#include <array>

#include "kernel.h"
#include "vector.h"

namespace flow_synth::FLOW_SYNTH_BUILD {

/// What a flow needs while it runs. Vectors may reach beyond the last number.
struct Scratch {
    alignas(64) std::array<float, k_most_dimensions + k_lanes> x;
    alignas(64) std::array<float, k_most_units> first;
    alignas(64) std::array<float, k_most_units> second;
    alignas(64) std::array<float, 2 * (k_most_dimensions + k_lanes)> last;
};

inline constexpr std::size_t k_n_parts = k_block_rows / k_width;

/// Rows of a map that are worked on together.
struct Rows {
    std::array<Vector, k_n_parts> part;
};

FLOW_SYNTH_INLINE Rows load_rows(const float* from) {
    Rows rows;
    for (std::size_t part = 0; part < k_n_parts; ++part) {
        rows.part[part] = load(from + part * k_width);
    }
    return rows;
}

FLOW_SYNTH_INLINE void store_rows(const Rows& rows, float* to) {
    for (std::size_t part = 0; part < k_n_parts; ++part) {
        store(rows.part[part], to + part * k_width);
    }
}

/// Adds one column times a number.
template <typename Weight>
FLOW_SYNTH_INLINE void add_column(Rows& rows, const Weight* column, Vector value) {
    for (std::size_t part = 0; part < k_n_parts; ++part) {
        rows.part[part] += load(column + part * k_width) * value;
    }
}

template <typename Weight>
FLOW_SYNTH_INLINE const Weight* column_of(const Block& block, const Weight* weights,
                                          std::size_t column) {
    return weights + (block.origin + static_cast<std::ptrdiff_t>(column * k_block_rows));
}

/// Adds what columns `first` to `end`, which the block has, contribute to its rows.
template <typename Weight>
FLOW_SYNTH_INLINE void add_columns(Rows& rows, const Block& block, const Weight* weights,
                                   const float* x, std::size_t first, std::size_t end) {
    const Weight* column = column_of(block, weights, first);
    for (std::size_t index = first; index < end; ++index, column += k_block_rows) {
        add_column(rows, column, broadcast(x[index]));
    }
}

/// Sums that run side by side, because one alone would wait for each addition; as many as the
/// registers hold.
#if defined(__AVX2__) || defined(__aarch64__)
inline constexpr std::size_t k_n_sums = 4;
#else
inline constexpr std::size_t k_n_sums = 2;
#endif

/// weights x + bias of one block.
template <typename Weight>
FLOW_SYNTH_INLINE Rows product(const Panel& panel, std::size_t number, const Weight* weights,
                               const float* x) {
    const Block& block = panel.blocks[number];
    const float* bias = panel.bias.data() + number * k_block_rows;
    std::array<Rows, k_n_sums> sums;
    sums[0] = load_rows(bias);
    for (std::size_t sum = 1; sum < k_n_sums; ++sum) {
        for (Vector& part : sums[sum].part) {
            part = broadcast(0.0F);
        }
    }
    const Weight* column = column_of(block, weights, block.first_column);
    std::size_t index = block.first_column;
    for (; index + k_n_sums <= block.end_column; index += k_n_sums) {
        for (std::size_t sum = 0; sum < k_n_sums; ++sum, column += k_block_rows) {
            add_column(sums[sum], column, broadcast(x[index + sum]));
        }
    }
    add_columns(sums[0], block, weights, x, index, block.end_column);
    for (std::size_t sum = 1; sum < k_n_sums; ++sum) {
        for (std::size_t part = 0; part < k_n_parts; ++part) {
            sums[0].part[part] += sums[sum].part[part];
        }
    }
    return sums[0];
}

/// A slope of at most 1 makes this the leaky ReLU.
FLOW_SYNTH_INLINE Vector activated(Vector x, float slope) {
    return larger(x, x * broadcast(slope));
}

template <typename Weight>
FLOW_SYNTH_INLINE void hidden_layer(const Panel& panel, const Weight* weights, const float* x,
                                    float slope, float* hidden) {
    for (std::size_t number = 0; number < panel.blocks.size(); ++number) {
        Rows rows = product(panel, number, weights, x);
        for (Vector& part : rows.part) {
            part = activated(part, slope);
        }
        store_rows(rows, hidden + number * k_block_rows);
    }
}

/// Moves dimensions by what the network says of all at once: x exp(tanh a) + m, or back.
template <typename Weight, bool is_back>
void move_at_once(const PackedFlow& flow, const PackedLayer& layer, Scratch& scratch) {
    const auto* weights = reinterpret_cast<const Weight*>(flow.weights.get());
    hidden_layer(layer.first, weights, scratch.x.data(), flow.negative_slope, scratch.first.data());
    hidden_layer(layer.second, weights, scratch.first.data(), flow.negative_slope,
                 scratch.second.data());
    float* x = scratch.x.data() + layer.first_moved;
    for (std::size_t number = 0; number < layer.last.blocks.size(); ++number, x += k_lanes) {
        const Rows rows = product(layer.last, number, weights, scratch.second.data());
        // The first half are shifts, the second log-scales.
        for (std::size_t part = 0; part < k_n_parts / 2; ++part) {
            float* moved = x + part * k_width;
            const Vector shift = rows.part[part];
            const Vector log_scale = hyperbolic_tangent(rows.part[part + k_n_parts / 2]);
            if constexpr (is_back) {
                store((load(moved) - shift) * exponential(broadcast(0.0F) - log_scale), moved);
            } else {
                store(load(moved) * exponential(log_scale) + shift, moved);
            }
        }
    }
}

/// Adds what `n` columns from `first` on contribute to the rows of some blocks.
template <std::size_t n, typename Weight>
FLOW_SYNTH_INLINE void spread_columns(const Panel& panel, Blocks blocks, const Weight* weights,
                                      const Vector* values, std::size_t first, float* sums) {
    for (std::size_t number = blocks.first; number < blocks.end; ++number) {
        const Block& block = panel.blocks[number];
        const Weight* column = column_of(block, weights, first);
        float* sum = sums + number * k_block_rows;
        Rows rows = load_rows(sum);
        for (std::size_t index = 0; index < n; ++index) {
            add_column(rows, column + index * k_block_rows, values[index]);
        }
        store_rows(rows, sum);
    }
}

/// Lets units that are known from here on, activated, contribute to all that see them. How many
/// at once is known when this is compiled: loops of three or four turns would cost more than what
/// they do.
template <typename Weight>
FLOW_SYNTH_INLINE void spread(const Panel& panel, const Group& group, const Weight* weights,
                              const float* units, float slope, float* sums) {
    std::size_t first = group.first;
    std::array<Vector, 4> values;
    const auto take = [&](std::size_t n) {
        for (std::size_t index = 0; index < n; ++index) {
            values[index] = activated(broadcast(units[first + index]), slope);
        }
    };
    for (; first + 4 <= group.end; first += 4) {
        take(4);
        spread_columns<4>(panel, group.seen_by, weights, values.data(), first, sums);
    }
    switch (group.end - first) {
        case 3:
            take(3);
            spread_columns<3>(panel, group.seen_by, weights, values.data(), first, sums);
            break;
        case 2:
            take(2);
            spread_columns<2>(panel, group.seen_by, weights, values.data(), first, sums);
            break;
        case 1:
            take(1);
            spread_columns<1>(panel, group.seen_by, weights, values.data(), first, sums);
            break;
        default:
            break;
    }
}

/// exp(-tanh a); of what is no number, of the end.
FLOW_SYNTH_INLINE float inverse_gate(const Cubic* table, float a) {
    constexpr auto k_end = static_cast<float>(k_gate_end);
    const float inside = a < k_end ? a : k_end;
    const float cell = (inside > -k_end ? inside : -k_end) * k_gate_cells_per_unit;
    constexpr float k_shift = 12582912.0F;  // Adding it rounds to a whole number.
    const float middle = (cell + k_shift) - k_shift;
    const float t = cell - middle;
    const Cubic& cubic = table[static_cast<std::int32_t>(middle) +
                               k_gate_end * static_cast<std::int32_t>(k_gate_cells_per_unit)];
    return ((cubic.c3 * t + cubic.c2) * t + cubic.c1) * t + cubic.c0;
}

/// Undoes an autoregressive layer, one dimension after the other: x = (y - m) exp(-tanh a). Every
/// hidden unit is computed once, as soon as all it sees is known.
template <typename Weight>
void move_in_turn(const PackedFlow& flow, const PackedLayer& layer, Scratch& scratch) {
    const auto* weights = reinterpret_cast<const Weight*>(flow.weights.get());
    const float slope = flow.negative_slope;
    std::memcpy(scratch.first.data(), layer.first.bias.data(),
                layer.first.bias.size() * sizeof(float));
    std::memcpy(scratch.second.data(), layer.second.bias.data(),
                layer.second.bias.size() * sizeof(float));
    std::memcpy(scratch.last.data(), layer.last.bias.data(),
                layer.last.bias.size() * sizeof(float));
    for (const Step& step : layer.steps) {
        spread(layer.second, step.first, weights, scratch.first.data(), slope,
               scratch.second.data());
        spread(layer.last, step.second, weights, scratch.second.data(), slope, scratch.last.data());
        const std::size_t position = step.position;
        const float* sums =
            scratch.last.data() + position / k_lanes * k_block_rows + position % k_lanes;
        const float found =
            (scratch.x[position] - sums[0]) * inverse_gate(flow.gate, sums[k_lanes]);
        scratch.x[position] = found;
        const Vector value = broadcast(found);
        spread_columns<1>(layer.first, step.seen_by, weights, &value, position,
                          scratch.first.data());
    }
}

template <typename Weight>
void decode(const PackedFlow& flow, Scratch& scratch) {
    for (const PackedLayer& layer : flow.layers) {
        if (flow.type == FlowType::maf) {
            move_in_turn<Weight>(flow, layer, scratch);
        } else {
            move_at_once<Weight, false>(flow, layer, scratch);
        }
    }
}

template <typename Weight>
void invert(const PackedFlow& flow, Scratch& scratch) {
    for (std::size_t number = flow.layers.size(); number-- > 0;) {
        const PackedLayer& layer = flow.layers[number];
        if (flow.type == FlowType::maf) {
            move_at_once<Weight, false>(flow, layer, scratch);
        } else if (flow.type == FlowType::iaf) {
            move_in_turn<Weight>(flow, layer, scratch);
        } else {
            move_at_once<Weight, true>(flow, layer, scratch);
        }
    }
}

inline std::size_t place(const PackedFlow& flow, std::size_t index) {
    return flow.is_reversed ? flow.n_dimensions - 1 - index : index;
}

inline void decode(const PackedFlow& flow, const float* z, float* v) {
    Scratch scratch;
    std::memset(scratch.x.data(), 0, sizeof(scratch.x));
    std::memcpy(scratch.x.data(), z, flow.n_dimensions * sizeof(float));
    if (flow.is_half) {
        decode<std::uint16_t>(flow, scratch);
    } else {
        decode<float>(flow, scratch);
    }
    const Vector one = broadcast(1.0F);
    const Vector zero = broadcast(0.0F);
    const Vector margin = broadcast(flow.margin);
    const Vector inner = broadcast(1.0F - 2.0F * flow.margin);
    for (std::size_t index = 0; index < flow.n_dimensions; index += k_width) {
        const Vector y = load(scratch.x.data() + index) * load(flow.deviation.data() + index) +
                         load(flow.mean.data() + index);
        const Vector unit = (one / (one + exponential(zero - y)) - margin) / inner;
        store(smaller(larger(unit, zero), one), scratch.x.data() + index);
    }
    for (std::size_t index = 0; index < flow.n_dimensions; ++index) {
        v[index] = scratch.x[place(flow, index)];
    }
}

inline void invert(const PackedFlow& flow, const float* v, float* z) {
    Scratch scratch;
    std::memset(scratch.x.data(), 0, sizeof(scratch.x));
    for (std::size_t index = 0; index < flow.n_dimensions; ++index) {
        const std::size_t position = place(flow, index);
        const float inside = v[index] > 0.0F ? (v[index] < 1.0F ? v[index] : 1.0F) : 0.0F;
        const float p = flow.margin + (1.0F - 2.0F * flow.margin) * inside;
        scratch.x[position] =
            (::logf(p / (1.0F - p)) - flow.mean[position]) / flow.deviation[position];
    }
    if (flow.is_half) {
        invert<std::uint16_t>(flow, scratch);
    } else {
        invert<float>(flow, scratch);
    }
    std::memcpy(z, scratch.x.data(), flow.n_dimensions * sizeof(float));
}

}  // namespace flow_synth::FLOW_SYNTH_BUILD
