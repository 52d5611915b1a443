// Sounds become knobs in Max, by an engine whose answers are known and which needs no LibTorch.

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "catch2.h"
#include "patch.h"

using max_host::take_breaches;

namespace {

/// What the engine hears in what the object recorded, and in files.
constexpr double k_recorded = 0.25;
constexpr double k_given = 0.75;
/// So much of what is recorded is enough, however long a busy machine takes to perform it.
constexpr std::size_t k_n_samples = 8192;

/// A WAV file for as long as it lives, in a folder in which Max seeks files.
class Sound {
public:
    explicit Sound(Patch& patch) {
        std::filesystem::create_directories(m_folder);
        patch.world().search_path().push_back(m_folder);
        constexpr std::uint32_t k_n_bytes = 8820;
        const std::array<std::uint32_t, 11> head{0x46464952, 36 + k_n_bytes, 0x45564157, 0x20746D66,
                                                 16,         0x00010001,     44100,      88200,
                                                 0x00100002, 0x61746164,     k_n_bytes};
        std::ofstream file(m_folder / "sound.wav", std::ios::binary);
        file.write(reinterpret_cast<const char*>(head.data()), sizeof(head));
        file << std::string(k_n_bytes, 'a');
    }
    Sound(const Sound&) = delete;
    Sound& operator=(const Sound&) = delete;
    ~Sound() { std::filesystem::remove_all(m_folder); }

private:
    // Its own: tests run side by side.
    std::filesystem::path m_folder = std::filesystem::temp_directory_path() /
                                     ("flow_synth_hearing_test_" + std::to_string(getpid()));
};

/// A patch that hears.
struct Fixture {
    Fixture() { REQUIRE(patch.can_hear()); }

    void start(double rate_hz, long n_block) {
        patch.world().start_dsp(rate_hz, n_block);
        patch.world().audio().set_running(true);
    }

    void record() {
        patch.send("record 1");
        patch.world().audio().hear(k_n_samples);
    }

    static Patch made() {
        setenv("FLOW_SYNTH_ENGINE", FLOW_SYNTH_FAKE_ENGINE, 1);
        return Patch("builtin");
    }

    Patch patch = made();
    Sound sound{patch};
};

/// What all numbers are; not a number if they differ or there are none.
double all_of(const std::vector<double>& numbers) {
    // As places are located.
    constexpr double k_tolerance = 2e-5;
    const bool are_alike = !numbers.empty() && std::ranges::all_of(numbers, [&](double number) {
        return std::abs(number - numbers.front()) <= 2.0 * k_tolerance;
    });
    return are_alike ? std::round(numbers.front() / k_tolerance) * k_tolerance : NAN;
}

/// Everything that sounds are for, each with its answer.
void check_hearing(Fixture& it) {
    Patch& patch = it.patch;
    it.record();
    patch.send("match");
    CHECK(all_of(patch.next_list(k_latent)) == Approx(k_recorded));
    patch.send("analyze sound.wav");
    CHECK(all_of(patch.next_list(k_latent)) == Approx(k_given));
    patch.send("match");
    CHECK(all_of(patch.next_list(k_latent)) == Approx(k_given));
    patch.send("candidates 5");
    CHECK_FALSE(patch.wait_for("candidates 5").empty());
    patch.send("candidate 4");
    CHECK(all_of(patch.next_list(k_params)) == Approx(0.04));
}

}  // namespace

TEST_CASE("sounds are heard and every message is done at every rate and block", "[max]") {
    {
        Fixture it;
        for (const auto& [rate_hz, n_block] :
             {std::pair(44100.0, 16L), std::pair(48000.0, 64L), std::pair(88200.0, 128L),
              std::pair(96000.0, 512L), std::pair(176400.0, 1024L), std::pair(192000.0, 4096L),
              std::pair(192000.0, 16L), std::pair(44100.0, 4096L)}) {
            INFO(rate_hz << " Hz, " << n_block);
            it.start(rate_hz, n_block);
            for (const auto& [message, answer] : right_messages()) {
                INFO(message);
                it.patch.send(message);
                if (!answer.empty()) {
                    CHECK_FALSE(it.patch.wait_for(answer).empty());
                }
            }
            REQUIRE(it.patch.can_hear());
            check_hearing(it);
            CHECK(it.patch.complaints().empty());
        }
    }
    CHECK(take_breaches().empty());
}

TEST_CASE("a message waits for what it asked for in blocking mode", "[max]") {
    {
        Fixture it;
        it.start(48000.0, 64);
        it.patch.send("blocking 1");
        check_hearing(it);
        CHECK(it.patch.complaints().empty());
    }
    CHECK(take_breaches().empty());
}

TEST_CASE("silence and what nobody heard are refused by the engine, in one sentence", "[max]") {
    {
        Fixture it;
        it.patch.send("candidates 3");
        CHECK(it.patch.next_complaints().at(0).find("nothing has been heard") != std::string::npos);
        it.patch.world().start_dsp(48000.0, 64);
        it.patch.send("record 1");
        it.patch.world().audio().play(std::vector<double>(4800));
        it.patch.send("match");
        it.patch.world().audio().play(std::vector<double>(64));
        CHECK(it.patch.next_complaints().at(0).find("is silent") != std::string::npos);
    }
    CHECK(take_breaches().empty());
}

TEST_CASE("signals are restarted and models loaded while something is heard", "[max]") {
    {
        Fixture it;
        bool is_other = false;
        for (const double rate_hz : {44100.0, 48000.0, 96000.0, 192000.0, 44100.0, 48000.0}) {
            it.start(rate_hz, 64);
            it.record();
            it.patch.send("match");
            it.patch.send_timed("candidates 3");
            it.patch.world().start_dsp(rate_hz / 2.0, 512);
            it.patch.send("analyze sound.wav");
            it.patch.send_timed("analyze sound.wav");
            it.patch.send(std::exchange(is_other, !is_other) ? "load builtin" : "load amsynth-32");
            it.patch.send("match");
            it.patch.send_timed("candidate 1");
            it.patch.world().run_for(0.02);
        }
        // Waits for it, whatever still loads.
        it.patch.send("blocking 1");
        it.patch.send("load builtin");
        it.patch.send("blocking 0");
        REQUIRE(it.patch.can_hear());
        for (const std::string& complaint : it.patch.complaints()) {
            INFO(complaint);
            CHECK((complaint.find("is lost") != std::string::npos ||
                   complaint.find("nothing has been") != std::string::npos ||
                   complaint.find("there are no candidates") != std::string::npos));
        }
        it.start(48000.0, 64);
        check_hearing(it);
    }
    CHECK(take_breaches().empty());
}

TEST_CASE("an object may go while something is heard for it", "[max]") {
    for (const char* const last : {"match", "analyze sound.wav", "candidates 9", "load builtin"}) {
        for (const double seconds : {0.0, 0.002, 0.005, 0.02}) {
            INFO(last << " " << seconds);
            Fixture it;
            it.start(48000.0, 64);
            it.record();
            it.patch.send("match");
            it.patch.send_timed(last);
            it.patch.world().run_for(seconds);
            it.patch.world().remove(it.patch.box());
            it.patch.world().run_for(0.01);
        }
    }
    CHECK(take_breaches().empty());
}

TEST_CASE("a flood of sounds comes to the last of them", "[max]") {
    {
        Fixture it;
        it.start(48000.0, 16);
        for (int index = 0; index < 100; ++index) {
            it.patch.send("analyze sound.wav");
            it.patch.send_timed("analyze sound.wav");
            it.patch.send("candidates 2");
        }
        CHECK_FALSE(it.patch.wait_for("candidates 2").empty());
        it.patch.sent();
        it.patch.send("dump");
        CHECK(all_of(it.patch.next_list(k_latent)) == Approx(k_given));
        CHECK(it.patch.complaints().size() <= 1);  // Of searches before anything was heard.
    }
    CHECK(take_breaches().empty());
}
