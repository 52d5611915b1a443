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

    struct Said {
        std::string sentence;
        Clock::time_point time;
    };

    bool was_said(const std::string& sentence) const;

    std::vector<std::string> m_waiting;
    std::vector<Said> m_said;  ///< A moment ago.
};

}  // namespace flow_synth
