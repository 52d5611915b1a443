#include "audio_thread.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "as_function.h"
#include "watch.h"

namespace max_host {
namespace {

// Faster than any card, so that much happens in little time.
constexpr std::chrono::microseconds k_between_blocks{100};

using PerformFunction = void(void* object, void* dsp, double** inputs, long n_inputs,
                             double** outputs, long n_outputs, long n_samples, long flags,
                             void* own);

}  // namespace

AudioThread::AudioThread() : m_thread([this] { run(); }) {}

AudioThread::~AudioThread() {
    {
        const std::scoped_lock lock(m_mutex);
        m_is_over = true;
    }
    m_changed.notify_all();
    m_thread.join();
}

void AudioThread::on_thread(const std::function<void()>& job) {
    std::unique_lock lock(m_mutex);
    m_job = &job;
    m_changed.notify_all();
    m_changed.wait(lock, [this] { return m_job == nullptr; });
}

void AudioThread::set_chain(std::vector<Perform> chain, std::size_t n_samples) {
    on_thread([&] {
        m_chain = std::move(chain);
        m_n_samples = n_samples;
        m_input.assign(n_samples, 0.0);
        m_left.assign(n_samples, 0.0);
        m_right.assign(n_samples, 0.0);
    });
}

void AudioThread::forget(const void* object) {
    on_thread([&] {
        std::erase_if(m_chain, [&](const Perform& each) { return each.object == object; });
    });
}

Stereo AudioThread::play(std::span<const double> input) {
    Stereo heard;
    on_thread([&] {
        for (std::size_t begin = 0; begin + m_n_samples <= input.size(); begin += m_n_samples) {
            perform_block(input.subspan(begin, m_n_samples));
            heard.left.insert(heard.left.end(), m_left.begin(), m_left.end());
            heard.right.insert(heard.right.end(), m_right.begin(), m_right.end());
        }
    });
    return heard;
}

void AudioThread::set_running(bool is_running) {
    const std::scoped_lock lock(m_mutex);
    m_is_running = is_running;
    m_changed.notify_all();
}

void AudioThread::hear(std::size_t n_samples) {
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this, end = m_n_heard + n_samples] { return m_n_heard >= end; });
}

void AudioThread::perform_block(std::span<const double> input) {
    for (const Perform& each : m_chain) {
        std::ranges::copy(input, m_input.begin());
        std::array<double*, 1> inputs{m_input.data()};
        // As Max does, the sound that goes in and one that comes out share memory.
        std::array<double*, 2> outputs{m_input.data(), m_right.data()};
        {
            const Performing performing;
            as_function<PerformFunction>(each.function)(
                each.object, nullptr, inputs.data(), static_cast<long>(each.n_inputs),
                outputs.data(), static_cast<long>(each.n_outputs), static_cast<long>(m_n_samples),
                0, each.own);
        }
        std::ranges::copy(m_input, m_left.begin());
    }
}

void AudioThread::run() {
    set_role(Role::audio);
    std::vector<double> noise;
    unsigned random = 1;
    std::unique_lock lock(m_mutex);
    while (!m_is_over) {
        m_changed.wait(lock, [this] { return m_is_over || m_is_running || m_job != nullptr; });
        if (m_job != nullptr) {
            const auto& job = *m_job;
            lock.unlock();
            job();
            lock.lock();
            m_job = nullptr;
            m_changed.notify_all();
        } else if (m_is_running) {
            lock.unlock();
            noise.resize(m_n_samples);
            std::ranges::generate(noise, [&] {
                random = random * 1664525U + 1013904223U;
                return static_cast<double>(random) / 4294967296.0 - 0.5;
            });
            perform_block(noise);
            std::this_thread::sleep_for(k_between_blocks);
            lock.lock();
            m_n_heard += noise.size();
            m_changed.notify_all();
        }
    }
}

}  // namespace max_host
