#pragma once

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <vector>

#if defined(__linux__)
#include <ctime>
#else
#include <chrono>
#endif

namespace bench {

/// Microseconds; of the calling thread's own work where the system tells it, so that others' work
/// on the same processor does not count.
inline double now_us() {
#if defined(__linux__)
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) * 1e-3;
#else
    const auto time = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double, std::micro>(time).count();
#endif
}

/// How long calls took, in microseconds.
struct Timing {
    double minimum = 0.0;
    double p50 = 0.0;
    double p99 = 0.0;
    double maximum = 0.0;
};

/// Times `call` so many times, after a fifth as many that do not count.
template <typename Call>
Timing timed(std::size_t n_calls, const Call& call) {
    std::vector<double> times;
    for (std::size_t index = 0; index < n_calls + n_calls / 5 + 3; ++index) {
        const double begin = now_us();
        call();
        times.push_back(now_us() - begin);
    }
    times.erase(times.begin(), times.end() - static_cast<std::ptrdiff_t>(n_calls));
    std::ranges::sort(times);
    return {times.front(), times[n_calls / 2], times[n_calls * 99 / 100], times.back()};
}

inline std::ostream& operator<<(std::ostream& stream, const Timing& timing) {
    return stream << R"({"minimum": )" << timing.minimum << R"(, "p50": )" << timing.p50
                  << R"(, "p99": )" << timing.p99 << R"(, "maximum": )" << timing.maximum << '}';
}

}  // namespace bench
