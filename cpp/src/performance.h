#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "flow_synth/controller.h"
#include "flow_synth/core_model.h"
#include "flow_synth/voices.h"
#include "glide.h"
#include "mailbox.h"

namespace flow_synth {

/// What the controlling thread wants of a model.
struct Wish {
    std::vector<float> point;    ///< [D], or [P] without a flow.
    std::uint32_t n_points = 0;  ///< How many were asked for; only a new one is gone to.
    std::vector<float> held;     ///< [P]; what is no number is free.
    double glide_seconds = 0.0;
};

/// One model while it plays: where its knobs are, and where they go.
class Performance {
public:
    /// [control-thread, allocates] All knobs at their defaults.
    Performance(std::shared_ptr<const CoreModel> model, std::uint32_t number, double glide_seconds);

    /// [any-thread]
    const CoreModel& model() const noexcept { return *m_model; }
    const std::shared_ptr<const CoreModel>& shared_model() const noexcept { return m_model; }
    std::uint32_t number() const noexcept { return m_number; }

    /// [control-thread] What is wished now; `ask` tells the audio thread.
    Wish& wish() noexcept { return m_wish; }

    /// [control-thread, allocates]
    void ask();

    /// [control-thread, allocates] See `Controller::take_point`.
    bool take_point(Point& point);

    /// [audio-thread] Goes to what a recording was heard as; stays if its size is another.
    void go_to(std::span<const float> z, std::span<const float> v, std::uint32_t recording,
               double steps_per_second) noexcept;

    /// [audio-thread] Takes what is wished, and goes one step of the way.
    void step(double steps_per_second) noexcept;

    /// [audio-thread] Whether knobs turn during this step.
    bool is_turning() const noexcept { return m_is_turning; }

    /// [audio-thread] Turns the voices' knobs to where they are after a share of this step.
    void turn(Voices& voices, float share) noexcept;

    /// [audio-thread] Begins where the knobs of the one before are, if both are of one synth.
    void follow(const Performance& before, double steps_per_second) noexcept;

    /// [audio-thread] Makes the next step the last.
    void hurry() noexcept {
        m_glide.hurry();
        m_n_hold_steps = std::min<std::size_t>(m_n_hold_steps, 1);
    }

private:
    const Flow* flow() const noexcept { return m_model->flow(); }
    void take_wish(double steps_per_second) noexcept;
    std::size_t n_steps(double steps_per_second) const noexcept;
    bool move() noexcept;
    void set_off() noexcept;

    std::shared_ptr<const CoreModel> m_model;
    std::uint32_t m_number;

    Wish m_wish;  // Of the controlling thread.
    Mailbox<Wish> m_wishes;
    Mailbox<Point> m_points;

    Glide m_glide;  // From here on of the audio thread.
    std::vector<float> m_knobs;
    std::vector<float> m_held;
    std::vector<float> m_from;  ///< Where the voices' knobs are at the beginning of this step,
    std::vector<float> m_to;    ///< and at its end.
    std::uint32_t m_n_points = 0;
    double m_glide_seconds;
    std::uint32_t m_recording = 0;   ///< What led to where the glide goes; 0 for a wish.
    std::size_t m_n_hold_steps = 1;  ///< Until held knobs are where they are held.
    bool m_is_turning = false;
};

}  // namespace flow_synth
