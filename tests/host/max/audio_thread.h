#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "max_api.h"

namespace max_host {

/// How an object takes part in signal processing.
struct Perform {
    void* object;
    method function;
    void* own;
    std::size_t n_inputs;
    std::size_t n_outputs;
};

struct Stereo {
    std::vector<double> left;
    std::vector<double> right;
};

/// Max's audio thread: it performs when told, or on and on. All objects hear the same input.
class AudioThread {
public:
    AudioThread();
    AudioThread(const AudioThread&) = delete;
    AudioThread& operator=(const AudioThread&) = delete;
    ~AudioThread();

    /// [main-thread] Does something there between two blocks, and waits for it.
    void on_thread(const std::function<void()>& job);

    /// [main-thread] What is performed from now on, in blocks of that size.
    void set_chain(std::vector<Perform> chain, std::size_t n_samples);

    /// [main-thread] Takes an object out; it performs no more once this is done.
    void forget(const void* object);

    /// [main-thread] Performs whole blocks and says what the last object gave.
    Stereo play(std::span<const double> input);

    /// [main-thread] Whether it performs on and on, with noise to hear.
    void set_running(bool is_running);

    /// [main-thread] Waits, while it performs on and on, until that many more samples were heard.
    void hear(std::size_t n_samples);

private:
    void run();
    void perform_block(std::span<const double> input);

    std::vector<Perform> m_chain;
    std::size_t m_n_samples = 64;
    std::vector<double> m_input;
    std::vector<double> m_left;
    std::vector<double> m_right;

    std::mutex m_mutex;
    std::condition_variable m_changed;
    const std::function<void()>* m_job = nullptr;
    bool m_is_running = false;
    std::size_t m_n_heard = 0;
    bool m_is_over = false;
    std::thread m_thread;
};

}  // namespace max_host
