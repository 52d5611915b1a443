#define FLOW_SYNTH_BUILD baseline
#include "flow_kernel_body.h"
#include "weigh_kernel_body.h"

namespace flow_synth {

const Kernel k_baseline_kernel{.name = "baseline",
                               .reads_half = baseline::k_reads_half,
                               .decode = baseline::decode,
                               .invert = baseline::invert,
                               .weigh = baseline::weigh};

}  // namespace flow_synth
