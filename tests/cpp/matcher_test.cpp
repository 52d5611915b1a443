// What is asked for while the engine loads or hears, with an engine that does what tests say.

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "catch2.h"
#include "console.h"
#include "controlling.h"
#include "flow_synth/explorer.h"
#include "host.h"
#include "matcher.h"

using flow_synth::Controller;
using flow_synth::EngineLibrary;
using flow_synth::Matcher;
using flow_synth::Recording;
using flow_synth::Status;

/// What the engine below was asked for, and what it says.
struct fs_session {
    fs_state state = FS_LOADING;
    std::vector<fs_recording> given;
    std::vector<std::uint32_t> searches;
    std::vector<fs_answer> answers;  ///< Not taken yet.
    fs_listener listener{};
};

namespace {

fs_session& session() {
    static fs_session s_session;
    return s_session;
}

const EngineLibrary& engine() {
    static const EngineLibrary k_engine{
        .create = [](char*, size_t) { return &session(); },
        .destroy = [](fs_session*) {},
        .load = [](fs_session* its, const char*) { its->state = FS_LOADING; },
        .get_state = [](const fs_session* its) { return its->state; },
        .error = [](fs_session*) { return "the engine complains"; },
        .submit = [](fs_session* its,
                     const fs_recording* recording) { its->given.push_back(*recording); },
        .poll =
            [](fs_session* its, fs_answer* answer) {
                if (its->answers.empty()) {
                    return 0;
                }
                *answer = its->answers.front();
                its->answers.erase(its->answers.begin());
                return 1;
            },
        .find = [](fs_session* its,
                   const fs_search* search) { its->searches.push_back(search->number); },
        .poll_candidates = [](fs_session*, fs_candidates*) { return 0; },
        .listen =
            [](fs_session* its, const fs_listener* listener) {
                its->listener = listener != nullptr ? *listener : fs_listener{};
            },
        .finish = [] {}};
    return k_engine;
}

/// A host that keeps what is complained about.
class Complaining final : public flow_synth::Host {
public:
    std::string find_file(const std::string& name) override { return name; }
    void send_params(std::span<const float> /*units*/) override {}
    void send_latent(std::span<const float> /*z*/) override {}
    void send_info(const std::string& /*selector*/,
                   std::span<const flow_synth::Atom> /*atoms*/) override {}
    void complain(const std::string& sentence) override { complaints.push_back(sentence); }

    std::vector<std::string> complaints;
};

/// A matcher whose model plays, and whose engine is not ready.
struct Fixture {
    Fixture() {
        session() = {};
        explorer.set_model(golden());
        matcher.expect_engine();
        matcher.set_engine({}, &engine(), "a model");
    }

    void poll() {
        matcher.poll(console);
        console.flush(host);
    }

    void become_ready() {
        session().state = FS_READY;
        poll();
    }

    void load_another() {
        explorer.set_model(golden());
        matcher.expect_engine();
        matcher.set_engine({}, &engine(), "another model");
    }

    void play() {
        std::vector<float> left(64);
        std::vector<float> right(64);
        controller.process(std::vector<float>(64, 0.5F), left, right);
    }

    /// As the engine does it for who listens.
    bool hear_recording() {
        fs_recording recording{};
        const fs_listener& listener = session().listener;
        if (listener.take(listener.context, &recording) == 0) {
            return false;
        }
        knobs.assign(explorer.units().size(), 0.5F);
        const fs_answer heard{.number = recording.number,
                              .knobs = knobs.data(),
                              .latent = knobs.data(),
                              .n_knobs = knobs.size()};
        listener.answer(listener.context, &heard);
        return true;
    }

    /// The answer to what was given last, every number of it the same.
    void answer(float number) {
        knobs.assign(explorer.units().size(), number);
        session().answers.push_back({.number = session().given.back().number,
                                     .knobs = knobs.data(),
                                     .latent = knobs.data(),
                                     .n_knobs = knobs.size()});
    }

    void record() {
        CHECK(matcher.record(true).is_ok());
        play();
        CHECK(matcher.record(false).is_ok());
        play();
    }

    Controller controller;
    flow_synth::Explorer explorer{controller};
    flow_synth::Console console;
    Complaining host;
    Matcher matcher{controller, explorer};
    std::vector<float> knobs;
};

const Recording& some_sound() {
    static const Recording k_sound{
        .audio = std::vector<float>(1000, 0.5F), .sample_rate_hz = 44100, .number = 0, .model = 0};
    return k_sound;
}

using Sentences = std::vector<std::string>;

}  // namespace

TEST_CASE_METHOD(Fixture, "a match that waits for the engine is heard once it is ready") {
    record();
    CHECK(matcher.match().is_ok());
    become_ready();
    play();
    CHECK(hear_recording());
    poll();
    CHECK(session().given.empty());
    CHECK(host.complaints.empty());
}

TEST_CASE_METHOD(Fixture, "a match whose recording is gone before the engine is ready says so") {
    record();
    CHECK(matcher.match().is_ok());
    CHECK(matcher.find_candidates(8).is_ok());
    std::string why;
    SECTION("for a new recording") {
        CHECK(matcher.record(true).is_ok());
        why = "a new recording has begun";
    }
    SECTION("for another rate") {
        CHECK(controller.prepare(48000).is_ok());
        CHECK(matcher.restart().is_ok());
        why = "the sample rate has changed";
    }
    become_ready();
    play();
    poll();
    CHECK_FALSE(hear_recording());
    CHECK(session().given.empty());
    CHECK(session().searches.empty());
    CHECK(host.complaints == Sentences{"what was to be matched is lost, since " + why +
                                       "; record a sound, and then say 'match'"});
    CHECK_FALSE(matcher.is_busy());
}

TEST_CASE_METHOD(Fixture, "a match of what was heard before waits through a new recording") {
    become_ready();
    record();
    CHECK(matcher.match().is_ok());
    play();
    CHECK(hear_recording());
    poll();
    load_another();
    CHECK(matcher.match().is_ok());
    CHECK(matcher.record(true).is_ok());
    become_ready();
    CHECK(session().given.size() == 1);
    CHECK(host.complaints.empty());
}

TEST_CASE_METHOD(Fixture, "a match that the audio has not come to is lost by another rate") {
    become_ready();
    record();
    CHECK(matcher.match().is_ok());
    CHECK(matcher.find_candidates(8).is_ok());
    CHECK(controller.prepare(48000).is_ok());
    CHECK(matcher.restart().is_ok());
    poll();
    CHECK(host.complaints.size() == 1);
    // What comes later waits for nothing.
    CHECK(matcher.hear(some_sound()).is_ok());
    CHECK(matcher.find_candidates(8).is_ok());
    CHECK(session().searches.size() == 1);
}

TEST_CASE_METHOD(Fixture, "another rate says nothing of a match that was answered") {
    become_ready();
    record();
    CHECK(matcher.match().is_ok());
    play();
    CHECK(hear_recording());
    CHECK(controller.prepare(48000).is_ok());
    CHECK(matcher.restart().is_ok());
    poll();
    CHECK(host.complaints.empty());
}

TEST_CASE_METHOD(Fixture, "an answer of the model before is not one of the next") {
    become_ready();
    CHECK(matcher.hear(some_sound()).is_ok());
    answer(0.25F);  // On its way when another model comes.
    load_another();
    poll();
    CHECK(explorer.z()[0] != 0.25F);
    become_ready();
    // The sound is heard anew, by the model that plays.
    REQUIRE(session().given.size() == 2);
    CHECK(session().given[0].number != session().given[1].number);
    CHECK(session().given[1].n_samples == some_sound().audio.size());
    poll();
    CHECK(matcher.is_busy());
    answer(0.75F);
    poll();
    CHECK_FALSE(matcher.is_busy());
    CHECK(explorer.z()[0] == 0.75F);
    CHECK(host.complaints.empty());
}

TEST_CASE_METHOD(Fixture, "a search waits for the file that is being read") {
    become_ready();
    matcher.expect_sound();
    CHECK(matcher.find_candidates(8).is_ok());
    CHECK(session().searches.empty());
    SECTION("and is for what it holds") {
        CHECK(matcher.hear(some_sound()).is_ok());
        CHECK(session().given.size() == 1);
        CHECK(session().searches.size() == 1);
    }
    SECTION("and is given up with it") {
        matcher.give_up_sound();
        poll();
        CHECK(session().searches.empty());
        CHECK(matcher.find_candidates(8).is_ok());
        CHECK(session().searches.size() == 1);
    }
}

TEST_CASE_METHOD(Fixture, "a recording that another model was to hear is lost, and said to be") {
    become_ready();
    record();
    CHECK(matcher.match().is_ok());
    load_another();
    poll();
    CHECK(host.complaints ==
          Sentences{"what was to be matched is lost, since another model was loaded; record a "
                    "sound, and then say 'match'"});
}
