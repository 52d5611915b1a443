#include "matcher.h"

#include <utility>

namespace flow_synth {
namespace {

constexpr int k_most_candidates = 64;

}  // namespace

void Matcher::expect_engine() {
    m_state = State::opening;
    m_controller.set_listened(false);  // By who would hear with the model before.
    if (std::exchange(m_is_awaited, false)) {
        lose("another model was loaded");
    }
    m_candidates.clear();
    // What is heard and found with the model before is of no use: it is done again.
    if (std::exchange(m_is_hearing, false)) {
        if (!m_given) {
            m_is_match_waiting = true;
        } else if (!m_waiting_sound) {
            m_waiting_sound = std::exchange(m_given, std::nullopt);
        }
    }
    m_is_search_waiting = std::exchange(m_is_searching, false) || m_is_search_waiting;
}

void Matcher::lose(const std::string& why) {
    m_is_match_waiting = false;
    // What was to be found in that sound is of no use; in a file, it is.
    m_is_search_waiting = m_is_search_waiting && (m_waiting_sound || m_is_sound_expected);
    m_loss =
        "what was to be matched is lost, since " + why + "; record a sound, and then say 'match'";
}

void Matcher::drop_waiting() {
    m_is_match_waiting = false;
    m_waiting_sound.reset();
    m_is_search_waiting = false;
}

void Matcher::set_engine(const Status& status, const EngineLibrary* engine,
                         const std::string& path) {
    Status created = status;
    if (created.is_ok() && !m_hearing) {
        created = Hearing::create(*engine, m_controller, m_hearing);
    }
    if (!created.is_ok()) {
        m_state = State::missing;
        m_is_said = std::exchange(m_why_not, created.reason()) == created.reason();
        drop_waiting();
        return;
    }
    m_hearing->load(path);
    m_state = State::loading;
}

Status Matcher::check() const {
    switch (m_state) {
        case State::none:
            return Status::refused("there is no model yet; load one");
        case State::missing:
        case State::failed:
            return Status::refused(m_why_not);
        default:
            return {};
    }
}

Status Matcher::record(bool is_on) {
    if (is_on == m_is_recording) {
        return {};
    }
    const Status status = is_on ? m_controller.start_recording() : m_controller.pause_recording();
    if (status.is_ok()) {
        m_is_recording = is_on;
        if (std::exchange(m_is_kept, !is_on) && m_is_match_waiting) {
            lose("a new recording has begun");
        }
    }
    return status;
}

Status Matcher::match() {
    if (Status status = check(); !status.is_ok()) {
        return status;
    }
    if (Status status = record(false); !status.is_ok()) {
        return status;
    }
    if (!m_is_kept && !(m_hearing && m_hearing->has_recording())) {
        return Status::refused(
            "nothing has been recorded; say 'record 1', play a sound, and then 'match'");
    }
    m_is_match_waiting = true;
    do_waiting();
    return {};
}

void Matcher::give_up_sound() noexcept {
    if (std::exchange(m_is_sound_expected, false)) {
        m_is_search_waiting = false;
    }
}

Status Matcher::hear(Recording sound) {
    if (Status status = check(); !status.is_ok()) {
        give_up_sound();
        return status;
    }
    m_is_sound_expected = false;
    m_waiting_sound = std::move(sound);
    do_waiting();
    return {};
}

Status Matcher::find_candidates(int count) {
    if (count < 1 || count > k_most_candidates) {
        return Status::refused("there are no " + std::to_string(count) +
                               " candidates at once; give 1 to " +
                               std::to_string(k_most_candidates));
    }
    if (Status status = check(); !status.is_ok()) {
        return status;
    }
    m_n_wanted = count;
    m_is_search_waiting = true;
    do_waiting();
    return {};
}

Status Matcher::go_to_candidate(int number) {
    if (Status status = check(); !status.is_ok()) {
        return status;
    }
    if (m_candidates.empty()) {
        return Status::refused(
            "there are no candidates; match a sound, and then say 'candidates 8'");
    }
    if (number < 1 || static_cast<std::size_t>(number) > m_candidates.size()) {
        return Status::refused("there is no candidate " + std::to_string(number) + "; give 1 to " +
                               std::to_string(m_candidates.size()));
    }
    return m_explorer.locate(m_candidates[static_cast<std::size_t>(number - 1)].v);
}

Status Matcher::restart() {
    const bool is_match_lost = std::exchange(m_is_kept, false) && m_is_match_waiting;
    const bool is_answer_lost =
        std::exchange(m_is_awaited, false) && !(m_hearing && m_hearing->take_heard());
    if (is_match_lost || is_answer_lost) {
        lose("the sample rate has changed");
    }
    return std::exchange(m_is_recording, false) ? record(true) : Status();
}

void Matcher::do_waiting() {
    if (m_state != State::ready) {
        return;
    }
    if (std::exchange(m_is_match_waiting, false)) {
        if (std::exchange(m_is_kept, false)) {
            // Cannot be refused but by a full queue, which `record` would have met before.
            static_cast<void>(m_controller.stop_recording());
            m_is_awaited = true;
        } else if (m_hearing->has_recording()) {
            m_hearing->hear_again();
            m_given.reset();
            m_is_hearing = true;
        }
    }
    if (m_waiting_sound) {
        m_hearing->hear(*m_waiting_sound);
        m_given = std::exchange(m_waiting_sound, std::nullopt);
        m_is_hearing = true;
        m_is_awaited = false;
    }
    if (!m_is_awaited && !m_is_sound_expected && std::exchange(m_is_search_waiting, false)) {
        m_hearing->find(m_n_wanted, m_explorer.held());
        m_is_searching = true;
    }
}

void Matcher::poll(Console& console) {
    if (!std::exchange(m_is_said, true)) {
        console.complain(m_why_not);
    }
    if (!m_loss.empty()) {
        console.complain(std::exchange(m_loss, {}));
    }
    if (!m_hearing) {
        return;
    }
    watch(console);
    if (m_hearing->take_failure()) {
        console.complain(m_hearing->error());
    }
    take_answer(console);
    take_candidates(console);
    if (m_hearing->take_heard() && std::exchange(m_is_awaited, false)) {
        do_waiting();
    }
}

void Matcher::watch(Console& console) {
    if (m_state != State::loading) {
        return;
    }
    const fs_state state = m_hearing->state();
    if (state == FS_READY) {
        m_state = State::ready;
        do_waiting();
    } else if (state == FS_FAILED) {
        m_state = State::failed;
        m_why_not = m_hearing->error();
        console.complain(m_why_not);
        drop_waiting();
    }
}

void Matcher::take_answer(Console& console) {
    Answer answer;
    if (!m_is_hearing || !m_hearing->take_answer(answer)) {
        return;
    }
    m_is_hearing = false;
    m_given.reset();
    if (answer.v.empty()) {
        console.complain(m_hearing->error());
        return;
    }
    const CoreModel& model = *m_explorer.model();
    const Status status =
        model.flow() != nullptr ? m_explorer.go_to(answer.z) : m_explorer.locate(answer.v);
    if (!status.is_ok()) {
        console.complain(status.reason());
    }
}

void Matcher::take_candidates(Console& console) {
    if (!m_is_searching || !m_hearing->take_candidates(m_candidates)) {
        return;
    }
    m_is_searching = false;
    m_has_found = !m_candidates.empty();
    if (m_candidates.empty()) {
        console.complain(m_hearing->error());
    }
}

bool Matcher::is_busy() const noexcept {
    return m_state == State::opening || m_state == State::loading || m_is_hearing || m_is_searching;
}

std::string_view Matcher::engine_word() const noexcept {
    switch (m_state) {
        case State::none:
            return "none";
        case State::opening:
        case State::loading:
            return "loading";
        case State::ready:
            return "ready";
        default:
            return "missing";
    }
}

}  // namespace flow_synth
