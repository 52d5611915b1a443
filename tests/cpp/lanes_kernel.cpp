#define FLOW_SYNTH_BUILD lanes
#define FLOW_SYNTH_LANES
#include "lanes_kernel.h"

#include "flow_kernel_body.h"
#include "weigh_kernel_body.h"

const flow_synth::Kernel k_lanes_kernel{.name = "lanes",
                                        .reads_half = flow_synth::lanes::k_reads_half,
                                        .decode = flow_synth::lanes::decode,
                                        .invert = flow_synth::lanes::invert,
                                        .weigh = flow_synth::lanes::weigh};
