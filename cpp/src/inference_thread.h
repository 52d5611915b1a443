#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace flow_synth {

/// The one thread of the process that loads models and runs LibTorch for hosts. LibTorch loses
/// memory with every thread that ever ran it, so this one lasts as long as the process.
class InferenceThread {
public:
    /// Asked every millisecond while it is watched.
    using Watch = std::function<void()>;

    /// [any-thread, allocates, blocks for a moment] Started when first asked for.
    static InferenceThread& instance();

    /// [any-thread, allocates, blocks for a moment] Does something there, after all that was posted
    /// before. It must not throw.
    void post(std::function<void()> job);

    /// [any-thread, allocates, blocks for a moment] Watches until all that is left of `watch` is
    /// what this thread holds.
    void watch(std::shared_ptr<const Watch> watch);

    /// [any-thread, blocks] Waits until nothing is done there, and lets nothing begin any more.
    void finish();

private:
    InferenceThread() = default;

    void run();

    std::mutex m_mutex;
    std::condition_variable m_is_needed;
    std::condition_variable m_is_at_rest;
    bool m_is_working = false;
    bool m_is_over = false;
    std::deque<std::function<void()>> m_jobs;
    std::vector<std::shared_ptr<const Watch>> m_watches;
};

}  // namespace flow_synth
