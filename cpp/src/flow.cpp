#include "flow_synth/flow.h"

#include <cassert>
#include <utility>

#include "denormals.h"
#include "flow_kernel.h"

#if defined(_MSC_VER)
#include <intrin.h>
#endif

namespace flow_synth {
namespace {

#if defined(FLOW_SYNTH_AVX2) && defined(__GNUC__)
bool has_avx2() noexcept {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("f16c");
}
#elif defined(FLOW_SYNTH_AVX2)
bool has_avx2() noexcept {
    // Bits of Intel's manual, volume 2, CPUID; the system must also save the registers.
    int leaf[4];
    __cpuid(leaf, 1);
    constexpr int k_fma_osxsave_avx_f16c = 1 << 12 | 1 << 27 | 1 << 28 | 1 << 29;
    if ((leaf[2] & k_fma_osxsave_avx_f16c) != k_fma_osxsave_avx_f16c || (_xgetbv(0) & 6) != 6) {
        return false;
    }
    __cpuidex(leaf, 7, 0);
    return (leaf[1] & 1 << 5) != 0;
}
#endif

}  // namespace

const FlowKernel& fastest_kernel() noexcept {
#if defined(FLOW_SYNTH_AVX2)
    static const bool k_is_avx2 = has_avx2();
    if (k_is_avx2) {
        return k_avx2_kernel;
    }
#endif
    return k_baseline_kernel;
}

struct Flow::Packed {
    const FlowKernel* kernel = nullptr;
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
