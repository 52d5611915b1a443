#pragma once

#include <string>
#include <vector>

#include "atom.h"
#include "flow_synth/controller.h"
#include "flow_synth/explorer.h"
#include "hearing.h"

namespace flow_synth {

/// A line for the info outlet.
struct Line {
    std::string selector;
    std::vector<Atom> atoms;
};

/// [control-thread, allocates] What the model is: its synth, family, and sizes.
void report_model(const CoreModel& model, std::vector<Line>& lines);

/// [control-thread, allocates] How many candidates there are, and how similar each may be.
void report_candidates(const std::vector<Candidate>& candidates, std::vector<Line>& lines);

/// [control-thread, allocates] The presets [COUNT, P] that turning a macro knob would lead to.
void report_curve(int macro, const std::vector<std::vector<float>>& presets,
                  std::vector<Line>& lines);

/// [control-thread, allocates] Where everything stands: knobs, macro knobs, sliders and slots.
void report_state(Explorer& explorer, std::vector<Line>& lines);

}  // namespace flow_synth
