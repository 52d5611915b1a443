#include "flow_synth/explorer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "catch2.h"
#include "controlling.h"
#include "flow_synth/controller.h"
#include "golden.h"

using flow_synth::Controller;
using flow_synth::Explorer;
using flow_synth::LatentDimension;
using flow_synth::Point;

namespace {

/// A controller without glides, and its explorer.
struct Hand {
    explicit Hand(const Model& model) {
        REQUIRE(controller.set_glide_seconds(0.0).is_ok());
        explorer.set_model(model);
    }

    std::vector<float> z() const { return {explorer.z().begin(), explorer.z().end()}; }
    std::vector<float> units() { return {explorer.units().begin(), explorer.units().end()}; }

    /// Where the voice has come to.
    Point played() {
        Point point;
        processed(controller, 64);
        controller.take_point(point);
        return point;
    }

    Controller controller;
    Explorer explorer{controller};
};

bool are_close(const std::vector<float>& found, const std::vector<float>& wanted,
               float tolerance = 2e-5F) {
    return std::ranges::equal(found, wanted, [tolerance](float one, float other) {
        return std::abs(one - other) <= tolerance;
    });
}

}  // namespace

TEST_CASE("without a model an explorer refuses everything") {
    Controller controller;
    Explorer explorer(controller);
    std::vector<std::vector<float>> presets;
    for (const auto& status :
         {explorer.go_to({}), explorer.locate({}), explorer.mutate(0.5), explorer.reset(),
          explorer.set_macro(1, 0.5), explorer.set_semantic("brightness", 1.0),
          explorer.lock("level", true), explorer.store(1), explorer.recall(1),
          explorer.interpolate(1, 2, 0.5), explorer.curve(1, 2, presets)}) {
        CHECK(status.reason() == "there is no model yet; load one");
    }
    CHECK(explorer.z().empty());
    CHECK(explorer.units().empty());
    CHECK_FALSE(explorer.take_move());
}

TEST_CASE("where the explorer is, the controller goes") {
    Hand hand(builtin());
    CHECK(hand.explorer.take_move());
    CHECK(are_close(hand.units(), {builtin()->defaults().begin(), builtin()->defaults().end()}));
    CHECK(hand.played().z == hand.z());
    CHECK_FALSE(hand.explorer.take_move());
    const auto z = random_point(builtin()->n_knobs(), 1);
    REQUIRE(hand.explorer.go_to(z).is_ok());
    CHECK(hand.explorer.take_move());
    CHECK(hand.z() == z);
    CHECK(hand.units() == decoded(*builtin(), z));
    CHECK(hand.played().z == z);
    const auto units = decoded(*builtin(), random_point(builtin()->n_knobs(), 2));
    REQUIRE(hand.explorer.locate(units).is_ok());
    CHECK(are_close(hand.units(), units));
    CHECK(hand.played().z == hand.z());
}

TEST_CASE("macro knobs and sliders are absolute, combine, and end where one goes elsewhere") {
    Hand hand(builtin());
    const auto& file = builtin()->interface();
    const auto begun = random_point(builtin()->n_knobs(), 1);
    REQUIRE(hand.explorer.go_to(begun).is_ok());
    auto wanted = begun;
    for (const double position : {0.0, 1.0, 0.25, 0.25}) {
        REQUIRE(hand.explorer.set_macro(3, position).is_ok());
        CHECK(std::abs(hand.explorer.macro(3) - position) <= 1e-6);
        const LatentDimension& dimension = file.latent[file.order[2]];
        wanted[file.order[2]] = static_cast<float>(
            dimension.minimum + position * (dimension.maximum - dimension.minimum));
        CHECK(hand.z() == wanted);
    }
    const auto turned = wanted;
    for (const double position : {3.0, -1.5, -1.5}) {
        REQUIRE(hand.explorer.set_semantic(file.semantic_axes[0].name, position).is_ok());
        CHECK(hand.explorer.sliders()[0] == position);
        for (std::size_t index = 0; index < wanted.size(); ++index) {
            wanted[index] = turned[index] +
                            static_cast<float>(position * file.semantic_axes[0].direction[index]);
        }
        CHECK(hand.z() == wanted);
    }
    CHECK(hand.played().z == wanted);
    REQUIRE(hand.explorer.set_semantic(file.semantic_axes[0].name, 0.0).is_ok());
    CHECK(hand.z() == turned);
    REQUIRE(hand.explorer.set_semantic(file.semantic_axes[1].name, 2.0).is_ok());
    REQUIRE(hand.explorer.go_to(begun).is_ok());
    CHECK(hand.z() == begun);
    CHECK(hand.explorer.sliders()[1] == 0.0);
}

TEST_CASE("places are kept with what was turned, and lie on lines") {
    Hand hand(builtin());
    REQUIRE(hand.explorer.set_macro(1, 0.9).is_ok());
    REQUIRE(hand.explorer.store(1).is_ok());
    const auto one = hand.z();
    REQUIRE(hand.explorer.mutate(1.0).is_ok());
    REQUIRE(hand.explorer.store(128).is_ok());
    const auto other = hand.z();
    CHECK(hand.explorer.is_stored(128));
    CHECK_FALSE(hand.explorer.is_stored(2));
    REQUIRE(hand.explorer.recall(1).is_ok());
    CHECK(hand.z() == one);
    REQUIRE(hand.explorer.interpolate(1, 128, 1.0).is_ok());
    CHECK(hand.z() == other);
    REQUIRE(hand.explorer.interpolate(1, 128, 0.5).is_ok());
    for (std::size_t index = 0; index < one.size(); ++index) {
        CHECK(std::abs(hand.z()[index] - (one[index] + other[index]) / 2) <= 1e-6F);
    }
    REQUIRE(hand.explorer.reset().is_ok());
    CHECK(hand.explorer.is_stored(1));
}

TEST_CASE("mutations are as wide as asked, and repeat from a model on") {
    Hand hand(builtin());
    std::vector<float> steps;
    std::vector<std::vector<float>> places;
    for (int round = 0; round < 200; ++round) {
        const auto before = hand.z();
        REQUIRE(hand.explorer.mutate(0.5).is_ok());
        places.push_back(hand.z());
        for (std::size_t index = 0; index < before.size(); ++index) {
            const double deviation = builtin()->interface().latent[index].standard_deviation;
            steps.push_back((hand.z()[index] - before[index]) / static_cast<float>(deviation));
        }
    }
    double sum = 0.0;
    double squares = 0.0;
    for (const float step : steps) {
        sum += step;
        squares += static_cast<double>(step) * step;
    }
    const auto n = static_cast<double>(steps.size());
    // 8000 draws: four standard errors of mean and deviation.
    CHECK(std::abs(sum / n) <= 4 * 0.5 / std::sqrt(n));
    CHECK(std::abs(std::sqrt(squares / n) - 0.5) <= 4 * 0.5 / std::sqrt(2 * n));
    const auto before = hand.z();
    REQUIRE(hand.explorer.mutate(0.0).is_ok());
    CHECK(hand.z() == before);
    Hand again(builtin());
    for (const auto& place : places) {
        REQUIRE(again.explorer.mutate(0.5).is_ok());
        CHECK(again.z() == place);
    }
}

TEST_CASE("a locked knob stays where it was, whatever moves") {
    Hand hand(builtin());
    const std::string& knob = builtin()->interface().parameters[5].name;
    REQUIRE(hand.explorer.mutate(1.0).is_ok());
    const float value = hand.units()[5];
    REQUIRE(hand.explorer.lock(knob, true).is_ok());
    CHECK(hand.explorer.is_locked(5));
    for (int round = 0; round < 10; ++round) {
        REQUIRE(hand.explorer.mutate(1.0).is_ok());
        REQUIRE(hand.explorer.lock(knob, true).is_ok());
        CHECK(hand.units()[5] == value);
        CHECK(hand.played().v == hand.units());
    }
    CHECK(hand.explorer.take_move());
    REQUIRE(hand.explorer.lock(knob, false).is_ok());
    CHECK(hand.explorer.take_move());
    CHECK(hand.units() == decoded(*builtin(), hand.z()));
    REQUIRE(hand.explorer.lock(knob, true).is_ok());
    REQUIRE(hand.explorer.reset().is_ok());
    CHECK_FALSE(hand.explorer.is_locked(5));
}

TEST_CASE("what a recording has led to is where the hand goes on from") {
    Hand hand(builtin());
    hand.controller.set_listened(true);
    REQUIRE(hand.controller.set_glide_seconds(0.1).is_ok());
    REQUIRE(hand.explorer.set_macro(1, 0.9).is_ok());
    const auto record = [&hand](const std::vector<float>& z) {
        flow_synth::Recording recording;
        REQUIRE(hand.controller.start_recording().is_ok());
        processed(hand.controller, 1000);
        REQUIRE(hand.controller.stop_recording().is_ok());
        processed(hand.controller, 64);
        REQUIRE(hand.controller.take_recording(recording));
        hand.controller.deliver(recording.number, z, decoded(*builtin(), z));
        processed(hand.controller, 64);
    };
    const auto heard = random_point(builtin()->n_knobs(), 3);
    record(heard);
    hand.explorer.take_move();
    // Still far from there: where it glides counts.
    hand.explorer.follow();
    CHECK(hand.explorer.take_move());
    CHECK(hand.z() == heard);
    hand.explorer.follow();
    CHECK_FALSE(hand.explorer.take_move());
    REQUIRE(hand.explorer.set_macro(1, 0.0).is_ok());
    const auto turned = hand.z();
    // What still plays the answer does not undo what was turned since.
    processed(hand.controller, 0);
    hand.explorer.follow();
    CHECK(hand.z() == turned);
    processed(hand.controller, 44100);
    hand.explorer.follow();
    CHECK(hand.z() == turned);
    CHECK(hand.explorer.units().size() == turned.size());
}

TEST_CASE("a model of the same knobs takes over locks and slots, another begins anew") {
    Hand hand(builtin());
    const std::string& knob = builtin()->interface().parameters[5].name;
    REQUIRE(hand.explorer.mutate(1.0).is_ok());
    REQUIRE(hand.explorer.store(7).is_ok());
    REQUIRE(hand.explorer.lock(knob, true).is_ok());
    const auto units = hand.units();
    hand.explorer.set_model(parsed(shipped_model("builtin")));
    CHECK(hand.explorer.is_locked(5));
    CHECK(hand.units()[5] == units[5]);
    CHECK(hand.played().v[5] == units[5]);
    REQUIRE(hand.explorer.recall(7).is_ok());
    CHECK(are_close(hand.units(), units));
    hand.explorer.set_model(golden());
    CHECK_FALSE(hand.explorer.is_locked(5));
    CHECK_FALSE(hand.explorer.is_stored(7));
}

TEST_CASE("a model whose map only LibTorch runs is explored by its knobs") {
    Hand hand(parsed(golden_model(k_golden_one_way)));
    const std::size_t n = hand.explorer.model()->n_knobs();
    CHECK(hand.z().empty());
    const std::vector<float> one(n, 0.25F);
    const std::vector<float> other(n, 0.75F);
    REQUIRE(hand.explorer.locate(one).is_ok());
    CHECK(hand.units() == one);
    REQUIRE(hand.explorer.store(1).is_ok());
    REQUIRE(hand.explorer.locate(other).is_ok());
    REQUIRE(hand.explorer.store(2).is_ok());
    REQUIRE(hand.explorer.interpolate(1, 2, 0.5).is_ok());
    CHECK(hand.units() == std::vector<float>(n, 0.5F));
    CHECK(hand.played().v == hand.units());
    const std::string reason =
        "only LibTorch runs the map of this model of family 'mlp'; load a flow model to move in "
        "its audio space";
    CHECK(hand.explorer.go_to(one).reason() == reason);
    CHECK(hand.explorer.set_macro(1, 0.5).reason() == reason);
    CHECK(hand.explorer.set_semantic("brightness", 0.5).reason() == reason);
    CHECK(hand.explorer.mutate(0.5).reason() == reason);
}

TEST_CASE("what an explorer refuses changes nothing") {
    Hand hand(builtin());
    const auto begun = hand.z();
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const std::size_t n = builtin()->n_knobs();
    hand.explorer.take_move();
    for (const float wrong : {nan, std::numeric_limits<float>::infinity()}) {
        CHECK_FALSE(hand.explorer.go_to(std::vector<float>(n, wrong)).is_ok());
        CHECK_FALSE(hand.explorer.locate(std::vector<float>(n, wrong)).is_ok());
        CHECK_FALSE(hand.explorer.set_macro(1, wrong).is_ok());
        CHECK_FALSE(hand.explorer.set_semantic("brightness", wrong).is_ok());
        CHECK_FALSE(hand.explorer.mutate(wrong).is_ok());
    }
    CHECK(hand.explorer.go_to(std::vector<float>(n - 1)).reason() ==
          "a point of 39 numbers cannot be used; give 40");
    CHECK(hand.explorer.locate(std::vector<float>(n, 1.001F)).reason() ==
          "a preset has a value beyond its knob's ends; give 0 to 1");
    CHECK(hand.explorer.set_macro(0, 0.5).reason() == "there is no macro knob 0; give 1 to 40");
    CHECK(hand.explorer.set_macro(41, 0.5).reason() == "there is no macro knob 41; give 1 to 40");
    CHECK(hand.explorer.set_macro(1, 1.5).reason() ==
          "a position of 1.5 cannot be used; give 0 to 1");
    CHECK_FALSE(hand.explorer.set_semantic("nice", 0.5).is_ok());
    CHECK(hand.explorer.mutate(-0.1).reason() == "an amount of -0.1 cannot be used; give 0 to 1");
    CHECK_FALSE(hand.explorer.lock("nothing", true).is_ok());
    CHECK(hand.explorer.store(129).reason() == "there is no slot 129; give 1 to 128");
    CHECK(hand.explorer.recall(5).reason() ==
          "nothing is stored in slot 5; store something there first");
    REQUIRE(hand.explorer.store(5).is_ok());
    CHECK(hand.explorer.interpolate(5, 5, 1.5).reason() ==
          "a share of 1.5 cannot be used; give 0 to 1");
    CHECK_FALSE(hand.explorer.take_move());
    CHECK(hand.z() == begun);
}

TEST_CASE("a curve is where a macro knob would lead, and nothing moves") {
    const auto& file = builtin()->interface();
    const auto begin = [&file](Hand& hand) {
        REQUIRE(hand.explorer.go_to(random_point(builtin()->n_knobs(), 1)).is_ok());
        REQUIRE(hand.explorer.lock(file.parameters[3].name, true).is_ok());
        REQUIRE(hand.explorer.set_macro(2, 0.8).is_ok());
        REQUIRE(hand.explorer.set_semantic(file.semantic_axes[0].name, 1.5).is_ok());
    };
    Hand hand(builtin());
    begin(hand);
    hand.explorer.take_move();
    const auto z = hand.z();
    const auto units = hand.units();
    for (const int macro : {1, 2, static_cast<int>(file.order.size())}) {
        std::vector<std::vector<float>> presets;
        REQUIRE(hand.explorer.curve(macro, 5, presets).is_ok());
        CHECK_FALSE(hand.explorer.take_move());
        CHECK(hand.z() == z);
        CHECK(hand.units() == units);
        REQUIRE(presets.size() == 5);
        for (int point = 0; point < 5; ++point) {
            Hand turned(builtin());
            begin(turned);
            REQUIRE(turned.explorer.set_macro(macro, point / 4.0).is_ok());
            CHECK(turned.units() == presets[static_cast<std::size_t>(point)]);
            CHECK(turned.units()[3] == units[3]);
        }
    }
}

TEST_CASE("a curve that is none is refused") {
    Hand hand(builtin());
    std::vector<std::vector<float>> presets;
    CHECK(hand.explorer.curve(0, 9, presets).reason() == "there is no macro knob 0; give 1 to 40");
    CHECK(hand.explorer.curve(41, 9, presets).reason() ==
          "there is no macro knob 41; give 1 to 40");
    CHECK(hand.explorer.curve(1, 1, presets).reason() ==
          "a count of 1 cannot be used; give 2 to 64");
    CHECK(hand.explorer.curve(1, 65, presets).reason() ==
          "a count of 65 cannot be used; give 2 to 64");
    CHECK(hand.explorer.curve(1, 64, presets).is_ok());
}
