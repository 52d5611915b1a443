#include "hearing.h"

#include <array>
#include <cstddef>

namespace flow_synth {
namespace {

fs_recording view_of(const Recording& recording) {
    return {.audio = recording.audio.data(),
            .n_samples = recording.audio.size(),
            .sample_rate_hz = recording.sample_rate_hz,
            .number = recording.number};
}

std::vector<float> numbers(const float* begin, std::size_t n) {
    return begin != nullptr ? std::vector<float>(begin, begin + n) : std::vector<float>();
}

}  // namespace

Status Hearing::create(const EngineLibrary& engine, Controller& controller,
                       std::unique_ptr<Hearing>& hearing) {
    constexpr std::size_t k_most_characters = 1024;
    std::array<char, k_most_characters> reason{};
    fs_session* const session = engine.create(reason.data(), reason.size());
    if (session == nullptr) {
        return Status::refused(reason.data());
    }
    hearing.reset(new Hearing(engine, controller, session));
    return {};
}

Hearing::Hearing(const EngineLibrary& engine, Controller& controller, fs_session* session)
    : m_engine(engine), m_controller(controller), m_session(session) {
    const fs_listener listener{
        .context = this,
        .take = [](void* self, fs_recording* recording) -> int {
            return static_cast<Hearing*>(self)->take(*recording);
        },
        .answer = [](void* self,
                     const fs_answer* answer) { static_cast<Hearing*>(self)->answer(*answer); }};
    m_engine.listen(m_session, &listener);
}

Hearing::~Hearing() {
    m_controller.set_listened(false);
    m_engine.destroy(m_session);
}

void Hearing::load(const std::string& path) {
    m_controller.set_listened(false);
    m_engine.load(m_session, path.c_str());
}

fs_state Hearing::state() {
    const fs_state state = m_engine.get_state(m_session);
    m_controller.set_listened(state == FS_READY);
    return state;
}

bool Hearing::has_recording() {
    const std::scoped_lock lock(m_mutex);
    return m_recording.sample_rate_hz != 0;
}

void Hearing::hear_again() {
    const std::scoped_lock lock(m_mutex);
    hear(m_recording);
}

void Hearing::hear(const Recording& recording) {
    fs_recording view = view_of(recording);
    view.number = ++m_sound;
    m_engine.submit(m_session, &view);
}

bool Hearing::take_answer(Answer& answer) {
    fs_answer found{};
    if (m_engine.poll(m_session, &found) == 0 || found.number != m_sound) {
        return false;
    }
    answer = {.z = numbers(found.latent, found.n_knobs), .v = numbers(found.knobs, found.n_knobs)};
    return true;
}

void Hearing::find(int count, std::span<const float> held) {
    const fs_search search{.number = ++m_search,
                           .n_candidates = static_cast<std::size_t>(count),
                           .held = held.data(),
                           .n_knobs = held.size()};
    m_engine.find(m_session, &search);
}

bool Hearing::take_candidates(std::vector<Candidate>& candidates) {
    fs_candidates found{};
    if (m_engine.poll_candidates(m_session, &found) == 0 || found.number != m_search) {
        return false;
    }
    candidates.clear();
    for (std::size_t index = 0; index < found.n_candidates; ++index) {
        candidates.push_back(
            {.v = numbers(found.knobs + index * found.n_knobs, found.n_knobs),
             .similarity_percent = static_cast<double>(found.similarities_percent[index])});
    }
    return true;
}

int Hearing::take(fs_recording& recording) {
    if (!m_controller.take_recording(m_heard)) {
        return 0;
    }
    recording = view_of(m_heard);
    const std::scoped_lock lock(m_mutex);
    m_recording = m_heard;
    return 1;
}

void Hearing::answer(const fs_answer& answer) {
    if (answer.knobs == nullptr) {
        m_has_failed = true;
        m_controller.deliver(answer.number, {}, {});
    } else {
        m_controller.deliver(answer.number, {answer.latent, answer.n_knobs},
                             {answer.knobs, answer.n_knobs});
    }
    m_has_heard = true;
}

}  // namespace flow_synth
