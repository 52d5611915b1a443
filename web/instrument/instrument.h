#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "flow_synth/controller.h"
#include "flow_synth/explorer.h"
#include "flow_synth/status.h"

namespace flow_synth {

/// What a page plays: a controller, and a hand on it. A page's audio has one thread, which does
/// everything, so that no method may be called while another runs; only `process` is quick enough
/// for every block.
class Instrument {
public:
    /// What is played at once, at most.
    static constexpr std::size_t k_block_samples = 1024;
    /// What is given at once, at most.
    static constexpr std::size_t k_most_numbers = 4096;
    /// What a knob or slider is called, at most.
    static constexpr std::size_t k_most_name_bytes = 200;

    Controller& controller() noexcept { return m_controller; }
    Explorer& explorer() noexcept { return m_explorer; }
    const CoreModel* model() const noexcept { return m_explorer.model(); }

    /// Reads a model file, or the flow blob of one alone; the model before stays if it is refused.
    Status load(std::span<const std::byte> bytes);

    /// Both channels of the block that was played last.
    std::span<float> left() noexcept { return m_left; }
    std::span<float> right() noexcept { return m_right; }

    /// Plays the next samples, of which a block has no more than `k_block_samples`.
    void process(std::size_t n_samples) noexcept FLOW_SYNTH_REALTIME;

    /// Turns numbers, a point z [D], into unit values; refused without a map, or in another size.
    Status decode(std::span<float> numbers) const;

    /// Turns numbers, unit values [P], into the point z where they lie.
    Status invert(std::span<float> numbers) const;

private:
    Status check_map(std::size_t n_numbers) const;

    Controller m_controller;
    Explorer m_explorer{m_controller};
    std::array<float, k_block_samples> m_left{};
    std::array<float, k_block_samples> m_right{};
};

}  // namespace flow_synth
