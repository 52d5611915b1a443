#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "flow_synth/candidates.h"
#include "flow_synth/controller.h"
#include "flow_synth/engine.h"
#include "inference_thread.h"

namespace flow_synth {

/// What was heard in a recording; empty if nothing could be.
struct Answer {
    std::uint32_t number = 0;
    std::vector<float> v;
    std::vector<float> z;
};

/// A wish for presets that may have made what was heard last.
struct Search {
    std::uint32_t number = 0;
    std::size_t count = 0;
    std::vector<float> held;  ///< [P]; what is no number is free.
};

/// What was found; nothing if nothing could be.
struct Found {
    std::uint32_t number = 0;
    Candidates candidates;
};

/// A host that records while it plays; asked on the inference thread.
struct Listener {
    std::function<bool(Recording&)> take;
    std::function<void(const Answer&)> answer;
};

/// What the inference thread does for one object of a host. It outlives the host's interest in it
/// for as long as something is computed.
class Session : public std::enable_shared_from_this<Session> {
public:
    enum class State : std::uint8_t { empty, loading, ready, failed };

    /// [control-thread, allocates] Begins to load a model; the latest counts.
    void load(std::string path);

    /// [any-thread]
    State state() const noexcept { return m_state; }

    /// [control-thread, allocates] Why the last thing that failed did.
    std::string error() const;

    /// [control-thread, allocates] What the model file says of itself.
    std::string info() const;

    /// [control-thread, allocates] Gives a recording to hear; the latest counts.
    void submit(Recording recording);

    /// [control-thread, allocates] Whether there is an answer that was not taken yet.
    bool poll(Answer& answer);

    /// [control-thread, allocates] Looks for candidates; the latest search counts.
    void find(Search search);

    /// [control-thread, allocates] Whether a search has come to an end that was not taken yet.
    bool poll(Found& found);

    /// [control-thread, allocates, blocks while the listener is asked] Asks a listener from now on,
    /// in place of the one before, which is not asked again once this returns.
    void listen(std::optional<Listener> listener);

private:
    /// Takes what the other thread has left, if there is something.
    template <typename Thing>
    std::optional<Thing> take(std::optional<Thing>& left) {
        const std::scoped_lock lock(m_mutex);
        return std::exchange(left, std::nullopt);
    }

    void load_now(const std::string& path, std::uint64_t number);
    void hear_submitted();
    void find_wanted();
    void watch();
    Answer hear(Recording recording);
    Found find_now(const Search& search);
    void fail(const Status& status);

    std::atomic<State> m_state{State::empty};

    mutable std::mutex m_mutex;  ///< Of what the controlling and the inference thread share.
    std::string m_error;
    std::string m_info;
    std::optional<Recording> m_submitted;
    std::optional<Answer> m_answer;
    std::optional<Search> m_wanted;
    std::optional<Found> m_found;
    std::uint64_t m_n_loads = 0;

    std::mutex m_listening;  ///< Held while the listener is asked.
    std::optional<Listener> m_listener;
    std::uint64_t m_n_listeners = 0;
    std::shared_ptr<const InferenceThread::Watch> m_watch;

    // Of the inference thread.
    std::shared_ptr<Engine> m_engine;  ///< And of all sessions with its file.
    Recording m_heard;                 ///< What was heard last.
};

}  // namespace flow_synth
