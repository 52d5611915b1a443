#include "flow_synth/controller.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "allocations.h"
#include "catch2.h"
#include "controlling.h"
#include "flow_synth/builtin_voice.h"
#include "golden.h"

using flow_synth::Controller;
using flow_synth::CoreModel;
using flow_synth::Point;
using flow_synth::Recording;

namespace {

/// The largest step between the differences of neighbours.
float roughness(const std::vector<float>& audio) {
    float largest = 0.0F;
    for (std::size_t index = 2; index < audio.size(); ++index) {
        largest =
            std::max(largest, std::abs(audio[index] - 2 * audio[index - 1] + audio[index - 2]));
    }
    return largest;
}

}  // namespace

TEST_CASE("without a model there is silence, and what needs one is refused") {
    Controller controller;
    CHECK(is_silent(processed(controller, 1000)));
    CHECK_FALSE(controller.model());
    CHECK(controller.set_point({}).reason() == "there is no model yet; load one");
    CHECK(controller.hold({}).reason() == "there is no model yet; load one");
    CHECK(controller.set_glide_seconds(0.1).is_ok());
    Point point;
    CHECK_FALSE(controller.take_point(point));
}

TEST_CASE("a model begins with its defaults") {
    Controller controller;
    const Model model = golden();
    controller.set_model(model);
    CHECK(controller.model() == model);
    Point point;
    CHECK_FALSE(controller.take_point(point));
    processed(controller, 64);
    REQUIRE(controller.take_point(point));
    CHECK(std::ranges::equal(point.v, model->defaults()));
    CHECK_FALSE(point.is_heard());
    const auto v = decoded(*model, point.z);
    for (std::size_t index = 0; index < v.size(); ++index) {
        CHECK(std::abs(v[index] - model->defaults()[index]) <= 2e-5F);
    }
    processed(controller, 6400);
    CHECK_FALSE(controller.take_point(point));
}

TEST_CASE("knobs glide to a point in equal steps of the audio space") {
    Controller controller;
    const Model model = golden();
    controller.set_model(model);
    // 10 steps of 64 samples.
    REQUIRE(controller.set_glide_seconds(640.0 / 44100.0).is_ok());
    Point start;
    processed(controller, 64);
    REQUIRE(controller.take_point(start));
    const auto target = random_point(model->n_knobs(), 1);
    REQUIRE(controller.set_point(target).is_ok());
    Point point;
    for (int step = 1; step <= 10; ++step) {
        processed(controller, 64);
        REQUIRE(controller.take_point(point));
        for (std::size_t index = 0; index < target.size(); ++index) {
            const float share = static_cast<float>(step) / 10.0F;
            const float expected = start.z[index] + share * (target[index] - start.z[index]);
            CHECK(std::abs(point.z[index] - expected) <= 1e-5F);
        }
        CHECK(point.v == decoded(*model, point.z));
    }
    processed(controller, 640);
    CHECK_FALSE(controller.take_point(point));
}

TEST_CASE("of two points the latest counts") {
    Controller controller;
    const Model model = golden();
    controller.set_model(model);
    REQUIRE(controller.set_glide_seconds(0.0).is_ok());
    REQUIRE(controller.set_point(random_point(model->n_knobs(), 1)).is_ok());
    const auto target = random_point(model->n_knobs(), 2);
    REQUIRE(controller.set_point(target).is_ok());
    processed(controller, 64);
    Point point;
    REQUIRE(controller.take_point(point));
    CHECK(point.z == target);
}

TEST_CASE("held knobs stay whatever the point says, until they are free") {
    Controller controller;
    const Model model = golden();
    const std::size_t n = model->n_knobs();
    controller.set_model(model);
    REQUIRE(controller.set_glide_seconds(0.0).is_ok());
    std::vector<float> held(n, k_free);
    held[2] = 0.25F;
    REQUIRE(controller.hold(held).is_ok());
    const auto z = random_point(n, 1);
    REQUIRE(controller.set_point(z).is_ok());
    processed(controller, 64);
    Point point;
    REQUIRE(controller.take_point(point));
    auto expected = decoded(*model, z);
    const float free = std::exchange(expected[2], 0.25F);
    CHECK(point.v == expected);
    CHECK(point.z == z);
    held[2] = k_free;
    REQUIRE(controller.hold(held).is_ok());
    processed(controller, 64);
    REQUIRE(controller.take_point(point));
    CHECK(point.v[2] == free);
}

TEST_CASE("a model whose map only LibTorch runs is led by its knobs") {
    Controller controller;
    const Model model = parsed(golden_model(k_golden_one_way));
    controller.set_model(model);
    REQUIRE(controller.set_glide_seconds(0.0).is_ok());
    const std::vector<float> v(model->n_knobs(), 0.125F);
    REQUIRE(controller.set_point(v).is_ok());
    processed(controller, 64);
    Point point;
    REQUIRE(controller.take_point(point));
    CHECK(point.v == v);
    CHECK(point.z.empty());
}

TEST_CASE("what cannot be done is refused") {
    Controller controller;
    controller.set_model(golden());
    CHECK(controller.set_point(std::vector<float>(5)).reason() ==
          "a point of 5 numbers cannot be used; give 6");
    std::vector<float> point(6);
    point[3] = std::numeric_limits<float>::infinity();
    CHECK(controller.set_point(point).reason() ==
          "a point has a number that is not finite; give finite ones");
    CHECK(controller.hold(std::vector<float>(7)).reason() ==
          "7 knobs cannot be held; give 6, those that are free as NaN");
    CHECK(controller.hold(std::vector<float>(6, 1.5F)).reason() ==
          "a knob cannot be held beyond its ends; give unit values from 0 to 1");
    for (const double seconds : {-0.1, 10.1, std::nan("")}) {
        CHECK_FALSE(controller.set_glide_seconds(seconds).is_ok());
    }
    for (const auto& [pitch, velocity] :
         {std::pair(-1.0, 1), {127.5, 1}, {std::nan(""), 1}, {60.0, -1}, {60.0, 128}}) {
        CHECK_FALSE(controller.note(pitch, velocity).is_ok());
    }
    for (const int rate_hz : {0, 7999, 192'001}) {
        CHECK_FALSE(controller.prepare(rate_hz).is_ok());
    }
    for (int note = 0; note < 1024; ++note) {
        REQUIRE(controller.note(60.0, 1).is_ok());
    }
    CHECK(controller.note(60.0, 1).reason() ==
          "a message cannot wait behind 1024 others; start the audio");
}

TEST_CASE("the sound depends on what is asked and when, and not on the sizes of blocks") {
    const auto rendering = [](std::size_t block) {
        Controller controller;
        controller.set_model(builtin());
        Channels all(2);
        for (int part = 0; part < 6; ++part) {
            REQUIRE(controller.note(50.0 + 3 * part, 100).is_ok());
            REQUIRE(controller.note(50.0 + 3 * (part - 2), 0).is_ok());
            REQUIRE(controller.set_point(random_point(40, static_cast<unsigned>(part))).is_ok());
            append(all, processed(controller, 5000, block));
        }
        return all;
    };
    const Channels expected = rendering(5000);
    CHECK_FALSE(is_silent(expected));
    for (const std::size_t block : {1U, 63U, 64U, 100U, 1000U}) {
        CHECK(rendering(block) == expected);
    }
}

TEST_CASE("knobs that turn while a note sounds make no clicks") {
    // A sine, and beneath it another that comes: nothing of both is rough.
    constexpr std::size_t k_osc1_shape = 0;
    constexpr std::size_t k_sub_level = 8;
    const Model model = builtin();
    Controller controller;
    flow_synth::BuiltinVoice abrupt;
    std::vector<float> knobs(model->defaults().begin(), model->defaults().end());
    knobs[k_osc1_shape] = 0.0F;
    knobs[k_sub_level] = 0.0F;
    controller.set_model(model);
    REQUIRE(controller.hold(knobs).is_ok());
    REQUIRE(controller.note(69.0, 100).is_ok());
    abrupt.note_on(69.0, 100);
    for (std::size_t index = 0; index < knobs.size(); ++index) {
        abrupt.set_parameter(index, knobs[index]);
    }
    // Until the sub is far from where it crosses zero.
    std::vector<float> left(44'150);
    std::vector<float> right(44'150);
    abrupt.process(left, right);
    processed(controller, 44'150);
    knobs[k_sub_level] = 1.0F;
    REQUIRE(controller.hold(knobs).is_ok());
    abrupt.set_parameter(k_sub_level, 1.0F);
    abrupt.process(left, right);
    CHECK(roughness(processed(controller, 44'100)[0]) < 0.03F * roughness(left));
}

TEST_CASE("the voice plays what the knobs are, at any rate, until it is switched off") {
    Controller controller;
    for (const int rate_hz : {8000, 44100, 192'000}) {
        REQUIRE(controller.prepare(rate_hz).is_ok());
        controller.set_model(builtin());
        controller.collect();
        REQUIRE(controller.note(60.0, 100).is_ok());
        CHECK_FALSE(is_silent(processed(controller, 20'000, 8192)));
        controller.set_voice(false);
        CHECK_FALSE(is_silent(processed(controller, 256)));
        CHECK(is_silent(processed(controller, 1000)));
        controller.set_voice(true);
        CHECK(is_silent(processed(controller, 1000)));
    }
}

TEST_CASE("a reset forgets what waits, and brings held knobs to their place") {
    Controller controller;
    const Model model = golden();
    controller.set_model(model);
    REQUIRE(controller.set_glide_seconds(10.0).is_ok());
    REQUIRE(controller.hold(std::vector<float>(model->n_knobs(), 1.0F)).is_ok());
    processed(controller, 640);
    REQUIRE(controller.note(60.0, 100).is_ok());
    controller.reset();
    CHECK(is_silent(processed(controller, 64)));
    Point point;
    REQUIRE(controller.take_point(point));
    CHECK(std::ranges::count(point.v, 1.0F) == 6);
}

TEST_CASE("after a reset all sounds as it did at first") {
    Controller controller;
    controller.set_model(builtin());
    REQUIRE(controller.note(60.0, 100).is_ok());
    const Channels first = processed(controller, 20'000);
    controller.reset();
    CHECK(is_silent(processed(controller, 1000)));
    controller.reset();
    REQUIRE(controller.note(60.0, 100).is_ok());
    CHECK(processed(controller, 20'000) == first);
}

TEST_CASE("a model is freed when it is collected, and no sooner") {
    Controller controller;
    Model first = golden();
    const std::weak_ptr<const CoreModel> alive = first;
    controller.set_model(std::move(first));
    processed(controller, 64);
    controller.set_model(golden());
    CHECK_FALSE(alive.expired());
    processed(controller, 64);
    CHECK_FALSE(alive.expired());
    // The third waits until there is room for the second to retire.
    const Model third = golden();
    controller.set_model(third);
    Point point;
    processed(controller, 64);
    CHECK_FALSE(controller.take_point(point));
    controller.collect();
    CHECK(alive.expired());
    processed(controller, 64);
    CHECK(controller.take_point(point));
    controller.collect();
}

TEST_CASE("a model that never played is freed at once") {
    Controller controller;
    Model model = golden();
    const std::weak_ptr<const CoreModel> alive = model;
    controller.set_model(std::move(model));
    controller.set_model(golden());
    CHECK(alive.expired());
}

TEST_CASE("processing does not allocate, whatever happens") {
    Controller controller;
    controller.set_listened(true);
    const std::vector<float> input(8192, 0.25F);
    std::vector<float> left(8192);
    std::vector<float> right(8192);
    Recording recording;
    Point point;
    for (int round = 0; round < 8; ++round) {
        controller.set_model(builtin());
        const auto z = random_point(40, static_cast<unsigned>(round));
        REQUIRE(controller.set_point(z).is_ok());
        REQUIRE(controller.note(50.0 + round, 100).is_ok());
        REQUIRE(controller.start_recording().is_ok());
        int before = n_allocations();
        controller.process(input, left, right);
        CHECK(n_allocations() == before);
        REQUIRE(controller.stop_recording().is_ok());
        controller.set_voice(round % 3 != 0);
        before = n_allocations();
        controller.process(input, left, right);
        CHECK(n_allocations() == before);
        if (controller.take_recording(recording)) {
            controller.deliver(recording.number, z, z);
        }
        before = n_allocations();
        controller.process(input, left, right);
        CHECK(n_allocations() == before);
        controller.take_point(point);
        controller.collect();
    }
}

TEST_CASE("nothing clicks when the voice is switched off, or a model comes that it does not play") {
    const auto measure = [](const auto& change) {
        Controller controller;
        controller.set_model(builtin());
        REQUIRE(controller.note(40.0, 100).is_ok());
        const Channels before = processed(controller, 22'050);
        change(controller);
        Channels after = processed(controller, 512);
        CHECK(is_silent(processed(controller, 512)));
        const float last = before[0].back();
        after[0].insert(after[0].begin(), {before[0][before[0].size() - 2], last});
        CHECK(roughness(after[0]) <= 1.05F * roughness(before[0]));
    };
    measure([](Controller& controller) { controller.set_voice(false); });
    measure([](Controller& controller) { controller.set_model(golden()); });
}
