#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

namespace flow_synth {

/// The one thread of the process that reads files, opens the engine and frees models for objects.
class LoaderThread {
public:
    /// [any-thread, allocates] Started when first asked for.
    static LoaderThread& instance();

    /// [any-thread but audio, allocates, blocks for a moment] Does something there, after all that
    /// was posted before. It must not throw.
    void post(std::function<void()> job);

    /// [any-thread, blocks] Lets nothing begin any more, and waits until nothing is done there, but
    /// not for ever: a disk may be slow, and a host that quits is not to wait for it.
    void finish();

private:
    LoaderThread() = default;

    void run();

    std::mutex m_mutex;
    std::condition_variable m_is_needed;
    std::condition_variable m_is_at_rest;
    bool m_is_working = false;
    bool m_is_over = false;
    std::deque<std::function<void()>> m_jobs;
};

}  // namespace flow_synth
