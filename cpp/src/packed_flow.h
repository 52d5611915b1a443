#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include "flow_synth/flow_file.h"
#include "flow_synth/status.h"

namespace flow_synth {

/// Rows of a block, and half of them: the dimensions whose shifts and log-scales make one.
inline constexpr std::size_t k_lanes = 8;
inline constexpr std::size_t k_block_rows = 2 * k_lanes;

/// The largest flow whose scratch fits the stack of an audio thread.
inline constexpr std::size_t k_most_dimensions = 256;
inline constexpr std::size_t k_most_units = 1024;

/// 16 rows of a linear map: weights of the columns that any of them sees, column after column.
struct Block {
    std::int32_t origin = 0;  ///< Where column 0 would begin among all weights.
    std::uint16_t first_column = 0;
    std::uint16_t end_column = 0;
};

/// A linear map of which most weights above the diagonal are not there.
struct Panel {
    std::vector<Block> blocks;
    std::vector<float> bias;
};

/// Blocks of a panel.
struct Blocks {
    std::uint16_t first = 0;
    std::uint16_t end = 0;
};

/// Hidden units of one degree, and the blocks that see them.
struct Group {
    std::uint16_t first = 0;
    std::uint16_t end = 0;
    Blocks seen_by;
};

/// How the inverse of an autoregressive layer finds one dimension when those before it are found.
struct Step {
    std::uint16_t position = 0;  ///< Of the dimension.
    Group first;                 ///< Units of the first hidden layer that are known from here on,
    Group second;                ///< and of the second.
    Blocks seen_by;              ///< Blocks of the first map that see the dimension.
};

/// One layer. Its dimensions keep the places they have in z: the reversals between layers are
/// folded into the order of rows and columns.
///
/// Rows of the last map come in blocks of 8 shifts and then the 8 log-scales of the same
/// dimensions, from the dimension `first_moved` on.
struct PackedLayer {
    Panel first;
    Panel second;
    Panel last;
    std::uint16_t first_moved = 0;
    std::vector<Step> steps;  ///< None in a coupling layer.
};

/// A polynomial of degree 3 around the middle of a cell.
struct Cubic {
    float c0 = 0.0F;
    float c1 = 0.0F;
    float c2 = 0.0F;
    float c3 = 0.0F;
};

/// exp(-tanh a) in cells of 1/16, for a from -k_gate_end to k_gate_end; beyond them tanh is 1 in
/// single precision.
inline constexpr float k_gate_cells_per_unit = 16.0F;
inline constexpr int k_gate_end = 9;
const Cubic* gate_table();

/// Frees what was aligned to a cache line.
struct AlignedDelete {
    void operator()(std::byte* memory) const noexcept;
};

/// A flow laid out for the kernels.
struct PackedFlow {
    FlowType type = FlowType::iaf;
    std::uint16_t n_dimensions = 0;
    float negative_slope = 0.0F;
    float margin = 0.0F;
    bool is_reversed = false;  ///< Whether v comes out of the last layer in reverse order.
    std::vector<float> mean;   ///< [D] of the boundary, in the order of z.
    std::vector<float> deviation;
    std::vector<PackedLayer> layers;
    bool is_half = false;  ///< Whether weights are of 16 bits, else of 32.
    std::size_t n_weights = 0;
    std::unique_ptr<std::byte, AlignedDelete> weights;  ///< Aligned to a cache line.
    const Cubic* gate = nullptr;

    std::size_t n_weight_bytes() const noexcept {
        return n_weights * (is_half ? sizeof(std::uint16_t) : sizeof(float));
    }

    /// [loader-thread, allocates] Packs weights, in half precision if `can_be_half` and nothing is
    /// lost by it.
    static Status pack(const FlowWeights& flow, bool can_be_half, PackedFlow& packed);
};

}  // namespace flow_synth
