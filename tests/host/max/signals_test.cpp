// `flow_synth~` in Max's signal chain: every rate and block, restarts, floods, and its end.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "catch2.h"
#include "patch.h"

using max_host::Stereo;
using max_host::take_breaches;

namespace {

constexpr std::size_t k_n_samples = 8192;  // A whole number of blocks of every size.

const std::vector<double>& noise() {
    static const std::vector<double> k_noise = [] {
        std::vector<double> samples(k_n_samples);
        unsigned random = 7;
        std::ranges::generate(samples, [&] {
            random = random * 1664525U + 1013904223U;
            return static_cast<double>(random) / 4294967296.0 - 0.5;
        });
        return samples;
    }();
    return k_noise;
}

bool is_finite(const std::vector<double>& samples) {
    return std::ranges::all_of(samples, [](double sample) { return std::isfinite(sample); });
}

double peak(const std::vector<double>& samples) {
    double most = 0.0;
    for (const double sample : samples) {
        most = std::max(most, std::abs(sample));
    }
    return most;
}

Stereo note_at(double rate_hz, long n_block) {
    Patch patch("builtin");
    REQUIRE(patch.is_ready());
    patch.world().start_dsp(rate_hz, n_block);
    patch.send("note 60 100");
    return patch.world().audio().play(noise());
}

}  // namespace

TEST_CASE("a note sounds alike in blocks of every size at every rate", "[max]") {
    for (const double rate_hz : {44100.0, 48000.0, 88200.0, 96000.0, 176400.0, 192000.0}) {
        const Stereo wanted = note_at(rate_hz, 64);
        INFO(rate_hz);
        CHECK(wanted.left.size() == k_n_samples);
        CHECK(is_finite(wanted.left));
        CHECK(peak(wanted.left) > 1e-3);
        CHECK(peak(wanted.left) <= 1.5);
        for (const long n_block : {16L, 32L, 128L, 512L, 1024L, 4096L}) {
            const Stereo heard = note_at(rate_hz, n_block);
            INFO(n_block);
            CHECK(heard.left == wanted.left);
            CHECK(heard.right == wanted.right);
        }
    }
    CHECK(take_breaches().empty());
}

TEST_CASE("without a voice, a model or a rate that can be played there is silence", "[max]") {
    for (const char* const arguments : {"", "builtin @voice 0"}) {
        Patch patch(arguments);
        patch.world().start_dsp(48000.0, 64);
        patch.send("note 60 100");
        CHECK(peak(patch.world().audio().play(noise()).left) == 0.0);
    }
    Patch patch("builtin");
    REQUIRE(patch.is_ready());
    patch.world().start_dsp(384000.0, 64);
    CHECK(patch.next_complaints().size() == 1);
    CHECK(peak(patch.world().audio().play(noise()).left) == 0.0);
    patch.world().start_dsp(44100.0, 64);
    patch.send("note 60 100");
    CHECK(peak(patch.world().audio().play(noise()).left) > 0.0);
}

TEST_CASE("signals are restarted while messages come and a recording goes on", "[max]") {
    {
        Patch patch("builtin");
        REQUIRE(patch.is_ready());
        patch.send("record 1");
        for (const double rate_hz : {44100.0, 48000.0, 48000.0, 192000.0, 44100.0}) {
            for (const long n_block : {16L, 4096L}) {
                patch.world().start_dsp(rate_hz, n_block);
                patch.world().audio().set_running(true);
                patch.send("note 60 100");
                patch.send_timed("mutate 0.5");
                patch.world().run_for(0.02);
            }
        }
        patch.send("record 0");
        patch.world().run_for(0.02);
    }
    CHECK(take_breaches().empty());
}

TEST_CASE("a flood from two threads while audio runs neither blocks nor breaks it", "[max]") {
    {
        Patch patch("builtin");
        REQUIRE(patch.is_ready());
        patch.world().start_dsp(48000.0, 16);
        patch.world().audio().set_running(true);
        constexpr int k_n_messages = 2000;
        for (int index = 0; index < k_n_messages; ++index) {
            const std::string number = std::to_string(index % 7 - 3);
            patch.send(message_of("z", k_n_latent, number));
            if (index % 20 == 0) {
                patch.send_timed("macro 1 0." + std::to_string(index % 10));
                patch.send_timed("note 60 100");
                patch.send_timed("note 60 0");
            }
        }
        // A flood comes to one answer each turn of the queue.
        const auto lists = patch.sent_from(k_params);
        CHECK_FALSE(lists.empty());
        CHECK(lists.size() <= 3);
        CHECK(patch.complaints().empty());
    }
    CHECK(take_breaches().empty());
}

TEST_CASE("an object may go at any moment with signals on", "[max]") {
    for (const char* const last : {"load builtin", "load amsynth-32", "reload", "match", "record 1",
                                   "analyze nowhere.wav", "note 60 100", "mutate 1"}) {
        INFO(last);
        for (const bool is_loaded : {false, true}) {
            Patch patch("builtin");
            if (is_loaded) {
                patch.wait_for("loaded");
            }
            patch.world().start_dsp(48000.0, 64);
            patch.world().audio().set_running(true);
            patch.send_timed(last);
            patch.send(last);
            patch.world().remove(patch.box());
            patch.world().run_for(0.01);
        }
    }
    CHECK(take_breaches().empty());
}

TEST_CASE("two objects in a patch live beside each other", "[max]") {
    {
        Patch patch("builtin");
        auto* const other = patch.world().create("flow_synth~ amsynth-32");
        REQUIRE(other != nullptr);
        patch.wait_for("loaded");
        patch.world().start_dsp(48000.0, 64);
        patch.world().audio().set_running(true);
        patch.send("note 60 100");
        patch.world().run_for(0.05);
        patch.world().remove(*other);
        patch.world().run_for(0.05);
    }
    CHECK(take_breaches().empty());
}
