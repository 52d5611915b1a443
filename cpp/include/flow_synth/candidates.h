#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "flow_synth/engine.h"
#include "flow_synth/status.h"

namespace flow_synth {

/// Presets that may have made a sound, the most promising first.
struct Candidates {
    std::vector<float> v;  ///< [N, P] unit values, stepped knobs on their steps.
    std::vector<float>
        similarities_percent;  ///< [N] what the ear expects: 100 for the same sound, 50 at 6 dB.
};

/// [inference-thread, allocates, blocks] Draws presets for a mono recording at any rate, ranks them
/// by the model's ear at the pitch of the sound, and keeps at most `count` of which none is nearly
/// another; the model's answer in one pass is among them if there are more than one. Knobs [P] that
/// are numbers in `held` stay there. The same recording always gives the same. Refused as
/// `Engine::hear` is, and if the model draws no candidates or has no ear.
FLOW_SYNTH_ENGINE_API Status find_candidates(Engine& engine, std::span<const float> audio,
                                             int sample_rate_hz, std::span<const float> held,
                                             std::size_t count, Candidates& candidates);

}  // namespace flow_synth
