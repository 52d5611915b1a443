#include "loader_thread.h"

#include <chrono>
#include <thread>
#include <utility>

namespace flow_synth {
namespace {

/// Much more than the engine, the largest of all that is opened, takes from a disk that works.
constexpr std::chrono::seconds k_most_patience{10};

}  // namespace

LoaderThread& LoaderThread::instance() {
    // Never destroyed: the thread may still run while the process ends.
    static auto* const k_thread = [] {
        auto* const started = new LoaderThread;
        std::thread([started] { started->run(); }).detach();
        return started;
    }();
    return *k_thread;
}

void LoaderThread::post(std::function<void()> job) {
    {
        const std::scoped_lock lock(m_mutex);
        m_jobs.push_back(std::move(job));
    }
    m_is_needed.notify_one();
}

void LoaderThread::finish() {
    std::unique_lock lock(m_mutex);
    m_is_over = true;
    m_is_at_rest.wait_for(lock, k_most_patience, [this] { return !m_is_working; });
}

void LoaderThread::run() {
    std::unique_lock lock(m_mutex);
    while (true) {
        m_is_needed.wait(lock, [this] { return !m_jobs.empty(); });
        if (m_is_over) {
            return;
        }
        auto job = std::move(m_jobs.front());
        m_jobs.pop_front();
        m_is_working = true;
        lock.unlock();
        job();
        job = nullptr;  // What it kept alive is freed before anybody waits for it.
        lock.lock();
        m_is_working = false;
        m_is_at_rest.notify_all();
    }
}

}  // namespace flow_synth
