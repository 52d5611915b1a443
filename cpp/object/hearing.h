#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "engine_library.h"
#include "flow_synth/controller.h"
#include "flow_synth/status.h"

namespace flow_synth {

/// What was heard in a recording that the control thread had at hand.
struct Answer {
    std::vector<float> z;  ///< [D]; empty if nothing could be heard.
    std::vector<float> v;  ///< [P]; likewise.
};

/// A preset that may have made the sound heard last.
struct Candidate {
    std::vector<float> v;  ///< [P]
    double similarity_percent = 0.0;
};

/// The engine as one object uses it: it hears what the object's controller records, and files.
class Hearing {
public:
    /// [control-thread, allocates] `hearing` is untouched where the engine refuses. Engine and
    /// controller must outlive it.
    static Status create(const EngineLibrary& engine, Controller& controller,
                         std::unique_ptr<Hearing>& hearing);

    Hearing(const Hearing&) = delete;
    Hearing& operator=(const Hearing&) = delete;

    /// [control-thread] Lets processing go on that waits for an answer.
    ~Hearing();

    /// [control-thread, allocates] Begins to load the model that the controller plays. Nobody
    /// listens until it is ready.
    void load(const std::string& path);

    /// [control-thread] How far loading is. Once ready, the controller is listened to.
    fs_state state();

    /// [control-thread, allocates] Why the last thing that failed did.
    std::string error() { return m_engine.error(m_session); }

    /// [control-thread] Whether the controller's last recording could not be heard, once.
    bool take_failure() noexcept { return m_has_failed.exchange(false); }

    /// [control-thread] Whether the controller has recorded something that was heard or is being.
    bool has_recording();

    /// [control-thread, allocates] Hears that once more, with the model there is now.
    void hear_again();

    /// [control-thread, allocates] Hears a recording.
    void hear(const Recording& recording);

    /// [control-thread, allocates] Whether the newest `hear` or `hear_again` has come to an end,
    /// once.
    bool take_answer(Answer& answer);

    /// [control-thread] Whether a recording of the controller has been heard, or could not be,
    /// once.
    bool take_heard() noexcept { return m_has_heard.exchange(false); }

    /// [control-thread, allocates] Looks for at most so many presets that may have made the sound
    /// heard last, where knobs [P] that are numbers stay as they are. A search before is dropped.
    void find(int count, std::span<const float> held);

    /// [control-thread, allocates] Whether the newest `find` has come to an end, once. Where
    /// nothing could be found there are no candidates.
    bool take_candidates(std::vector<Candidate>& candidates);

private:
    Hearing(const EngineLibrary& engine, Controller& controller, fs_session* session);

    int take(fs_recording& recording);     // On the inference thread, as
    void answer(const fs_answer& answer);  // is this.

    const EngineLibrary& m_engine;
    Controller& m_controller;
    fs_session* m_session;
    std::atomic<bool> m_has_failed{false};
    std::atomic<bool> m_has_heard{false};
    std::uint32_t m_sound = 0;   ///< The number of the newest that was given,
    std::uint32_t m_search = 0;  ///< and of the newest search.
    std::mutex m_mutex;
    Recording m_recording;  ///< What the controller recorded last.
    Recording m_heard;      ///< Of the inference thread: what it hears now.
};

}  // namespace flow_synth
