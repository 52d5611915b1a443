#define FLOW_SYNTH_BUILD baseline
#include "flow_kernel_body.h"

namespace flow_synth {

#if defined(__aarch64__)
constexpr bool k_reads_half = true;
#else
constexpr bool k_reads_half = false;
#endif

const FlowKernel k_baseline_kernel{"baseline", k_reads_half, baseline::decode, baseline::invert};

}  // namespace flow_synth
