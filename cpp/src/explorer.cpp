#include "flow_synth/explorer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <utility>

#include "number_text.h"
#include "split_mix.h"

namespace flow_synth {
namespace {

constexpr float k_free = std::numeric_limits<float>::quiet_NaN();
constexpr std::uint64_t k_seed = 1;

bool are_units(std::span<const float> numbers) {
    return std::ranges::all_of(numbers, [](float x) { return x >= 0.0F && x <= 1.0F; });
}

Status check_range(std::string_view what, double value, double minimum, double maximum) {
    if (value >= minimum && value <= maximum) {
        return {};
    }
    return Status::refused(std::string(what) + " of " + number_text(value) +
                           " cannot be used; give " + number_text(minimum) + " to " +
                           number_text(maximum));
}

/// Names of what there is, for who asked for something else.
template <typename Named>
std::string names_of(const std::vector<Named>& all) {
    std::string names;
    for (const Named& one : all) {
        names += (names.empty() ? "" : ", ") + one.name;
    }
    return names;
}

bool have_same_knobs(const CoreModel& one, const CoreModel& other) {
    const auto name = &Parameter::name;
    return one.interface().synth == other.interface().synth &&
           std::ranges::equal(one.interface().parameters, other.interface().parameters, {}, name,
                              name);
}

/// The place of a preset.
std::vector<float> place_of(const CoreModel& model, std::span<const float> units) {
    std::vector<float> place(units.begin(), units.end());
    if (model.flow() != nullptr) {
        model.flow()->invert(units, place);
    }
    return place;
}

/// The preset at a place.
void sound(const CoreModel& model, std::span<const float> place, std::span<float> units) {
    if (model.flow() != nullptr) {
        model.flow()->decode(place, units);
    } else {
        std::ranges::transform(place, units.begin(),
                               [](float x) { return std::clamp(x, 0.0F, 1.0F); });
    }
}

}  // namespace

Explorer::Explorer(Controller& controller) : m_controller(controller) {}

void Explorer::set_model(std::shared_ptr<const CoreModel> model) {
    const auto before = std::exchange(m_model, std::move(model));
    m_controller.set_model(m_model);
    if (before && have_same_knobs(*before, *m_model)) {
        carry_over(*before);
    } else {
        m_held.assign(m_model->n_knobs(), k_free);
        m_slots = {};
    }
    m_units.resize(m_model->n_knobs());
    m_random = k_seed;
    begin_at(place_of(*m_model, m_model->defaults()));
}

void Explorer::carry_over(const CoreModel& before) {
    for (Place& kept : m_slots) {
        if (!kept.empty()) {
            std::vector<float> units(kept.size());
            sound(before, kept, units);
            kept = place_of(*m_model, units);
        }
    }
    // They were accepted before.
    static_cast<void>(m_controller.hold(m_held));
}

Status Explorer::check_model() {
    follow();
    return m_model ? Status() : Status::refused("there is no model yet; load one");
}

Status Explorer::check_map() {
    if (Status status = check_model(); !status.is_ok()) {
        return status;
    }
    if (flow() == nullptr) {
        return Status::refused("only LibTorch runs the map of this model of family '" +
                               m_model->interface().family +
                               "'; load a flow model to move in its audio space");
    }
    return {};
}

Status Explorer::check_size(std::string_view what, std::size_t size) const {
    const std::size_t n = m_model->n_knobs();
    if (size == n) {
        return {};
    }
    return Status::refused(std::string(what) + " of " + std::to_string(size) +
                           " numbers cannot be used; give " + std::to_string(n));
}

Status Explorer::check_slot(int slot) const {
    if (slot >= 1 && slot <= k_n_slots) {
        return {};
    }
    return Status::refused("there is no slot " + std::to_string(slot) + "; give 1 to " +
                           std::to_string(k_n_slots));
}

void Explorer::begin_at(std::span<const float> place) {
    m_place.assign(place.begin(), place.end());
    m_macros.assign(m_place.size(), k_free);
    m_sliders.assign(m_model->interface().semantic_axes.size(), 0.0);
    turn();
}

Explorer::Place Explorer::turned() const {
    Place place = m_place;
    for (std::size_t index = 0; index < m_macros.size(); ++index) {
        if (!std::isnan(m_macros[index])) {
            place[index] = m_macros[index];
        }
    }
    for (std::size_t axis = 0; axis < m_sliders.size(); ++axis) {
        const auto& direction = m_model->interface().semantic_axes[axis].direction;
        // Exactly nothing at the centre.
        for (std::size_t index = 0; m_sliders[axis] != 0.0 && index < direction.size(); ++index) {
            place[index] += static_cast<float>(m_sliders[axis] * direction[index]);
        }
    }
    return place;
}

void Explorer::turn() {
    m_turned = turned();
    m_has_units = false;
    m_has_moved = true;
}

Status Explorer::tell() {
    turn();
    return m_controller.set_point(m_turned);
}

Status Explorer::arrive(std::span<const float> place) {
    begin_at(place);
    return m_controller.set_point(m_turned);
}

Status Explorer::go_to(std::span<const float> z) {
    if (Status status = check_map(); !status.is_ok()) {
        return status;
    }
    if (Status status = check_size("a point", z.size()); !status.is_ok()) {
        return status;
    }
    if (!std::ranges::all_of(z, [](float x) { return std::isfinite(x); })) {
        return Status::refused("a point has a number that is not finite; give finite ones");
    }
    return arrive(z);
}

Status Explorer::locate(std::span<const float> units) {
    if (Status status = check_model(); !status.is_ok()) {
        return status;
    }
    if (Status status = check_size("a preset", units.size()); !status.is_ok()) {
        return status;
    }
    if (!are_units(units)) {
        return Status::refused("a preset has a value beyond its knob's ends; give 0 to 1");
    }
    return arrive(place_of(*m_model, units));
}

Status Explorer::mutate(double amount) {
    if (Status status = check_map(); !status.is_ok()) {
        return status;
    }
    if (Status status = check_range("an amount", amount, 0.0, 1.0); !status.is_ok()) {
        return status;
    }
    Place place = m_turned;
    for (std::size_t index = 0; index < place.size(); ++index) {
        const double deviation = m_model->interface().latent[index].standard_deviation;
        place[index] += static_cast<float>(amount * deviation * normal());
    }
    return arrive(place);
}

Status Explorer::reset() {
    if (Status status = check_model(); !status.is_ok()) {
        return status;
    }
    m_held.assign(m_held.size(), k_free);
    m_random = k_seed;
    if (Status status = m_controller.hold(m_held); !status.is_ok()) {
        return status;
    }
    return arrive(place_of(*m_model, m_model->defaults()));
}

Status Explorer::check_macro(int number) {
    if (Status status = check_map(); !status.is_ok()) {
        return status;
    }
    const std::size_t n = m_model->interface().order.size();
    if (number >= 1 && std::cmp_less_equal(number, n)) {
        return {};
    }
    return Status::refused("there is no macro knob " + std::to_string(number) + "; give 1 to " +
                           std::to_string(n));
}

void Explorer::turn_macro(int number, double position) {
    const FlowFile& file = m_model->interface();
    const std::uint32_t index = file.order[static_cast<std::size_t>(number - 1)];
    const LatentDimension& dimension = file.latent[index];
    m_macros[index] =
        static_cast<float>(dimension.minimum + position * (dimension.maximum - dimension.minimum));
}

Status Explorer::set_macro(int number, double position) {
    if (Status status = check_macro(number); !status.is_ok()) {
        return status;
    }
    if (Status status = check_range("a position", position, 0.0, 1.0); !status.is_ok()) {
        return status;
    }
    turn_macro(number, position);
    return tell();
}

Status Explorer::curve(int number, int count, std::vector<std::vector<float>>& presets) {
    if (Status status = check_macro(number); !status.is_ok()) {
        return status;
    }
    if (Status status = check_range("a count", count, 2, k_most_curve_points); !status.is_ok()) {
        return status;
    }
    const Place macros = m_macros;
    presets.clear();
    for (int point = 0; point < count; ++point) {
        turn_macro(number, static_cast<double>(point) / (count - 1));
        Place preset = turned();
        flow()->decode(preset, preset);
        hold(preset);
        presets.push_back(std::move(preset));
    }
    m_macros = macros;
    return {};
}

Status Explorer::set_semantic(std::string_view name, double position) {
    if (Status status = check_map(); !status.is_ok()) {
        return status;
    }
    const auto& axes = m_model->interface().semantic_axes;
    const auto axis = std::ranges::find(axes, name, &SemanticAxis::name);
    if (axis == axes.end()) {
        return Status::refused(
            "there is no slider '" + std::string(name) + "'; " +
            (axes.empty() ? "load a model that has sliders" : "give one of " + names_of(axes)));
    }
    if (Status status = check_range("a position", position, -k_slider_end, k_slider_end);
        !status.is_ok()) {
        return status;
    }
    m_sliders[static_cast<std::size_t>(axis - axes.begin())] = position;
    return tell();
}

Status Explorer::lock(std::string_view knob, bool is_locked) {
    if (Status status = check_model(); !status.is_ok()) {
        return status;
    }
    const auto& knobs = m_model->interface().parameters;
    const auto found = std::ranges::find(knobs, knob, &Parameter::name);
    if (found == knobs.end()) {
        return Status::refused("there is no knob '" + std::string(knob) + "'; give one of " +
                               names_of(knobs));
    }
    const auto index = static_cast<std::size_t>(found - knobs.begin());
    if (is_locked == this->is_locked(index)) {
        return {};
    }
    m_held[index] = is_locked ? units()[index] : k_free;
    m_has_units = false;
    m_has_moved = true;
    return m_controller.hold(m_held);
}

Status Explorer::store(int slot) {
    if (Status status = check_model(); !status.is_ok()) {
        return status;
    }
    if (Status status = check_slot(slot); !status.is_ok()) {
        return status;
    }
    this->slot(slot) = m_turned;
    return {};
}

Status Explorer::recall(int slot) { return interpolate(slot, slot, 0.0); }

Status Explorer::interpolate(int from, int to, double share) {
    if (Status status = check_model(); !status.is_ok()) {
        return status;
    }
    for (const int number : {from, to}) {
        if (Status status = check_slot(number); !status.is_ok()) {
            return status;
        }
        if (!is_stored(number)) {
            return Status::refused("nothing is stored in slot " + std::to_string(number) +
                                   "; store something there first");
        }
    }
    if (Status status = check_range("a share", share, 0.0, 1.0); !status.is_ok()) {
        return status;
    }
    Place place = slot(from);
    const Place& end = slot(to);
    for (std::size_t index = 0; index < place.size(); ++index) {
        // Exactly the ends at the ends.
        place[index] = std::lerp(place[index], end[index], static_cast<float>(share));
    }
    return arrive(place);
}

void Explorer::follow() {
    if (m_controller.take_point(m_taken) && m_taken.is_heard() &&
        std::exchange(m_recording, m_taken.recording) != m_taken.recording) {
        begin_at(m_taken.goal);
    }
}

bool Explorer::take_move() noexcept { return std::exchange(m_has_moved, false); }

std::span<const float> Explorer::z() const noexcept {
    return m_model && flow() != nullptr ? std::span<const float>(m_turned)
                                        : std::span<const float>();
}

std::span<const float> Explorer::units() {
    if (m_model && !std::exchange(m_has_units, true)) {
        sound(*m_model, m_turned, m_units);
        hold(m_units);
    }
    return m_units;
}

void Explorer::hold(std::span<float> units) const noexcept {
    for (std::size_t index = 0; index < m_held.size(); ++index) {
        if (is_locked(index)) {
            units[index] = m_held[index];
        }
    }
}

double Explorer::macro(int number) const noexcept {
    const std::uint32_t index = m_model->interface().order[static_cast<std::size_t>(number - 1)];
    const LatentDimension& dimension = m_model->interface().latent[index];
    const double width = dimension.maximum - dimension.minimum;
    return width > 0.0 ? (m_turned[index] - dimension.minimum) / width : 0.0;
}

bool Explorer::is_locked(std::size_t knob) const noexcept { return !std::isnan(m_held[knob]); }

bool Explorer::is_stored(int slot) const noexcept {
    return !m_slots[static_cast<std::size_t>(slot - 1)].empty();
}

/// By Box and Muller: the same with every compiler.
double Explorer::normal() noexcept {
    const auto uniform = [this] {
        return (static_cast<double>(split_mix(m_random) >> 11U) + 0.5) * 0x1p-53;
    };
    const double radius = std::sqrt(-2.0 * std::log(uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

}  // namespace flow_synth
