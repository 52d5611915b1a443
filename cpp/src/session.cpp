#include "session.h"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <system_error>
#include <utility>

namespace flow_synth {
namespace {

/// Models that sessions have, so that a patch with many objects of one model holds it once. Of the
/// inference thread alone.
class SharedEngines {
public:
    /// As `Engine::load`; a file that has changed since is loaded anew.
    Status load(const std::filesystem::path& path, std::shared_ptr<Engine>& engine) {
        std::error_code error;
        const auto time = std::filesystem::last_write_time(path, error);
        std::erase_if(m_shared, [](const Shared& each) { return each.engine.expired(); });
        const auto found = std::ranges::find_if(
            m_shared, [&](const Shared& each) { return each.path == path && each.time == time; });
        if (found != m_shared.end()) {
            engine = found->engine.lock();
            return {};
        }
        std::unique_ptr<Engine> loaded;
        Status status = Engine::load(path, loaded);
        if (status.is_ok()) {
            engine = std::move(loaded);
            m_shared.push_back({.path = path, .time = time, .engine = engine});
        }
        return status;
    }

private:
    struct Shared {
        std::filesystem::path path;
        std::filesystem::file_time_type time;
        std::weak_ptr<Engine> engine;
    };

    std::vector<Shared> m_shared;
};

Status load_shared(const std::filesystem::path& path, std::shared_ptr<Engine>& engine) {
    // Never destroyed: the inference thread may still run while the process ends.
    static auto* const k_engines = new SharedEngines;
    return k_engines->load(path, engine);
}

/// The host must not fall with LibTorch.
Status failure(const std::exception& error) {
    return Status::refused(std::string("LibTorch failed (") + error.what() +
                           "); load the model again");
}

}  // namespace

void Session::load(std::string path) {
    std::uint64_t number = 0;
    {
        const std::scoped_lock lock(m_mutex);
        number = ++m_n_loads;
        m_state = State::loading;
    }
    InferenceThread::instance().post([self = shared_from_this(), path = std::move(path), number] {
        self->load_now(path, number);
    });
}

void Session::load_now(const std::string& path, std::uint64_t number) {
    {
        const std::scoped_lock lock(m_mutex);
        if (number != m_n_loads) {
            return;  // Another was asked for since.
        }
    }
    std::shared_ptr<Engine> engine;
    Status status;
    try {
        status = load_shared(path_of(path), engine);
    } catch (const std::exception& error) {
        status = Status::refused(path + ": it cannot be loaded (" + error.what() +
                                 "); give another model");
    }
    const std::scoped_lock lock(m_mutex);
    if (status.is_ok()) {
        m_info = engine->file().description;
        m_engine.swap(engine);  // The one before is freed when the lock is.
    } else {
        m_error = status.reason();
    }
    if (number == m_n_loads) {
        m_state = status.is_ok() ? State::ready : State::failed;
    }
}

std::string Session::error() const {
    const std::scoped_lock lock(m_mutex);
    return m_error;
}

std::string Session::info() const {
    const std::scoped_lock lock(m_mutex);
    return m_info;
}

void Session::submit(Recording recording) {
    {
        const std::scoped_lock lock(m_mutex);
        m_submitted = std::move(recording);
    }
    InferenceThread::instance().post([self = shared_from_this()] { self->hear_submitted(); });
}

void Session::hear_submitted() {
    if (auto recording = take(m_submitted)) {
        Answer answer = hear(std::move(*recording));
        const std::scoped_lock lock(m_mutex);
        m_answer = std::move(answer);
    }
}

bool Session::poll(Answer& answer) {
    auto found = take(m_answer);
    if (found) {
        answer = std::move(*found);
    }
    return found.has_value();
}

void Session::listen(std::optional<Listener> listener) {
    const std::scoped_lock lock(m_listening);
    m_watch.reset();
    ++m_n_listeners;
    m_listener = std::move(listener);
    if (m_listener) {
        m_watch = std::make_shared<const InferenceThread::Watch>([self = weak_from_this()] {
            if (const auto session = self.lock()) {
                session->watch();
            }
        });
        InferenceThread::instance().watch(m_watch);
    }
}

void Session::watch() {
    Recording recording;
    std::uint64_t number = 0;
    {
        const std::scoped_lock lock(m_listening);
        if (!m_listener || !m_listener->take(recording)) {
            return;
        }
        number = m_n_listeners;
    }
    const Answer answer = hear(std::move(recording));
    const std::scoped_lock lock(m_listening);
    if (m_listener && number == m_n_listeners) {  // Another did not ask for it.
        m_listener->answer(answer);
    }
}

Answer Session::hear(Recording recording) {
    Answer answer{.number = recording.number, .v = {}, .z = {}};
    if (!m_engine) {
        fail(Status::refused("there is no model that could hear a recording; load one"));
        return answer;
    }
    answer.v.resize(m_engine->file().flow_file.parameters.size());
    answer.z.resize(answer.v.size());
    Status status;
    try {
        status = m_engine->hear(recording.audio, recording.sample_rate_hz, answer.v, answer.z);
    } catch (const std::exception& error) {
        status = failure(error);
    }
    if (!status.is_ok()) {
        fail(status);
        answer.v.clear();
        answer.z.clear();
        return answer;
    }
    m_heard = std::move(recording);
    return answer;
}

void Session::find(Search search) {
    {
        const std::scoped_lock lock(m_mutex);
        m_wanted = std::move(search);
    }
    InferenceThread::instance().post([self = shared_from_this()] { self->find_wanted(); });
}

void Session::find_wanted() {
    if (const auto search = take(m_wanted)) {
        Found found = find_now(*search);
        const std::scoped_lock lock(m_mutex);
        m_found = std::move(found);
    }
}

bool Session::poll(Found& found) {
    auto taken = take(m_found);
    if (taken) {
        found = std::move(*taken);
    }
    return taken.has_value();
}

Found Session::find_now(const Search& search) {
    Found found{.number = search.number, .candidates = {}};
    if (!m_engine || m_heard.audio.empty()) {
        fail(Status::refused("nothing has been heard yet; match or analyze a sound first"));
        return found;
    }
    Status status;
    try {
        status = find_candidates(*m_engine, m_heard.audio, m_heard.sample_rate_hz, search.held,
                                 search.count, found.candidates);
    } catch (const std::exception& error) {
        status = failure(error);
    }
    if (!status.is_ok()) {
        fail(status);
    }
    return found;
}

void Session::fail(const Status& status) {
    const std::scoped_lock lock(m_mutex);
    m_error = status.reason();
}

}  // namespace flow_synth
