#include "packed_flow.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numbers>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

namespace flow_synth {
namespace {

constexpr std::align_val_t k_cache_line{64};

std::uint16_t narrow(std::size_t number) { return static_cast<std::uint16_t>(number); }

/// Rows and columns in the order in which the kernels want them.
struct Matrix {
    std::size_t n_rows = 0;
    std::size_t n_columns = 0;
    std::vector<float> weights;
    std::vector<float> bias;

    Matrix(std::size_t rows, std::size_t columns)
        : n_rows(rows), n_columns(columns), weights(rows * columns), bias(rows) {}

    float& at(std::size_t row, std::size_t column) { return weights[row * n_columns + column]; }
};

/// A map whose row i becomes row `rows[i]`, and column i column `columns[i]`.
Matrix reordered(const LinearMap& map, std::size_t n_rows, std::size_t n_columns,
                 const std::vector<std::size_t>& rows, const std::vector<std::size_t>& columns) {
    Matrix matrix(n_rows, n_columns);
    for (std::size_t row = 0; row < map.n_outputs; ++row) {
        matrix.bias[rows[row]] = map.bias[row];
        for (std::size_t column = 0; column < map.n_inputs; ++column) {
            matrix.at(rows[row], columns[column]) = map.weight[row * map.n_inputs + column];
        }
    }
    return matrix;
}

std::size_t padded(std::size_t n_rows) {
    return (n_rows + k_block_rows - 1) / k_block_rows * k_block_rows;
}

/// The number of the last weight of each row that is not zero, counted by `degrees` of its column.
std::vector<std::size_t> degrees_of(const LinearMap& map, const std::vector<std::size_t>& degrees) {
    std::vector<std::size_t> found(map.n_outputs, 0);
    for (std::size_t row = 0; row < map.n_outputs; ++row) {
        for (std::size_t column = 0; column < map.n_inputs; ++column) {
            if (map.weight[row * map.n_inputs + column] != 0.0F) {
                found[row] = std::max(found[row], degrees[column]);
            }
        }
    }
    return found;
}

/// Hidden units in the order of their degrees.
struct Units {
    std::vector<std::size_t> degrees;
    std::vector<std::size_t> places;  ///< Of each unit.

    explicit Units(std::vector<std::size_t> found)
        : degrees(std::move(found)), places(degrees.size()) {
        std::vector<std::size_t> order(degrees.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::sort(order, {},
                          [&](std::size_t unit) { return std::pair(degrees[unit], unit); });
        for (std::size_t place = 0; place < order.size(); ++place) {
            places[order[place]] = place;
        }
    }

    /// Where the units of each degree from 0 to `highest` begin, and where the last end.
    std::vector<std::size_t> bounds(std::size_t highest) const {
        std::vector<std::size_t> found(highest + 2, 0);
        for (const std::size_t degree : degrees) {
            ++found[degree + 1];
        }
        std::partial_sum(found.begin(), found.end(), found.begin());
        return found;
    }
};

/// 0, 1, ... n: every column is a group of its own.
std::vector<std::size_t> singles(std::size_t n_columns) {
    std::vector<std::size_t> bounds(n_columns + 1);
    std::iota(bounds.begin(), bounds.end(), std::size_t{0});
    return bounds;
}

/// The number as half precision, if that is exact.
std::optional<std::uint16_t> exact_half(float number) {
    const auto bits = std::bit_cast<std::uint32_t>(number);
    const std::uint32_t sign = bits >> 16U & 0x8000U;
    const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
    if (magnitude == 0) {
        return narrow(sign);
    }
    const int exponent = static_cast<int>(magnitude >> 23U) - 127;
    const std::uint32_t mantissa = (magnitude & 0x7FFFFFU) | 0x800000U;
    // Of the 24 bits of a mantissa 11 stay, or fewer where numbers come to an end.
    const auto n_dropped = static_cast<std::uint32_t>(13 + std::max(0, -14 - exponent));
    if (exponent > 15 || n_dropped > 23 || (mantissa & ((1U << n_dropped) - 1U)) != 0) {
        return std::nullopt;
    }
    const std::uint32_t kept = mantissa >> n_dropped;
    const std::uint32_t biased = exponent < -14 ? 0U : static_cast<std::uint32_t>(exponent + 14);
    return narrow(sign | ((biased << 10U) + kept));
}

/// Lays maps out one after the other.
class Packing {
public:
    /// Rows of `matrix`, of which groups of columns begin at `bounds`; tells which blocks see each
    /// group.
    std::vector<Blocks> add(Matrix& matrix, const std::vector<std::size_t>& bounds, Panel& panel) {
        const std::size_t n_blocks = padded(matrix.n_rows) / k_block_rows;
        std::vector<Blocks> seen_by;
        for (std::size_t group = 0; group + 1 < bounds.size(); ++group) {
            seen_by.push_back(seeing(matrix, bounds[group], bounds[group + 1]));
        }
        panel.bias = matrix.bias;
        panel.bias.resize(n_blocks * k_block_rows);
        for (std::size_t number = 0; number < n_blocks; ++number) {
            panel.blocks.push_back(block(matrix, bounds, seen_by, number));
        }
        return seen_by;
    }

    std::vector<float>& weights() { return m_weights; }

private:
    /// From the first to the last block that has a weight in columns `first` to `end`.
    static Blocks seeing(Matrix& matrix, std::size_t first, std::size_t end) {
        Blocks blocks;
        for (std::size_t row = 0; row < matrix.n_rows; ++row) {
            for (std::size_t column = first; column < end; ++column) {
                if (matrix.at(row, column) != 0.0F) {
                    const std::size_t number = row / k_block_rows;
                    blocks.first = blocks.end > 0 ? blocks.first : narrow(number);
                    blocks.end = narrow(number + 1);
                }
            }
        }
        return blocks;
    }

    Block block(Matrix& matrix, const std::vector<std::size_t>& bounds,
                const std::vector<Blocks>& seen_by, std::size_t number) {
        Block block;
        for (std::size_t group = 0; group < seen_by.size(); ++group) {
            if (seen_by[group].first <= number && number < seen_by[group].end) {
                block.first_column =
                    block.end_column > 0 ? block.first_column : narrow(bounds[group]);
                block.end_column = narrow(bounds[group + 1]);
            }
        }
        block.origin = static_cast<std::int32_t>(m_weights.size()) -
                       static_cast<std::int32_t>(block.first_column * k_block_rows);
        for (std::size_t column = block.first_column; column < block.end_column; ++column) {
            for (std::size_t index = 0; index < k_block_rows; ++index) {
                const std::size_t row = number * k_block_rows + index;
                m_weights.push_back(row < matrix.n_rows ? matrix.at(row, column) : 0.0F);
            }
        }
        return block;
    }

    std::vector<float> m_weights;
};

/// Packs the layers of one flow.
class LayerPacker {
public:
    LayerPacker(const FlowWeights& flow, Packing& packing)
        : m_n_dimensions(flow.n_dimensions),
          m_is_coupling(flow.type == FlowType::coupling),
          m_n_kept(m_is_coupling ? m_n_dimensions / 2 : 0),
          m_packing(packing) {}

    Status pack(const std::vector<LinearMap>& maps, bool is_reversed, PackedLayer& layer) {
        const Units first(degrees_of(maps[0], inputs()));
        const Units second(degrees_of(maps[1], first.degrees));
        if (!m_is_coupling && !is_autoregressive(maps[2], second)) {
            return Status::refused(
                "the flow's weights are not autoregressive, so it has no inverse; export the model "
                "again");
        }
        const std::size_t n_moved = m_n_dimensions - m_n_kept;
        layer.first_moved = narrow(is_reversed ? 0 : m_n_kept);
        std::vector<std::size_t> columns(maps[0].n_inputs);
        for (std::size_t index = 0; index < columns.size(); ++index) {
            columns[index] = position(index, is_reversed);
        }
        std::vector<std::size_t> rows(2 * n_moved);
        for (std::size_t index = 0; index < n_moved; ++index) {
            const std::size_t place = position(m_n_kept + index, is_reversed) - layer.first_moved;
            rows[index] = place / k_lanes * k_block_rows + place % k_lanes;
            rows[n_moved + index] = rows[index] + k_lanes;
        }
        const std::size_t n_first = first.degrees.size();
        const std::size_t n_second = second.degrees.size();
        const std::size_t n_last = padded(2 * n_moved);
        Matrix in = reordered(maps[0], n_first, m_n_dimensions, first.places, columns);
        Matrix between = reordered(maps[1], n_second, n_first, second.places, first.places);
        Matrix out = reordered(maps[2], n_last, n_second, rows, second.places);
        const auto first_bounds = m_is_coupling ? singles(n_first) : first.bounds(m_n_dimensions);
        const auto second_bounds =
            m_is_coupling ? singles(n_second) : second.bounds(m_n_dimensions);
        const auto see_input = m_packing.add(in, singles(m_n_dimensions), layer.first);
        const auto see_first = m_packing.add(between, first_bounds, layer.second);
        const auto see_second = m_packing.add(out, second_bounds, layer.last);
        for (std::size_t index = 0; index < m_n_dimensions && !m_is_coupling; ++index) {
            const auto group = [index](const auto& bounds, const auto& seen_by) {
                return Group{narrow(bounds[index]), narrow(bounds[index + 1]), seen_by[index]};
            };
            const std::size_t place = position(index, is_reversed);
            layer.steps.push_back({.position = narrow(place),
                                   .first = group(first_bounds, see_first),
                                   .second = group(second_bounds, see_second),
                                   .seen_by = see_input[place]});
        }
        return {};
    }

private:
    std::size_t position(std::size_t index, bool is_reversed) const {
        return is_reversed ? m_n_dimensions - 1 - index : index;
    }

    /// What a unit that sees an input must wait for: all inputs up to it.
    std::vector<std::size_t> inputs() const {
        std::vector<std::size_t> degrees(m_n_dimensions);
        std::iota(degrees.begin(), degrees.end(), std::size_t{1});
        return degrees;
    }

    bool is_autoregressive(const LinearMap& last, const Units& units) const {
        const auto degrees = degrees_of(last, units.degrees);
        for (std::size_t row = 0; row < degrees.size(); ++row) {
            if (degrees[row] > row % m_n_dimensions) {
                return false;
            }
        }
        return true;
    }

    std::size_t m_n_dimensions;
    bool m_is_coupling;
    std::size_t m_n_kept;
    Packing& m_packing;
};

/// In half precision if all can be exact, else in single precision.
void set_weights(const std::vector<float>& weights, bool can_be_half, PackedFlow& packed) {
    std::vector<std::uint16_t> halves;
    for (std::size_t index = 0; index < weights.size() && can_be_half; ++index) {
        const auto half = exact_half(weights[index]);
        can_be_half = half.has_value();
        halves.push_back(half.value_or(0));
    }
    packed.is_half = can_be_half;
    packed.n_weights = weights.size();
    const std::size_t n_bytes = packed.n_weight_bytes();
    const void* content = can_be_half ? static_cast<const void*>(halves.data()) : weights.data();
    packed.weights.reset(
        static_cast<std::byte*>(::operator new(std::max<std::size_t>(n_bytes, 1), k_cache_line)));
    std::copy_n(static_cast<const std::byte*>(content), n_bytes, packed.weights.get());
}

std::vector<float> in_order(const std::vector<float>& numbers, bool is_reversed, float padding) {
    std::vector<float> ordered = numbers;
    if (is_reversed) {
        std::ranges::reverse(ordered);
    }
    ordered.resize((ordered.size() + k_lanes - 1) / k_lanes * k_lanes, padding);
    return ordered;
}

/// The cubic through exp(-tanh a) at the Chebyshev points of a cell: within 1e-7 of it.
Cubic cubic_of(double middle) {
    std::array<double, 4> t{};
    std::array<double, 4> slope{};  // Divided differences.
    for (std::size_t index = 0; index < t.size(); ++index) {
        t[index] =
            0.5 * std::cos((2.0 * static_cast<double>(index) + 1.0) * std::numbers::pi / 8.0);
        const double a = (middle + t[index]) / static_cast<double>(k_gate_cells_per_unit);
        slope[index] = std::exp(-std::tanh(a));
    }
    for (std::size_t order = 1; order < t.size(); ++order) {
        for (std::size_t index = t.size() - 1; index >= order; --index) {
            slope[index] = (slope[index] - slope[index - 1]) / (t[index] - t[index - order]);
        }
    }
    // Newton's form, multiplied out from its innermost bracket.
    std::array<double, 4> c{slope[3], 0.0, 0.0, 0.0};
    for (std::size_t index = 3; index-- > 0;) {
        for (std::size_t power = 3; power > 0; --power) {
            c[power] = c[power - 1] - t[index] * c[power];
        }
        c[0] = slope[index] - t[index] * c[0];
    }
    return {.c0 = static_cast<float>(c[0]),
            .c1 = static_cast<float>(c[1]),
            .c2 = static_cast<float>(c[2]),
            .c3 = static_cast<float>(c[3])};
}

}  // namespace

const Cubic* gate_table() {
    constexpr int k_middle = k_gate_end * static_cast<int>(k_gate_cells_per_unit);
    static const auto k_table = [] {
        std::array<Cubic, 2 * k_middle + 1> cells{};
        int cell = -k_middle;
        for (Cubic& cubic : cells) {
            cubic = cubic_of(cell++);
        }
        return cells;
    }();
    return k_table.data();
}

void AlignedDelete::operator()(std::byte* memory) const noexcept {
    ::operator delete(memory, k_cache_line);
}

Status PackedFlow::pack(const FlowWeights& flow, bool can_be_half, PackedFlow& packed) {
    PackedFlow content;
    content.type = flow.type;
    content.n_dimensions = narrow(flow.n_dimensions);
    content.negative_slope = static_cast<float>(flow.negative_slope);
    content.margin = static_cast<float>(flow.margin);
    content.is_reversed = flow.layers.size() % 2 == 0;
    content.mean = in_order(flow.boundary_mean, content.is_reversed, 0.0F);
    content.deviation = in_order(flow.boundary_std, content.is_reversed, 1.0F);
    content.gate = gate_table();
    Packing packing;
    LayerPacker packer(flow, packing);
    for (std::size_t number = 0; number < flow.layers.size(); ++number) {
        const Status status =
            packer.pack(flow.layers[number], number % 2 == 1, content.layers.emplace_back());
        if (!status.is_ok()) {
            return status;
        }
    }
    set_weights(packing.weights(), can_be_half, content);
    packed = std::move(content);
    return {};
}

}  // namespace flow_synth
