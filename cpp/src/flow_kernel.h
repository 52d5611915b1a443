#pragma once

#include "packed_flow.h"

namespace flow_synth {

/// How one build of the kernels runs a packed flow.
struct FlowKernel {
    const char* name;
    bool reads_half;
    /// [audio-thread] z [D] -> v [D]
    void (*decode)(const PackedFlow& flow, const float* z, float* v);
    /// [audio-thread] v [D] -> z [D]
    void (*invert)(const PackedFlow& flow, const float* v, float* z);
};

/// Runs on every processor that the library is compiled for.
extern const FlowKernel k_baseline_kernel;

#if defined(FLOW_SYNTH_AVX2)
/// Needs AVX2, FMA and F16C.
extern const FlowKernel k_avx2_kernel;
#endif

/// [any-thread] The fastest that this processor runs.
const FlowKernel& fastest_kernel() noexcept;

}  // namespace flow_synth
