#pragma once

#include <string>

#include "flow_synth/core_model.h"

namespace flow_synth {

/// [control-thread, allocates] What a page shows of a model, as JSON: what it plays, its knobs, how
/// many macro knobs it has, and its sliders. `instrument.js` says it all as a type.
std::string description(const CoreModel& model);

}  // namespace flow_synth
