#define FLOW_SYNTH_BUILD baseline
#include "flow_kernel_body.h"

namespace flow_synth {

#if defined(__aarch64__)
constexpr bool k_reads_half = true;
#else
constexpr bool k_reads_half = false;
#endif

const FlowKernel k_baseline_kernel{.name = "baseline",
                                   .reads_half = k_reads_half,
                                   .decode = baseline::decode,
                                   .invert = baseline::invert};

}  // namespace flow_synth
