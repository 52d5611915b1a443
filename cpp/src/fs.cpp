#include "flow_synth/fs.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "flow_synth/loaded_libtorch.h"
#include "inference_thread.h"
#include "session.h"

using flow_synth::Answer;
using flow_synth::Found;
using flow_synth::Listener;
using flow_synth::Recording;
using flow_synth::Session;

// NOLINTBEGIN(readability-identifier-naming,misc-const-correctness): names and types are those of
// C.

struct fs_session {
    std::shared_ptr<Session> session = std::make_shared<Session>();
    std::string text;  ///< What was returned last.
    Answer answer;
    Found found;
};

namespace {

Recording recording_of(const fs_recording& recording) {
    return {.audio = {recording.audio, recording.audio + recording.n_samples},
            .sample_rate_hz = recording.sample_rate_hz,
            .number = recording.number};
}

fs_answer view_of(const Answer& answer) {
    const bool is_heard = !answer.v.empty();
    return {.number = answer.number,
            .knobs = is_heard ? answer.v.data() : nullptr,
            .latent = is_heard ? answer.z.data() : nullptr,
            .n_knobs = answer.v.size()};
}

}  // namespace

uint32_t fs_abi_version(void) { return FS_ABI_VERSION; }

fs_session* fs_create(char* reason, size_t reason_size) {
    const flow_synth::Status status = flow_synth::check_libtorch();
    if (!status.is_ok()) {
        if (reason_size > 0) {
            const size_t n_bytes = std::min(status.reason().size(), reason_size - 1);
            std::memcpy(reason, status.reason().data(), n_bytes);
            reason[n_bytes] = '\0';
        }
        return nullptr;
    }
    return new fs_session;
}

void fs_destroy(fs_session* session) {
    if (session == nullptr) {
        return;
    }
    session->session->listen(std::nullopt);
    delete session;
}

void fs_load(fs_session* session, const char* path) {
    session->session->load(path != nullptr ? path : "");
}

fs_state fs_get_state(const fs_session* session) {
    return static_cast<fs_state>(session->session->state());
}

const char* fs_error(fs_session* session) {
    session->text = session->session->error();
    return session->text.c_str();
}

const char* fs_info(fs_session* session) {
    session->text = session->session->info();
    return session->text.c_str();
}

void fs_submit(fs_session* session, const fs_recording* recording) {
    session->session->submit(recording_of(*recording));
}

int fs_poll(fs_session* session, fs_answer* answer) {
    if (!session->session->poll(session->answer)) {
        return 0;
    }
    *answer = view_of(session->answer);
    return 1;
}

void fs_find(fs_session* session, const fs_search* search) {
    session->session->find({.number = search->number,
                            .count = search->n_candidates,
                            .held = {search->held, search->held + search->n_knobs}});
}

int fs_poll_candidates(fs_session* session, fs_candidates* candidates) {
    if (!session->session->poll(session->found)) {
        return 0;
    }
    const flow_synth::Candidates& found = session->found.candidates;
    const size_t n_candidates = found.similarities_percent.size();
    *candidates = {.number = session->found.number,
                   .n_candidates = n_candidates,
                   .knobs = found.v.data(),
                   .similarities_percent = found.similarities_percent.data(),
                   .n_knobs = n_candidates > 0 ? found.v.size() / n_candidates : 0};
    return 1;
}

void fs_listen(fs_session* session, const fs_listener* listener) {
    if (listener == nullptr) {
        session->session->listen(std::nullopt);
        return;
    }
    Listener asked;
    asked.take = [host = *listener](Recording& recording) {
        fs_recording taken{};
        const bool is_new = host.take(host.context, &taken) != 0;
        if (is_new) {
            recording = recording_of(taken);
        }
        return is_new;
    };
    asked.answer = [host = *listener](const Answer& answer) {
        const fs_answer view = view_of(answer);
        host.answer(host.context, &view);
    };
    session->session->listen(std::move(asked));
}

void fs_finish(void) { flow_synth::InferenceThread::instance().finish(); }

// NOLINTEND(readability-identifier-naming,misc-const-correctness)
