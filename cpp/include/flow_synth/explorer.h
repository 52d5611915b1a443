#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "flow_synth/controller.h"
#include "flow_synth/core_model.h"
#include "flow_synth/status.h"

namespace flow_synth {

/// What a musician's hand does in the audio space: goes to places, keeps and mixes them, and turns
/// macro knobs and sliders around where it is. All is told to a controller.
///
/// The hand is at a place of the audio space. Macro knobs replace one of its dimensions each, and
/// sliders are added to what then comes out; both are absolute, so that the same position always
/// gives the same sound, and any number of them combine. Going to another place frees the macro
/// knobs and centres the sliders. Where a model's map is none that the core runs, places are unit
/// values of knobs, and what needs the audio space is refused.
///
/// What is refused changes nothing. All methods are for the controlling thread.
class Explorer {
public:
    static constexpr int k_n_slots = 128;
    /// Of a slider: the high word. The low one is below zero.
    static constexpr double k_slider_end = 3.0;
    static constexpr int k_most_curve_points = 64;

    /// [control-thread, allocates] Without a model. The controller must outlive this.
    explicit Explorer(Controller& controller);

    /// [control-thread, allocates] Hands a model, not null, to the controller and begins at its
    /// defaults. If its knobs are those of the one before, locked ones stay, and slots sound alike.
    void set_model(std::shared_ptr<const CoreModel> model);

    /// [control-thread] Null at first.
    const CoreModel* model() const noexcept { return m_model.get(); }

    // Going.

    /// [control-thread, allocates] Goes to a point of the audio space z [D].
    Status go_to(std::span<const float> z);

    /// [control-thread, allocates] Goes to where a preset lies, unit values [P] in [0, 1].
    Status locate(std::span<const float> units);

    /// [control-thread, allocates] Goes to a random place around this one: at amount 1, in 0 to 1,
    /// as far as sounds lie from their mean. The same calls after a model give the same places.
    Status mutate(double amount);

    /// [control-thread, allocates] Goes to the defaults and frees every knob; slots stay.
    Status reset();

    // Turning.

    /// [control-thread, allocates] Turns the macro knob of a number, 1 moving most, to a position
    /// from 0, the least that sounds of the training split have there, to 1, the most.
    Status set_macro(int number, double position);

    /// [control-thread, allocates] Moves a slider from -3, its low word, over 0 to 3, its high one.
    Status set_semantic(std::string_view name, double position);

    /// [control-thread, allocates] The presets that turning one macro knob from here would lead to,
    /// from position 0 to 1 in 2 to 64 equal steps, locked knobs where they are. Nothing moves.
    Status curve(int number, int count, std::vector<std::vector<float>>& presets);

    /// [control-thread, allocates] Holds a knob where it is whatever moves, or frees it.
    Status lock(std::string_view knob, bool is_locked);

    // Keeping; slots are numbered from 1 to 128.

    /// [control-thread, allocates] Keeps this place.
    Status store(int slot);

    /// [control-thread, allocates] Goes to a place that was kept.
    Status recall(int slot);

    /// [control-thread, allocates] Goes to a place on the line between two that were kept: at 0 the
    /// first, at 1 the second.
    Status interpolate(int from, int to, double share);

    // Being.

    /// [control-thread, allocates] Learns where recordings have led the controller. Everything
    /// above does so first.
    void follow();

    /// [control-thread] Whether it has moved since the last call.
    bool take_move() noexcept;

    /// [control-thread] z [D] with macro knobs and sliders; empty without a map.
    std::span<const float> z() const noexcept;

    /// [control-thread] Unit values [P], locked knobs where they are locked.
    std::span<const float> units();

    /// [control-thread] Where a macro knob stands; its number must be right.
    double macro(int number) const noexcept;

    /// [control-thread] Where sliders stand, in the order of the model's axes.
    std::span<const double> sliders() const noexcept { return m_sliders; }

    /// [control-thread] Where knobs [P] are locked; what is no number is free.
    std::span<const float> held() const noexcept { return m_held; }

    /// [control-thread] Whether a knob is locked; its index must be right.
    bool is_locked(std::size_t knob) const noexcept;

    /// [control-thread] Whether something was kept; the number must be right.
    bool is_stored(int slot) const noexcept;

private:
    using Place = std::vector<float>;  ///< z [D], or without a map unit values [P].

    const Flow* flow() const noexcept { return m_model->flow(); }
    Status check_model();
    Status check_map();
    Status check_size(std::string_view what, std::size_t size) const;
    Status check_slot(int slot) const;
    Status check_macro(int number);
    Place& slot(int number) noexcept { return m_slots[static_cast<std::size_t>(number - 1)]; }
    void carry_over(const CoreModel& before);
    void begin_at(std::span<const float> place);
    Status arrive(std::span<const float> place);
    Status tell();
    void turn();
    void turn_macro(int number, double position);
    Place turned() const;
    void hold(std::span<float> units) const noexcept;
    double normal() noexcept;

    Controller& m_controller;
    std::shared_ptr<const CoreModel> m_model;
    Place m_place;
    Place m_macros;                 ///< [D]; what is no number leaves the place as it is.
    std::vector<double> m_sliders;  ///< One each semantic axis.
    Place m_turned;                 ///< The place with macro knobs and sliders.
    std::vector<float> m_held;      ///< [P]; what is no number is free.
    std::vector<float> m_units;     ///< [P]
    bool m_has_units = false;
    bool m_has_moved = false;
    std::array<Place, k_n_slots> m_slots;  ///< Empty where nothing was kept.
    Point m_taken;
    std::uint32_t m_recording = 0;  ///< The last that led somewhere.
    std::uint64_t m_random = 0;
};

}  // namespace flow_synth
