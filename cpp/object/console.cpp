#include "console.h"

#include <algorithm>
#include <utility>

namespace flow_synth {
namespace {

constexpr std::size_t k_most_at_once = 8;
constexpr std::chrono::seconds k_moment{1};

}  // namespace

void Console::complain(const std::string& sentence) {
    if (std::ranges::find(m_waiting, sentence) != m_waiting.end()) {
        return;
    }
    if (m_waiting.size() == k_most_at_once) {
        ++m_n_left_out;
        return;
    }
    m_waiting.push_back(sentence);
}

void Console::flush(Host& host) {
    // Saying something may make the host send messages.
    const auto sentences = std::exchange(m_waiting, {});
    const std::size_t n_left_out = std::exchange(m_n_left_out, 0);
    for (const std::string& sentence : sentences) {
        const auto now = Clock::now();
        if (sentence != m_last || now - m_last_said >= k_moment) {
            m_last = sentence;
            m_last_said = now;
            host.complain(sentence);
        }
    }
    if (n_left_out > 0) {
        host.complain(std::to_string(n_left_out) + " more messages were refused");
    }
}

}  // namespace flow_synth
