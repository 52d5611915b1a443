#include "performance.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace flow_synth {
namespace {

std::vector<float> start(const CoreModel& model) {
    std::vector<float> point(model.defaults().begin(), model.defaults().end());
    if (model.flow() != nullptr) {
        model.flow()->invert(model.defaults(), point);
    }
    return point;
}

}  // namespace

Performance::Performance(std::shared_ptr<const CoreModel> model, std::uint32_t number,
                         double glide_seconds)
    : m_model(std::move(model)),
      m_number(number),
      m_glide(start(*m_model)),
      m_knobs(m_model->defaults().begin(), m_model->defaults().end()),
      m_held(m_model->n_knobs(), std::numeric_limits<float>::quiet_NaN()),
      m_from(m_knobs),
      m_to(m_knobs),
      m_glide_seconds(glide_seconds) {
    m_wish.point.assign(m_glide.point().begin(), m_glide.point().end());
    m_wish.held = m_held;
    m_wish.glide_seconds = glide_seconds;
    // The audio thread fills all three, and may not allocate.
    for (int index = 0; index < 3; ++index) {
        m_points.draft() = {.z = flow() != nullptr ? m_wish.point : std::vector<float>(),
                            .v = m_knobs,
                            .goal = m_wish.point};
        m_points.publish();
        m_points.take();
    }
}

void Performance::ask() {
    m_wishes.draft() = m_wish;
    m_wishes.publish();
}

bool Performance::take_point(Point& point) {
    if (!m_points.take()) {
        return false;
    }
    point = m_points.latest();
    return true;
}

void Performance::go_to(std::span<const float> z, std::span<const float> v, std::uint32_t recording,
                        double steps_per_second) noexcept {
    const std::span<const float> point = flow() != nullptr ? z : v;
    if (point.size() == m_glide.point().size()) {
        m_recording = recording;
        m_glide.set_target(point, n_steps(steps_per_second));
    }
}

void Performance::follow(const Performance& before, double steps_per_second) noexcept {
    if (m_model->is_builtin() && before.m_model->is_builtin()) {
        std::ranges::copy(before.m_to, m_to.begin());
        m_n_hold_steps = n_steps(steps_per_second);
    }
}

void Performance::step(double steps_per_second) noexcept {
    if (m_wishes.take()) {
        take_wish(steps_per_second);
    }
    const bool has_moved = move();
    m_is_turning = has_moved || m_n_hold_steps > 0;
    if (m_is_turning) {
        set_off();
    }
}

void Performance::take_wish(double steps_per_second) noexcept {
    const Wish& wish = m_wishes.latest();
    m_glide_seconds = wish.glide_seconds;
    const auto is_same = [](float one, float other) {
        return one == other || (std::isnan(one) && std::isnan(other));
    };
    if (!std::ranges::equal(wish.held, m_held, is_same)) {
        std::ranges::copy(wish.held, m_held.begin());
        m_n_hold_steps = n_steps(steps_per_second);
    }
    if (wish.n_points != m_n_points) {
        m_n_points = wish.n_points;
        m_recording = 0;
        m_glide.set_target(wish.point, n_steps(steps_per_second));
    }
}

std::size_t Performance::n_steps(double steps_per_second) const noexcept {
    return std::max<std::size_t>(
        1, static_cast<std::size_t>(std::lround(m_glide_seconds * steps_per_second)));
}

bool Performance::move() noexcept {
    if (!m_glide.step()) {
        return false;
    }
    if (flow() != nullptr) {
        flow()->decode(m_glide.point(), m_knobs);
    } else {
        std::ranges::transform(m_glide.point(), m_knobs.begin(),
                               [](float unit) { return std::clamp(unit, 0.0F, 1.0F); });
    }
    return true;
}

void Performance::set_off() noexcept {
    std::ranges::copy(m_to, m_from.begin());
    // Knobs that are held from now on, or free, go to where they belong as fast as a point glides.
    const float share = m_n_hold_steps > 1 ? 1.0F / static_cast<float>(m_n_hold_steps) : 1.0F;
    for (std::size_t index = 0; index < m_knobs.size(); ++index) {
        const float to = std::isnan(m_held[index]) ? m_knobs[index] : m_held[index];
        m_to[index] = share < 1.0F ? m_from[index] + share * (to - m_from[index]) : to;
    }
    m_n_hold_steps -= std::min<std::size_t>(m_n_hold_steps, 1);
    Point& point = m_points.draft();
    std::ranges::copy_n(m_glide.point().begin(), static_cast<std::ptrdiff_t>(point.z.size()),
                        point.z.begin());
    std::ranges::copy(m_to, point.v.begin());
    std::ranges::copy(m_glide.target(), point.goal.begin());
    point.recording = m_recording;
    m_points.publish();
}

void Performance::turn(Voices& voices, float share) noexcept {
    if (!m_model->is_builtin()) {
        return;
    }
    for (std::size_t index = 0; index < m_to.size(); ++index) {
        voices.set_parameter(index, m_from[index] + share * (m_to[index] - m_from[index]));
    }
}

}  // namespace flow_synth
