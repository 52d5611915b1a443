#include "timer_thread.h"

#include <algorithm>

#include "as_function.h"
#include "watch.h"

namespace max_host {

using namespace std::chrono_literals;

TimerThread::TimerThread() : m_thread([this] { run(); }) {}

TimerThread::~TimerThread() {
    {
        const std::scoped_lock lock(m_mutex);
        m_is_over = true;
    }
    m_changed.notify_all();
    m_thread.join();
}

void TimerThread::on_thread(const std::function<void()>& job) {
    std::unique_lock lock(m_mutex);
    m_job = &job;
    m_changed.notify_all();
    m_changed.wait(lock, [this] { return m_job == nullptr; });
}

Clock* TimerThread::add(void* object, method tick) {
    const std::scoped_lock lock(m_mutex);
    m_clocks.push_back(std::make_unique<Clock>(Clock{.object = object, .tick = tick, .due = {}}));
    return m_clocks.back().get();
}

void TimerThread::set(Clock& clock, double milliseconds) {
    const HostsOwn own;  // A clock is what even perform may set.
    const std::scoped_lock lock(m_mutex);
    if (clock.is_free) {
        breach("a clock is set after it was freed");
    }
    clock.is_set = true;
    clock.due = std::chrono::steady_clock::now() +
                std::chrono::microseconds(static_cast<long>(milliseconds * 1000.0));
    m_changed.notify_all();
}

void TimerThread::unset(Clock& clock) {
    const std::scoped_lock lock(m_mutex);
    clock.is_set = false;
}

void TimerThread::free(Clock& clock) {
    std::unique_lock lock(m_mutex);
    if (clock.is_free) {
        breach("a clock is freed twice");
    }
    clock.is_free = true;
    if (std::this_thread::get_id() != m_thread.get_id()) {
        m_changed.wait(lock, [&] { return !clock.is_ticking; });
    }
    clock.is_set = false;
}

bool TimerThread::has(const void* clock) {
    const std::scoped_lock lock(m_mutex);
    return std::ranges::any_of(m_clocks, [&](const auto& each) { return each.get() == clock; });
}

std::size_t TimerThread::n_left() {
    const std::scoped_lock lock(m_mutex);
    return static_cast<std::size_t>(
        std::ranges::count_if(m_clocks, [](const auto& each) { return !each->is_free; }));
}

Clock* TimerThread::next_due() {
    const auto now = std::chrono::steady_clock::now();
    const auto found = std::ranges::find_if(m_clocks, [&](const auto& each) {
        return each->is_set && !each->is_free && each->due <= now;
    });
    return found != m_clocks.end() ? found->get() : nullptr;
}

void TimerThread::run() {
    set_role(Role::timer);
    std::unique_lock lock(m_mutex);
    while (!m_is_over) {
        if (m_job != nullptr) {
            const auto& job = *m_job;
            lock.unlock();
            job();
            lock.lock();
            m_job = nullptr;
            m_changed.notify_all();
        } else if (Clock* const clock = next_due(); clock != nullptr) {
            clock->is_set = false;
            clock->is_ticking = true;
            lock.unlock();
            as_function<void(void*)>(clock->tick)(clock->object);
            lock.lock();
            clock->is_ticking = false;
            m_changed.notify_all();
        } else {
            m_changed.wait_for(lock, 1ms);
        }
    }
}

}  // namespace max_host
