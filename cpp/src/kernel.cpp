#include "kernel.h"

#if defined(FLOW_SYNTH_AVX2) && defined(_MSC_VER)
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

const Kernel& fastest_kernel() noexcept {
#if defined(FLOW_SYNTH_AVX2)
    static const bool k_is_avx2 = has_avx2();
    if (k_is_avx2) {
        return k_avx2_kernel;
    }
#endif
    return k_baseline_kernel;
}

}  // namespace flow_synth
