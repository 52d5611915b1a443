#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <thread>
#include <vector>

#include "catch2.h"
#include "controlling.h"
#include "flow_synth/controller.h"
#include "golden.h"

using flow_synth::Controller;
using flow_synth::Point;
using flow_synth::Recording;

namespace {

/// Seconds of FLOW_SYNTH_THREAD_SECONDS, or one.
std::chrono::seconds thread_test_duration() {
    const char* seconds = std::getenv("FLOW_SYNTH_THREAD_SECONDS");
    return std::chrono::seconds(seconds != nullptr ? std::strtol(seconds, nullptr, 10) : 1);
}

}  // namespace

// What a thread sanitizer should see: all four threads, doing all that each may do.
TEST_CASE("four threads at once do each other no harm", "[threads]") {
    const std::vector<Model> models{builtin(), golden(), parsed(golden_model(k_golden_one_way))};
    Controller controller;
    controller.set_listened(true);
    std::atomic<bool> is_over = false;
    std::atomic<std::uint64_t> n_heard = 0;
    std::thread audio([&] {
        std::mt19937 generator(1);
        while (!is_over) {
            processed(controller, 1 + generator() % 2048, 1 + generator() % 512);
        }
    });
    std::thread listener([&] {
        Recording recording;
        while (!is_over) {
            if (controller.take_recording(recording)) {
                const auto z = random_point(models[(recording.model - 1) % 3]->n_knobs(), 1);
                controller.deliver(recording.number, z, z);
                ++n_heard;
            }
            std::this_thread::yield();
        }
    });
    std::thread loader([&] {
        while (!is_over) {
            controller.collect();
            std::this_thread::yield();
        }
    });
    std::mt19937 generator(2);
    Point point;
    const auto end = std::chrono::steady_clock::now() + thread_test_duration();
    // A busy machine may let nobody listen for a while.
    constexpr std::chrono::minutes k_much(1);
    const auto may_go_on = [&] {
        const auto now = std::chrono::steady_clock::now();
        return now < end || (n_heard == 0 && now < end + k_much);
    };
    for (unsigned round = 0; may_go_on(); ++round) {
        const Model& model = models[round / 20 % 3];
        if (round % 20 == 0) {
            controller.set_model(model);
        }
        static_cast<void>(controller.set_point(random_point(model->n_knobs(), round)));
        static_cast<void>(
            controller.hold(std::vector<float>(model->n_knobs(), round % 2 == 0 ? k_free : 0.5F)));
        static_cast<void>(controller.note(static_cast<double>(generator() % 128),
                                          static_cast<int>(generator() % 128)));
        static_cast<void>(round % 4 < 2 ? controller.start_recording()
                                        : controller.stop_recording());
        controller.set_voice(round % 32 != 0);
        static_cast<void>(controller.set_glide_seconds(0.001 * (round % 5)));
        if (controller.take_point(point)) {
            CHECK(std::ranges::all_of(point.v, [](float x) { return x >= 0.0F && x <= 1.0F; }));
        }
        std::this_thread::sleep_for(std::chrono::microseconds(generator() % 500));
    }
    is_over = true;
    audio.join();
    listener.join();
    loader.join();
    CHECK(n_heard > 0);
}
