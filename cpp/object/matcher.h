#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "console.h"
#include "engine_library.h"
#include "flow_synth/controller.h"
#include "flow_synth/explorer.h"
#include "flow_synth/status.h"
#include "hearing.h"

namespace flow_synth {

/// How sounds become knobs: records, and has the engine hear what was recorded or read. What is
/// asked for while the engine is not ready yet is done once it is.
/// All methods are for the control thread.
class Matcher {
public:
    /// [control-thread] Both must outlive it.
    Matcher(Controller& controller, Explorer& explorer)
        : m_controller(controller), m_explorer(explorer) {}

    /// [control-thread] Another model plays, for which the engine is being opened.
    void expect_engine();

    /// [control-thread, allocates] The engine, which is now to load a model, or why there is none.
    void set_engine(const Status& status, const EngineLibrary* engine, const std::string& path);

    /// [control-thread] Begins to record, or ends and keeps what was recorded.
    Status record(bool is_on);

    /// [control-thread, allocates] Goes to what was recorded last, which this ends if it is still
    /// going on; the same recording again if there is no other.
    Status match();

    /// [control-thread] A file is being read that is to be heard: what it is waits for `hear`.
    void expect_sound() noexcept { m_is_sound_expected = true; }

    /// [control-thread] It could not be read, and so nothing can be found in it.
    void give_up_sound() noexcept;

    /// [control-thread, allocates] Goes to what a file sounds like.
    Status hear(Recording sound);

    /// [control-thread, allocates] Looks for 1 to 64 different presets that may have made the sound
    /// heard last, after that which is being heard, locked knobs where they are.
    Status find_candidates(int count);

    /// [control-thread, allocates] Goes to one of what was found, from 1, the most promising, on.
    Status go_to_candidate(int number);

    /// [control-thread] What was found last, for the model that plays; none at first.
    const std::vector<Candidate>& candidates() const noexcept { return m_candidates; }

    /// [control-thread] Whether it was found since the last call.
    bool take_found() noexcept { return std::exchange(m_has_found, false); }

    /// [control-thread] After the controller was reset: records anew if it did, and forgets what it
    /// kept.
    Status restart();

    /// [control-thread, allocates] Goes on with what waits for the engine.
    void poll(Console& console);

    /// [control-thread] Whether something goes on that does not need the audio thread.
    bool is_busy() const noexcept;

    /// [control-thread] How it is with the engine, in a word.
    std::string_view engine_word() const noexcept;

private:
    enum class State : std::uint8_t { none, opening, missing, loading, ready, failed };

    Status check() const;
    void watch(Console& console);
    void do_waiting();
    void take_answer(Console& console);
    void take_candidates(Console& console);
    void drop_waiting();
    void lose(const std::string& why);

    Controller& m_controller;
    Explorer& m_explorer;
    State m_state = State::none;
    std::string m_why_not;
    bool m_is_said = true;  ///< Whether that was.
    bool m_is_recording = false;
    bool m_is_kept = false;  ///< Whether the controller keeps a recording.
    bool m_is_match_waiting = false;
    bool m_is_sound_expected = false;  ///< Whether one is being read.
    std::optional<Recording> m_waiting_sound;
    bool m_is_hearing = false;
    std::optional<Recording> m_given;  ///< What is being heard, if it is not the recording.
    std::string m_loss;                ///< What a user has not been told yet.
    bool m_is_awaited = false;         ///< Whether the controller's recording is to be heard next.
    int m_n_wanted = 0;                ///< Candidates.
    bool m_is_search_waiting = false;
    bool m_is_searching = false;
    bool m_has_found = false;
    std::vector<Candidate> m_candidates;
    std::unique_ptr<Hearing> m_hearing;
};

}  // namespace flow_synth
