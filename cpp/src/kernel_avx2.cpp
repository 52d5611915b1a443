// Compiled for AVX2, FMA and F16C, and called only where a processor has them.
#define FLOW_SYNTH_BUILD avx2
#include "flow_kernel_body.h"
#include "weigh_kernel_body.h"

namespace flow_synth {

const Kernel k_avx2_kernel{.name = "avx2",
                           .reads_half = avx2::k_reads_half,
                           .decode = avx2::decode,
                           .invert = avx2::invert,
                           .weigh = avx2::weigh};

}  // namespace flow_synth
