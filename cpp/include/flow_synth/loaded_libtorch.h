#pragma once

#include <string>
#include <vector>

#include "flow_synth/status.h"

namespace flow_synth {

/// [control-thread, allocates] Paths of every LibTorch in this process, of whatever version. A host
/// asks before it opens the engine: two of them in one process end it.
std::vector<std::string> loaded_libtorch();

/// [control-thread, allocates] Refuses a process in which there is more than one LibTorch.
Status check_libtorch();

}  // namespace flow_synth
