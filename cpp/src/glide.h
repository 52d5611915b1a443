#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace flow_synth {

/// A point on its way to another, in equal steps.
class Glide {
public:
    /// [control-thread, allocates] At rest.
    explicit Glide(std::vector<float> point) : m_point(std::move(point)), m_target(m_point) {}

    /// [audio-thread] Goes elsewhere in so many steps, at least one.
    void set_target(std::span<const float> target, std::size_t n_steps) noexcept {
        std::ranges::copy(target, m_target.begin());
        m_n_steps = n_steps;
    }

    /// [audio-thread] One step; false if it is there already.
    bool step() noexcept {
        if (m_n_steps == 0) {
            return false;
        }
        for (std::size_t index = 0; index < m_point.size(); ++index) {
            m_point[index] += (m_target[index] - m_point[index]) / static_cast<float>(m_n_steps);
        }
        if (--m_n_steps == 0) {
            std::ranges::copy(m_target, m_point.begin());  // Exactly.
        }
        return true;
    }

    /// [audio-thread] Makes the next step the last.
    void hurry() noexcept { m_n_steps = m_n_steps > 0 ? 1 : 0; }

    /// [audio-thread]
    std::span<const float> point() const noexcept { return m_point; }

    /// [audio-thread] Where it goes, or is.
    std::span<const float> target() const noexcept { return m_target; }

private:
    std::vector<float> m_point;
    std::vector<float> m_target;
    std::size_t m_n_steps = 0;
};

}  // namespace flow_synth
