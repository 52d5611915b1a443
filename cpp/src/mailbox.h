#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace flow_synth {

/// The latest of what one thread tells another. Neither ever waits: of three values one is being
/// written, one read, and one lies between them.
template <typename Value>
class Mailbox {
public:
    /// [writing thread] What the next `publish` hands over; it holds something old.
    Value& draft() noexcept { return m_values[m_writing]; }

    /// [writing thread] Hands over the draft, in place of one that was not taken.
    void publish() noexcept {
        const std::uint8_t before = m_between.exchange(static_cast<std::uint8_t>(m_writing | k_new),
                                                       std::memory_order_acq_rel);
        m_writing = before & k_index;
    }

    /// [reading thread] Takes what was published since the last call; false if nothing was.
    bool take() noexcept {
        if ((m_between.load(std::memory_order_relaxed) & k_new) == 0) {
            return false;
        }
        const std::uint8_t before =
            m_between.exchange(static_cast<std::uint8_t>(m_reading), std::memory_order_acq_rel);
        m_reading = before & k_index;
        return true;
    }

    /// [reading thread] What was taken last.
    Value& latest() noexcept { return m_values[m_reading]; }

private:
    static constexpr std::uint8_t k_index = 3;
    static constexpr std::uint8_t k_new = 4;
    static constexpr std::size_t k_cache_line = 64;

    std::array<Value, 3> m_values{};
    alignas(k_cache_line) std::size_t m_writing = 0;
    alignas(k_cache_line) std::atomic<std::uint8_t> m_between{1};
    alignas(k_cache_line) std::size_t m_reading = 2;
};

}  // namespace flow_synth
