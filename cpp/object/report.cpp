#include "report.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace flow_synth {
namespace {

Line knob_line(const Explorer& explorer, std::size_t index, float unit) {
    const Parameter& knob = explorer.model()->interface().parameters[index];
    const double human = knob.range.to_human(unit);
    Line line{.selector = "knob", .atoms = {knob.name, static_cast<double>(unit), human}};
    const auto choice = static_cast<std::size_t>(std::max(0.0, std::round(human)));
    if (choice < knob.choices.size()) {
        line.atoms.emplace_back(knob.choices[choice]);
    } else if (!knob.unit.empty()) {
        line.atoms.emplace_back(knob.unit);
    }
    if (explorer.is_locked(index)) {
        line.atoms.emplace_back("locked");
    }
    return line;
}

}  // namespace

void report_model(const CoreModel& model, std::vector<Line>& lines) {
    const FlowFile& file = model.interface();
    lines.push_back({.selector = "synth", .atoms = {file.synth, file.synth_version}});
    lines.push_back({.selector = "family", .atoms = {file.family}});
    lines.push_back({.selector = "knobs", .atoms = {static_cast<double>(model.n_knobs())}});
}

void report_candidates(const std::vector<Candidate>& candidates, std::vector<Line>& lines) {
    lines.push_back({.selector = "candidates", .atoms = {static_cast<double>(candidates.size())}});
    double number = 0.0;
    for (const Candidate& each : candidates) {
        lines.push_back({.selector = "candidate", .atoms = {++number, each.similarity_percent}});
    }
}

void report_curve(int macro, const std::vector<std::vector<float>>& presets,
                  std::vector<Line>& lines) {
    const auto last = static_cast<double>(presets.size() - 1);
    for (std::size_t point = 0; point < presets.size(); ++point) {
        Line line{.selector = "curve",
                  .atoms = {static_cast<double>(macro), static_cast<double>(point) / last}};
        line.atoms.insert(line.atoms.end(), presets[point].begin(), presets[point].end());
        lines.push_back(std::move(line));
    }
}

void report_state(Explorer& explorer, std::vector<Line>& lines) {
    const auto units = explorer.units();
    for (std::size_t index = 0; index < units.size(); ++index) {
        lines.push_back(knob_line(explorer, index, units[index]));
    }
    const FlowFile& file = explorer.model()->interface();
    if (!explorer.z().empty()) {
        for (std::size_t number = 1; number <= file.order.size(); ++number) {
            lines.push_back(
                {.selector = "macro",
                 .atoms = {static_cast<double>(number), explorer.macro(static_cast<int>(number))}});
        }
        for (std::size_t axis = 0; axis < file.semantic_axes.size(); ++axis) {
            const SemanticAxis& words = file.semantic_axes[axis];
            lines.push_back(
                {.selector = "semantic",
                 .atoms = {words.name, words.low, words.high, explorer.sliders()[axis]}});
        }
    }
    for (int slot = 1; slot <= Explorer::k_n_slots; ++slot) {
        if (explorer.is_stored(slot)) {
            lines.push_back({.selector = "slot", .atoms = {static_cast<double>(slot)}});
        }
    }
}

}  // namespace flow_synth
