#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "host.h"

namespace flow_synth {

/// What the object wants to say. A flood of wrong messages does not become a flood of sentences:
/// what was said a moment ago is not said again, and of many at once only the first are said.
/// All methods are for the control thread.
class Console {
public:
    /// [control-thread, allocates]
    void complain(const std::string& sentence);

    /// [control-thread, allocates] Says what has gathered.
    void flush(Host& host);

private:
    using Clock = std::chrono::steady_clock;

    std::vector<std::string> m_waiting;
    std::size_t m_n_left_out = 0;
    std::string m_last;
    Clock::time_point m_last_said;
};

}  // namespace flow_synth
