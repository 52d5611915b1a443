#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>

namespace flow_synth {

/// What one thread tells another, in order. Neither ever waits.
template <typename Value, std::size_t capacity>
class Ring {
    static_assert(std::has_single_bit(capacity), "places are counted by the lowest bits");

public:
    /// [writing thread] False if it is full.
    bool push(const Value& value) noexcept {
        const std::size_t end = m_end.load(std::memory_order_relaxed);
        if (end - m_begin.load(std::memory_order_acquire) == capacity) {
            return false;
        }
        m_values[end % capacity] = value;
        m_end.store(end + 1, std::memory_order_release);
        return true;
    }

    /// [reading thread] False if it is empty.
    bool pop(Value& value) noexcept {
        const std::size_t begin = m_begin.load(std::memory_order_relaxed);
        if (begin == m_end.load(std::memory_order_acquire)) {
            return false;
        }
        value = m_values[begin % capacity];
        m_begin.store(begin + 1, std::memory_order_release);
        return true;
    }

private:
    static constexpr std::size_t k_cache_line = 64;

    std::array<Value, capacity> m_values{};
    alignas(k_cache_line) std::atomic<std::size_t> m_begin{0};
    alignas(k_cache_line) std::atomic<std::size_t> m_end{0};
};

}  // namespace flow_synth
