#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "max_api.h"

namespace max_host {

struct Clock {
    void* object;
    method tick;
    bool is_set = false;
    bool is_ticking = false;
    bool is_free = false;
    std::chrono::steady_clock::time_point due;
};

/// Max's timer thread, where clocks tick and, with Overdrive, messages come from.
class TimerThread {
public:
    TimerThread();
    TimerThread(const TimerThread&) = delete;
    TimerThread& operator=(const TimerThread&) = delete;
    ~TimerThread();

    /// [main-thread] Does something there, and waits for it.
    void on_thread(const std::function<void()>& job);

    /// [any-thread]
    Clock* add(void* object, method tick);
    void set(Clock& clock, double milliseconds);
    void unset(Clock& clock);
    /// Waits while it ticks.
    void free(Clock& clock);
    /// Whether something is one of ours.
    bool has(const void* clock);

    /// [main-thread] How many were never freed.
    std::size_t n_left();

private:
    void run();
    Clock* next_due();

    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::vector<std::unique_ptr<Clock>> m_clocks;
    const std::function<void()>* m_job = nullptr;
    bool m_is_over = false;
    std::thread m_thread;
};

}  // namespace max_host
