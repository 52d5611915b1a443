// Every message and attribute of `flow_synth~`, as Max sends them.

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "catch2.h"
#include "patch.h"

using max_host::Role;
using max_host::Sent;
using max_host::take_breaches;

namespace {

/// Those that need a name that depends on the model, or an engine.
const std::vector<std::string>& other_messages() {
    static const std::vector<std::string> k_messages{"semantic", "lock",       "match",
                                                     "analyze",  "candidates", "candidate"};
    return k_messages;
}

std::string word_at(const std::string& text, std::size_t index) {
    std::size_t begin = 0;
    for (; index > 0; --index) {
        begin = text.find(' ', begin) + 1;
    }
    return text.substr(begin, text.find(' ', begin) - begin);
}

}  // namespace

TEST_CASE("every right message is done without complaint", "[max]") {
    {
        Patch patch;
        for (const auto& [message, answer] : right_messages()) {
            INFO(message);
            patch.send(message);
            if (!answer.empty()) {
                CHECK_FALSE(patch.wait_for(answer).empty());
            }
        }
        for (const std::string& complaint : patch.complaints()) {
            // There is no engine, which is said once.
            CHECK(complaint.find("need the engine") != std::string::npos);
        }
    }
    CHECK(take_breaches().empty());
}

TEST_CASE("no message is left out here", "[max]") {
    Patch patch;
    for (const std::string& known : known_messages(patch)) {
        INFO(known);
        CHECK((std::ranges::any_of(
                   right_messages(),
                   [&](const auto& each) { return word_at(each.first, 0) == known; }) ||
               std::ranges::find(other_messages(), known) != other_messages().end()));
    }
}

TEST_CASE("words of the model do what they say", "[max]") {
    {
        Patch patch("builtin");
        REQUIRE(patch.is_ready());
        patch.send("dump");
        std::string slider;
        std::string knob;
        for (const Sent& each : patch.sent_from(k_info)) {
            slider = word_at(each.text, 0) == "semantic" ? word_at(each.text, 1) : slider;
            knob = word_at(each.text, 0) == "knob" ? word_at(each.text, 1) : knob;
        }
        REQUIRE_FALSE(knob.empty());
        REQUIRE_FALSE(slider.empty());
        patch.complaints();
        patch.send("semantic " + slider + " 1.5");
        CHECK(patch.sent_from(k_params).size() == 1);
        patch.send("lock " + knob + " 1");
        patch.send("mutate 1.");
        patch.send("dump");
        std::string last;
        for (const Sent& each : patch.sent_from(k_info)) {
            last = word_at(each.text, 1) == knob ? each.text : last;
        }
        CHECK(last.ends_with("locked"));
        CHECK(patch.complaints().empty());
    }
    CHECK(take_breaches().empty());
}

TEST_CASE("lists have the sizes of the model, and come on the main thread", "[max]") {
    {
        Patch patch("builtin");
        REQUIRE(patch.is_ready());
        patch.send_timed(message_of("z", k_n_latent, "0"));
        const auto sent = patch.sent();
        REQUIRE(sent.size() == 2);  // From right to left, as Max's own objects do.
        CHECK(sent[0].outlet == k_latent);
        CHECK(sent[0].numbers == std::vector<double>(k_n_latent, 0.0));
        CHECK(sent[1].outlet == k_params);
        CHECK(sent[1].numbers.size() == k_n_knobs);
        CHECK(std::ranges::all_of(sent[1].numbers, [](double v) { return v >= 0 && v <= 1; }));
        CHECK(std::ranges::all_of(sent, [](const Sent& each) { return each.role == Role::main; }));
    }
    CHECK(take_breaches().empty());
}

TEST_CASE("nothing comes out while Max's main thread does something else", "[max]") {
    {
        Patch patch("builtin");
        // Long enough for the model to be read, and for many ticks of the clock.
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        CHECK(patch.world().take_sent(patch.box()).empty());
        CHECK_FALSE(patch.world().has_said_something());
        CHECK(patch.is_ready());
    }
    CHECK(take_breaches().empty());
}

TEST_CASE("files named on the timer thread are sought on the main one", "[max]") {
    {
        Patch patch;
        for (const char* const message : {"load builtin", "model amsynth-32", "reload"}) {
            patch.send_timed(message);
            CHECK_FALSE(patch.wait_for("loaded").empty());
        }
        patch.send_timed("analyze nowhere.wav");
        patch.complaints();
    }
    CHECK(take_breaches().empty());
}

TEST_CASE("attributes are typed, set, saved and asked for", "[max]") {
    {
        Patch patch("@smooth 30 @voice 0 @blocking 1 @model builtin");
        CHECK_FALSE(patch.wait_for("loaded").empty());
        const auto value = [&](const std::string& name) {
            patch.send("get" + name);
            const auto sent = patch.sent_from(k_info);
            return sent.empty() ? "" : sent.back().text;
        };
        CHECK(value("smooth") == "smooth 30");
        CHECK(value("voice") == "voice 0");
        CHECK(value("blocking") == "blocking 1");
        CHECK(value("model").ends_with("builtin.flow.ts"));
        CHECK(value("late") == "late 0");
        CHECK(value("latency") == "latency 441");
        patch.send("smooth 12.5");
        CHECK(value("smooth") == "smooth 12.5");
        patch.send_timed("voice 1");
        CHECK(value("voice") == "voice 1");
        patch.world().start_dsp(96000.0, 64);
        CHECK(value("latency") == "latency 960");
        patch.complaints();
        patch.send("latency 5");
        CHECK(patch.complaints().at(0).find("can only be read") != std::string::npos);
        for (const auto& each : patch.box().of->attributes) {
            CHECK(each->properties.contains("label"));
            CHECK(each->properties.contains("style"));
        }
    }
    CHECK(take_breaches().empty());
}

TEST_CASE("asking for an attribute takes nothing else away", "[max]") {
    Patch patch("builtin");
    REQUIRE(patch.is_ready());
    patch.send(message_of("z", k_n_latent, "0"));
    patch.send("nonsense");
    patch.send("getsmooth");
    CHECK(patch.sent().size() == 3);
    CHECK(patch.complaints().size() == 1);
}

TEST_CASE("a patch that sends back what it gets does not stop Max", "[max]") {
    {
        Patch patch("builtin");
        REQUIRE(patch.is_ready());
        int n_answers = 0;
        patch.box().answer = [&](const Sent& sent) {
            if (sent.outlet == k_latent) {
                ++n_answers;
                patch.send(message_of("z", k_n_latent, "0"));
            }
        };
        patch.send(message_of("z", k_n_latent, "0"));
        patch.world().run_for(0.1);  // Comes back.
        CHECK(n_answers > 2);
        CHECK(n_answers < 200);
        patch.box().answer = nullptr;
    }
    CHECK(take_breaches().empty());
}
