#include "loader_thread.h"

#include <thread>
#include <utility>

namespace flow_synth {

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

void LoaderThread::run() {
    while (true) {
        std::function<void()> job;
        {
            std::unique_lock lock(m_mutex);
            m_is_needed.wait(lock, [this] { return !m_jobs.empty(); });
            job = std::move(m_jobs.front());
            m_jobs.pop_front();
        }
        job();
    }
}

}  // namespace flow_synth
