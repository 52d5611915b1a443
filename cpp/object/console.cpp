#include "console.h"

#include <algorithm>
#include <utility>

namespace flow_synth {
namespace {

constexpr std::size_t k_most_at_once = 8;
constexpr std::size_t k_most_in_a_moment = 64;
constexpr std::chrono::seconds k_moment{1};

}  // namespace

bool Console::was_said(const std::string& sentence) const {
    return std::ranges::find(m_said, sentence, &Said::sentence) != m_said.end();
}

void Console::complain(const std::string& sentence) {
    if (m_waiting.size() < k_most_at_once &&
        std::ranges::find(m_waiting, sentence) == m_waiting.end()) {
        m_waiting.push_back(sentence);
    }
}

void Console::flush(Host& host) {
    if (m_waiting.empty()) {
        return;
    }
    const auto now = Clock::now();
    std::erase_if(m_said, [now](const Said& said) { return now - said.time >= k_moment; });
    // Saying something may make the host send messages.
    const auto sentences = std::exchange(m_waiting, {});
    for (const std::string& sentence : sentences) {
        if (!was_said(sentence) && m_said.size() < k_most_in_a_moment) {
            m_said.push_back({.sentence = sentence, .time = now});
            host.complain(sentence);
        }
    }
}

}  // namespace flow_synth
