#pragma once

#include "kernel.h"

/// The kernels as a compiler without vectors builds them.
extern const flow_synth::Kernel k_lanes_kernel;
