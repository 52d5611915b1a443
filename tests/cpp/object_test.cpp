#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "catch2.h"
#include "controlling.h"
#include "flow_object.h"
#include "host.h"
#include "message.h"

using flow_synth::Arguments;
using flow_synth::Atom;
using flow_synth::FlowObject;

namespace {

/// A host that remembers what came out.
class Remembering final : public flow_synth::Host {
public:
    std::string find_file(const std::string& name) override {
        if (name == "?") {
            throw std::runtime_error("it is no path");
        }
        return name;
    }
    void send_params(std::span<const float> units) override {
        params.emplace_back(units.begin(), units.end());
        if (!answer.empty()) {
            object->message(answer, {});
        }
    }
    void send_latent(std::span<const float> z) override { latent.emplace_back(z.begin(), z.end()); }
    void send_info(const std::string& selector, std::span<const Atom> /*atoms*/) override {
        info.push_back(selector);
    }
    void complain(const std::string& sentence) override { complaints.push_back(sentence); }

    std::vector<std::vector<float>> params;
    std::vector<std::vector<float>> latent;
    std::vector<std::string> info;
    std::vector<std::string> complaints;
    std::string answer;  ///< What it says when it gets knobs.
    FlowObject* object = nullptr;
};

/// An object with the built-in synth's model, and no engine beside it.
struct Fixture {
    Fixture() {
        host.object = &object;
        object.begin(std::vector<Atom>{
            (std::filesystem::path(FLOW_SYNTH_SHIPPED) / "builtin.flow.ts").string(), "@blocking",
            1.0});
        object.poll();
    }

    void say(const std::string& selector, const std::vector<Atom>& atoms) {
        object.message(selector, atoms);
    }

    Channels heard(std::size_t n_samples) {
        Channels audio(2, std::vector<float>(n_samples));
        const std::vector<float> input(n_samples, 0.5F);
        object.process(input, audio[0], audio[1]);
        return audio;
    }

    Remembering host;
    FlowObject object{host, "/nowhere"};
};

}  // namespace

TEST_CASE("a message has its form") {
    using flow_synth::check_form;
    const flow_synth::MessageForm form{"do", "nisw", "do 0.5 1 1 it"};
    CHECK(check_form(form, std::vector<Atom>{0.5, 2.0, 1.0, "it"}).is_ok());
    for (const std::vector<Atom>& wrong : {std::vector<Atom>{},
                                           {0.5, 2.0, 1.0},
                                           {"no", 2.0, 1.0, "it"},
                                           {0.5, 2.5, 1.0, "it"},
                                           {0.5, 2.0, 2.0, "it"},
                                           {0.5, 2.0, 1.0, 3.0},
                                           {0.5, 1e30, 1.0, "it"},
                                           {0.5, 2.0, 1.0, "it", "more"}}) {
        CHECK_FALSE(check_form(form, wrong).is_ok());
    }
    CHECK(check_form(form, std::vector<Atom>{"no"}).reason() ==
          "'do no' is not understood; say it like 'do 0.5 1 1 it'");
    CHECK(check_form({"all", "*", "all 1"}, std::vector<Atom>{1.0, 2.0, 3.0}).is_ok());
    CHECK_FALSE(check_form({"all", "*", "all 1"}, {}).is_ok());
    const std::vector<Atom> long_list(1000, Atom{0.123});
    CHECK(flow_synth::text_of("all", long_list).size() < 70);
}

TEST_CASE("a model that is loaded says where its knobs are, and what is missing") {
    Fixture it;
    REQUIRE(it.host.params.size() == 1);
    CHECK(it.host.params[0].size() == 40);
    CHECK(it.host.latent.size() == 1);
    CHECK(it.host.info == std::vector<std::string>{"loaded"});
    REQUIRE(it.host.complaints.size() == 1);
    CHECK(it.host.complaints[0].starts_with("match and analyze need the engine, and there is no "));
}

TEST_CASE("of many messages between two polls the last is answered, once") {
    Fixture it;
    for (int round = 0; round <= 1000; ++round) {
        it.say("macro", {1.0, round / 1000.0});
        it.say("z", {1.0});
        it.say("macro", {"one"});
    }
    CHECK(it.host.params.size() == 1);
    it.object.poll();
    CHECK(it.host.params.size() == 2);
    CHECK(it.host.complaints.size() == 3);
    it.say("z", {1.0});
    it.object.poll();
    CHECK(it.host.complaints.size() == 3);
    CHECK(it.host.params.size() == 2);
}

TEST_CASE("what an answer leads to is answered at the next poll") {
    Fixture it;
    it.host.answer = "dump";
    it.say("macro", {1.0, 0.5});
    for (std::size_t round = 2; round < 10; ++round) {
        it.object.poll();
        CHECK(it.host.params.size() == round);
    }
}

TEST_CASE("a rate that cannot be played gives silence, and one that can sounds again") {
    Fixture it;
    it.object.prepare(48000.0);
    it.say("note", {60.0, 100.0});
    CHECK(peak(it.heard(4800)) > 0.0F);
    // The same rate again, as whenever a patch is edited, does not end the note.
    it.object.prepare(48000.0);
    CHECK(peak(it.heard(64)) > 0.0F);
    it.object.prepare(1000.0);
    it.object.poll();
    CHECK(it.host.complaints.back() ==
          "a sample rate of 1000 Hz cannot be used; give 8000 to 192000 Hz");
    CHECK(is_silent(it.heard(64)));
    it.object.prepare(44100.0);
    it.say("note", {60.0, 100.0});
    CHECK(peak(it.heard(4800)) > 0.0F);
}

TEST_CASE("what the system throws is said, and the object stays") {
    Fixture it;
    it.host.complaints.clear();
    for (const char* const selector : {"load", "analyze"}) {
        it.say(selector, {"?"});
        it.object.poll();
        CHECK(it.host.complaints.back() == std::string("'") + selector +
                                               " ?' cannot be done (it is no path); try "
                                               "something else");
    }
    CHECK(it.host.complaints.size() == 2);
}

TEST_CASE("an object may go while it loads") {
    Remembering host;
    for (int round = 0; round < 20; ++round) {
        FlowObject object(host, "/nowhere");
        object.message(
            "load", std::vector<Atom>{
                        (std::filesystem::path(FLOW_SYNTH_SHIPPED) / "builtin.flow.ts").string()});
        object.message("load", std::vector<Atom>{"/nowhere/at/all"});
        object.poll();
    }
    CHECK(host.complaints.size() <= 1);
}
