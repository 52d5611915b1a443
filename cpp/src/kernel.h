#pragma once

#include <cstddef>

#include "packed_flow.h"

namespace flow_synth {

/// Windows of a signal that are weighed together: as many sums as hide the time of an addition.
inline constexpr std::size_t k_n_windows = 8;

/// What takes time, built for one kind of processor.
struct Kernel {
    const char* name;
    bool reads_half;
    /// [audio-thread] z [D] -> v [D]
    void (*decode)(const PackedFlow& flow, const float* z, float* v);
    /// [audio-thread] v [D] -> z [D]
    void (*invert)(const PackedFlow& flow, const float* v, float* z);
    /// [any-thread] Dot products [k_n_windows] of `n` weights, a multiple of 8, with the windows
    /// that begin `stride` samples apart.
    void (*weigh)(const float* weights, std::size_t n, const float* samples, std::size_t stride,
                  float* sums);
};

/// Runs on every processor that the library is compiled for.
extern const Kernel k_baseline_kernel;

#if defined(FLOW_SYNTH_AVX2)
/// Needs AVX2, FMA and F16C.
extern const Kernel k_avx2_kernel;
#endif

/// [any-thread] The fastest that this processor runs.
const Kernel& fastest_kernel() noexcept;

}  // namespace flow_synth
