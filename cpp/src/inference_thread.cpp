#include "inference_thread.h"

#include <chrono>
#include <thread>
#include <utility>

namespace flow_synth {
namespace {

constexpr std::chrono::milliseconds k_watch_period{1};

}  // namespace

InferenceThread& InferenceThread::instance() {
    // Never destroyed: the thread may still run while the process ends.
    static auto* const k_thread = [] {
        auto* const started = new InferenceThread;
        std::thread([started] { started->run(); }).detach();
        return started;
    }();
    return *k_thread;
}

void InferenceThread::post(std::function<void()> job) {
    {
        const std::scoped_lock lock(m_mutex);
        m_jobs.push_back(std::move(job));
    }
    m_is_needed.notify_one();
}

void InferenceThread::watch(std::shared_ptr<const Watch> watch) {
    {
        const std::scoped_lock lock(m_mutex);
        m_watches.push_back(std::move(watch));
    }
    m_is_needed.notify_one();
}

void InferenceThread::finish() {
    std::unique_lock lock(m_mutex);
    m_is_over = true;
    m_is_at_rest.wait(lock, [this] { return !m_is_working; });
}

void InferenceThread::run() {
    std::unique_lock lock(m_mutex);
    while (true) {
        if (m_watches.empty()) {
            m_is_needed.wait(lock, [this] { return !m_jobs.empty() || !m_watches.empty(); });
        } else {
            m_is_needed.wait_for(lock, k_watch_period, [this] { return !m_jobs.empty(); });
        }
        if (m_is_over) {
            return;
        }
        m_is_working = true;
        auto jobs = std::exchange(m_jobs, {});
        std::erase_if(m_watches, [](const auto& watch) { return watch.use_count() == 1; });
        auto watches = m_watches;
        lock.unlock();
        for (const auto& job : jobs) {
            job();
        }
        for (const auto& watch : watches) {
            (*watch)();
        }
        // What they kept alive is freed before anybody has to wait for it.
        jobs.clear();
        watches.clear();
        lock.lock();
        m_is_working = false;
        m_is_at_rest.notify_all();
    }
}

}  // namespace flow_synth
