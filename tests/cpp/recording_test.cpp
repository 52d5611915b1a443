#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "catch2.h"
#include "controlling.h"
#include "flow_synth/controller.h"

using flow_synth::Controller;
using flow_synth::Point;
using flow_synth::Recording;

TEST_CASE("a recording is what came in, at the rate it came in") {
    Controller controller;
    controller.set_model(golden());
    controller.set_listened(true);
    REQUIRE(controller.prepare(8000).is_ok());
    Recording recording;
    CHECK_FALSE(controller.take_recording(recording));
    for (const std::size_t n_samples : {100U, 48000U, 50000U}) {
        // In the host's memory for the first output.
        std::vector<float> audio(n_samples);
        std::vector<float> right(n_samples);
        const auto input = random_point(n_samples, 1);
        audio = input;
        REQUIRE(controller.start_recording().is_ok());
        for (std::size_t begin = 0; begin < n_samples; begin += 100) {
            const auto block = std::span(audio).subspan(begin, 100);
            controller.process(block, block, std::span(right).subspan(begin, 100));
        }
        CHECK(is_silent({audio}));
        REQUIRE(controller.stop_recording().is_ok());
        processed(controller, 1);
        REQUIRE(controller.take_recording(recording));
        CHECK(recording.sample_rate_hz == 8000);
        CHECK(recording.model == 1);
        const std::size_t n_kept = std::min<std::size_t>(n_samples, 48'000);
        REQUIRE(recording.audio.size() == n_kept);
        CHECK(std::ranges::equal(recording.audio, std::span(input).last(n_kept)));
        CHECK_FALSE(controller.take_recording(recording));
    }
}

TEST_CASE("a recording that nobody listens to, or that never began, is dropped") {
    Controller controller;
    controller.set_model(golden());
    controller.set_blocking(true);
    REQUIRE(controller.start_recording().is_ok());
    REQUIRE(controller.stop_recording().is_ok());
    processed(controller, 64);
    Recording recording;
    CHECK_FALSE(controller.take_recording(recording));
    controller.set_listened(true);
    REQUIRE(controller.stop_recording().is_ok());
    processed(controller, 64);
    CHECK_FALSE(controller.take_recording(recording));
    CHECK(controller.n_late() == 0);
}

namespace {

/// Records something; `n_samples` pass in blocks before it is answered.
Point answered(Controller& controller, std::size_t n_samples, const std::vector<float>& z,
               std::size_t block = 512) {
    Recording recording;
    REQUIRE(controller.start_recording().is_ok());
    processed(controller, 1000);
    REQUIRE(controller.stop_recording().is_ok());
    processed(controller, n_samples, block);
    REQUIRE(controller.take_recording(recording));
    controller.deliver(recording.number, z, decoded(*controller.model(), z));
    processed(controller, 64);
    Point point;
    controller.take_point(point);
    return point;
}

}  // namespace

TEST_CASE("knobs go to what was heard, and who is later than promised is counted") {
    Controller controller;
    const Model model = golden();
    controller.set_model(model);
    controller.set_listened(true);
    REQUIRE(controller.set_glide_seconds(0.0).is_ok());
    CHECK(controller.latency_samples() == 441);
    const auto z = random_point(model->n_knobs(), 1);
    Point point = answered(controller, 441, z);
    CHECK(point.z == z);
    CHECK(point.v == decoded(*model, z));
    CHECK(point.is_heard());
    // A block is the first chance to have it, however long the one before was.
    point = answered(controller, 8192, random_point(model->n_knobs(), 2), 8192);
    CHECK(point.is_heard());
    CHECK(controller.n_late() == 0);
    point = answered(controller, 442, random_point(model->n_knobs(), 3), 441);
    CHECK(point.is_heard());
    CHECK(controller.n_late() == 1);
    point = answered(controller, 44'100, random_point(model->n_knobs(), 4), 100);
    CHECK(point.is_heard());
    CHECK(controller.n_late() == 2);
    // A held knob does not lead back to the point before.
    std::vector<float> held(model->n_knobs(), k_free);
    held[0] = 1.0F;
    REQUIRE(controller.hold(held).is_ok());
    const Point before = point;
    processed(controller, 64);
    REQUIRE(controller.take_point(point));
    CHECK(point.z == before.z);
    CHECK(point.v[0] == 1.0F);
    REQUIRE(controller.set_point(z).is_ok());
    processed(controller, 64);
    REQUIRE(controller.take_point(point));
    CHECK_FALSE(point.is_heard());
}

TEST_CASE("an answer that nobody waits for any more changes nothing") {
    Controller controller;
    const Model model = golden();
    controller.set_model(model);
    controller.set_listened(true);
    Recording first;
    REQUIRE(controller.start_recording().is_ok());
    REQUIRE(controller.stop_recording().is_ok());
    processed(controller, 64);
    REQUIRE(controller.take_recording(first));
    Point point;
    controller.take_point(point);
    const auto z = random_point(model->n_knobs(), 1);

    SECTION("because another recording came after") {
        REQUIRE(controller.start_recording().is_ok());
        REQUIRE(controller.stop_recording().is_ok());
        processed(controller, 64);
        CHECK(controller.n_late() == 1);
        controller.deliver(first.number, z, z);
    }
    SECTION("because another model plays") {
        controller.set_model(golden());
        processed(controller, 64);
        controller.take_point(point);
        controller.deliver(first.number, z, z);
        CHECK(controller.n_late() == 0);
    }
    SECTION("because of a reset") {
        controller.reset();
        controller.deliver(first.number, z, z);
        CHECK(controller.n_late() == 0);
    }
    SECTION("because it is of another size") {
        controller.deliver(first.number, std::vector<float>(3), std::vector<float>(3));
    }
    SECTION("because it is no number") {
        auto wrong = z;
        wrong[2] = k_free;
        controller.deliver(first.number, wrong, z);
    }
    SECTION("because nothing could be heard") { controller.deliver(first.number, {}, {}); }
    processed(controller, 640);
    CHECK_FALSE(controller.take_point(point));
}

TEST_CASE("in blocking mode an answer comes at the same sample, however long it takes") {
    const auto rendering = [](int microseconds) {
        Controller controller;
        controller.set_model(builtin());
        controller.set_listened(true);
        controller.set_blocking(true);
        std::atomic<bool> is_over = false;
        std::thread listener([&] {
            Recording recording;
            while (!is_over) {
                if (controller.take_recording(recording)) {
                    std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
                    const auto z = random_point(40, recording.number);
                    controller.deliver(recording.number, z, z);
                }
                std::this_thread::yield();
            }
        });
        Channels all(2);
        for (int part = 0; part < 4; ++part) {
            REQUIRE(controller.start_recording().is_ok());
            REQUIRE(controller.note(60.0 + part, 100).is_ok());
            for (const std::size_t n_samples : {1000U, 3000U}) {
                append(all, processed(controller, n_samples, 100));
                REQUIRE(controller.stop_recording().is_ok());
            }
        }
        is_over = true;
        listener.join();
        CHECK(controller.n_late() == 0);
        return all;
    };
    const Channels expected = rendering(0);
    CHECK_FALSE(is_silent(expected));
    CHECK(rendering(20'000) == expected);
}

TEST_CASE("nobody waits for a listener that went away") {
    Controller controller;
    controller.set_model(golden());
    controller.set_listened(true);
    controller.set_blocking(true);
    REQUIRE(controller.start_recording().is_ok());
    REQUIRE(controller.stop_recording().is_ok());
    const auto go_away = GENERATE(0, 1);
    std::thread other([&controller, go_away] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        if (go_away == 0) {
            controller.set_listened(false);
        } else {
            controller.set_blocking(false);
        }
    });
    processed(controller, 64);
    other.join();
    Recording recording;
    CHECK(controller.take_recording(recording));
}
