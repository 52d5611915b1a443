// An engine without LibTorch, for tests of those that use one: it loads, hears and finds on a
// thread of its own, after a moment. What it hears is known: of a recording that the object made
// the point at 0.25, of one that it was given that at 0.75, and as candidate N the preset at N
// hundredths.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "flow_synth/fs.h"

// NOLINTBEGIN(readability-identifier-naming,misc-const-correctness): names and types are those of
// C.

namespace {

constexpr std::chrono::milliseconds k_between{1};
constexpr std::chrono::milliseconds k_moment{3};
constexpr float k_recorded = 0.25F;
constexpr float k_given = 0.75F;
constexpr float k_step = 0.01F;

bool is_silent(const fs_recording& recording) {
    for (std::size_t index = 0; index < recording.n_samples; ++index) {
        if (recording.audio[index] != 0.0F) {
            return false;
        }
    }
    return true;
}

/// What was heard in a recording, or found.
struct Result {
    std::uint32_t number = 0;
    std::vector<float> knobs;
    std::vector<float> similarities_percent;
};

}  // namespace

struct fs_session {
    fs_session() : thread([this] { run(); }) {}
    fs_session(const fs_session&) = delete;
    fs_session& operator=(const fs_session&) = delete;

    ~fs_session() {
        {
            const std::scoped_lock lock(mutex);
            is_over = true;
        }
        changed.notify_all();
        thread.join();
    }

    void post(std::function<void()> job) {
        const std::scoped_lock lock(mutex);
        jobs.push_back(std::move(job));
        changed.notify_all();
    }

    void run() {
        std::unique_lock lock(mutex);
        while (!is_over) {
            changed.wait_for(lock, k_between);
            const auto now = std::exchange(jobs, {});
            lock.unlock();
            for (const auto& job : now) {
                std::this_thread::sleep_for(k_moment);
                job();
            }
            watch();
            lock.lock();
        }
    }

    void watch() {
        const std::scoped_lock listening(listener_mutex);
        fs_recording recording{};
        if (!listener || listener->take(listener->context, &recording) == 0) {
            return;
        }
        std::this_thread::sleep_for(k_moment);
        const std::vector<float> numbers(n_knobs, k_recorded);
        fs_answer heard{
            .number = recording.number, .knobs = nullptr, .latent = nullptr, .n_knobs = n_knobs};
        if (is_silent(recording)) {
            fail("the recording is silent; record a sound");
        } else {
            heard.knobs = numbers.data();
            heard.latent = numbers.data();
            has_heard = true;
        }
        listener->answer(listener->context, &heard);
    }

    void fail(const char* why) {
        const std::scoped_lock lock(mutex);
        error = why;
    }

    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::function<void()>> jobs;
    bool is_over = false;
    fs_state state = FS_EMPTY;
    std::string error;
    std::optional<Result> answered;
    std::optional<Result> found;

    // Of the thread.
    std::size_t n_knobs = 0;
    bool has_heard = false;

    std::mutex listener_mutex;
    std::optional<fs_listener> listener;

    // Of the caller's thread.
    std::string text;
    Result answer_taken;
    Result found_taken;

    std::thread thread;
};

std::uint32_t fs_abi_version(void) { return FS_ABI_VERSION; }

fs_session* fs_create(char* /*reason*/, std::size_t /*reason_size*/) { return new fs_session; }

void fs_destroy(fs_session* session) { delete session; }

void fs_load(fs_session* session, const char* path) {
    {
        const std::scoped_lock lock(session->mutex);
        session->state = FS_LOADING;
    }
    // That of amsynth has 32 knobs, and the built-in one 40.
    const bool is_small = std::string_view(path).find("amsynth-32") != std::string_view::npos;
    session->post([session, n_knobs = is_small ? 32U : 40U] {
        session->n_knobs = n_knobs;
        const std::scoped_lock lock(session->mutex);
        session->state = FS_READY;
    });
}

fs_state fs_get_state(const fs_session* session) {
    auto& own = const_cast<fs_session&>(*session);
    const std::scoped_lock lock(own.mutex);
    return own.state;
}

const char* fs_error(fs_session* session) {
    const std::scoped_lock lock(session->mutex);
    session->text = session->error;
    return session->text.c_str();
}

const char* fs_info(fs_session* /*session*/) { return "{}"; }

void fs_submit(fs_session* session, const fs_recording* recording) {
    session->post([session, number = recording->number] {
        session->has_heard = true;
        const std::scoped_lock lock(session->mutex);
        session->answered = Result{.number = number,
                                   .knobs = std::vector<float>(session->n_knobs, k_given),
                                   .similarities_percent = {}};
    });
}

int fs_poll(fs_session* session, fs_answer* answer) {
    const std::scoped_lock lock(session->mutex);
    auto answered = std::exchange(session->answered, std::nullopt);
    if (!answered) {
        return 0;
    }
    session->answer_taken = std::move(*answered);
    const Result& taken = session->answer_taken;
    *answer = {.number = taken.number,
               .knobs = taken.knobs.data(),
               .latent = taken.knobs.data(),
               .n_knobs = taken.knobs.size()};
    return 1;
}

void fs_find(fs_session* session, const fs_search* search) {
    session->post([session, number = search->number, n = search->n_candidates] {
        Result found{.number = number, .knobs = {}, .similarities_percent = {}};
        if (!session->has_heard) {
            session->fail("nothing has been heard yet; match or analyze a sound first");
        }
        for (std::size_t index = 1; index <= n && session->has_heard; ++index) {
            found.knobs.insert(found.knobs.end(), session->n_knobs,
                               k_step * static_cast<float>(index));
            found.similarities_percent.push_back(100.0F - static_cast<float>(index));
        }
        const std::scoped_lock lock(session->mutex);
        session->found = std::move(found);
    });
}

int fs_poll_candidates(fs_session* session, fs_candidates* candidates) {
    const std::scoped_lock lock(session->mutex);
    auto found = std::exchange(session->found, std::nullopt);
    if (!found) {
        return 0;
    }
    session->found_taken = std::move(*found);
    const Result& taken = session->found_taken;
    const std::size_t n = taken.similarities_percent.size();
    *candidates = {.number = taken.number,
                   .n_candidates = n,
                   .knobs = taken.knobs.data(),
                   .similarities_percent = taken.similarities_percent.data(),
                   .n_knobs = n > 0 ? taken.knobs.size() / n : 0};
    return 1;
}

void fs_listen(fs_session* session, const fs_listener* listener) {
    const std::scoped_lock lock(session->listener_mutex);
    session->listener = listener != nullptr ? std::optional<fs_listener>(*listener) : std::nullopt;
}

void fs_finish(void) {}

// NOLINTEND(readability-identifier-naming,misc-const-correctness)
