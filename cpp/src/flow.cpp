#include "flow_synth/flow.h"

#include <cassert>
#include <utility>

#include "denormals.h"
#include "kernel.h"

namespace flow_synth {

struct Flow::Packed {
    const Kernel* kernel = nullptr;
    PackedFlow flow;
};

Flow::Flow(std::unique_ptr<const Packed> packed) noexcept : m_packed(std::move(packed)) {}

Flow::~Flow() = default;

bool Flow::can_run(const FlowWeights& weights) noexcept {
    const auto& maps = weights.layers.front();
    return maps.size() == 3 && weights.n_dimensions <= k_most_dimensions &&
           maps[0].n_outputs <= k_most_units && maps[1].n_outputs <= k_most_units;
}

Status Flow::create(const FlowWeights& weights, std::unique_ptr<Flow>& flow) {
    assert(can_run(weights));
    auto packed = std::make_unique<Packed>();
    packed->kernel = &fastest_kernel();
    const Status status = PackedFlow::pack(weights, packed->kernel->reads_half, packed->flow);
    if (status.is_ok()) {
        flow.reset(new Flow(std::move(packed)));
    }
    return status;
}

std::size_t Flow::n_dimensions() const noexcept { return m_packed->flow.n_dimensions; }

std::size_t Flow::n_weight_bytes() const noexcept { return m_packed->flow.n_weight_bytes(); }

std::string_view Flow::build() const noexcept { return m_packed->kernel->name; }

void Flow::decode(std::span<const float> z, std::span<float> v) const noexcept FLOW_SYNTH_REALTIME {
    assert(z.size() == n_dimensions() && v.size() == n_dimensions());
    const FlushDenormals flush;
    m_packed->kernel->decode(m_packed->flow, z.data(), v.data());
}

void Flow::invert(std::span<const float> v, std::span<float> z) const noexcept FLOW_SYNTH_REALTIME {
    assert(z.size() == n_dimensions() && v.size() == n_dimensions());
    const FlushDenormals flush;
    m_packed->kernel->invert(m_packed->flow, v.data(), z.data());
}

}  // namespace flow_synth
