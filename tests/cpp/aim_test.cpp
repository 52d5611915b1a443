#include "aim.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "catch2.h"

using flow_synth::Aim;
using flow_synth::FeatureSettings;

namespace {

constexpr FeatureSettings k_settings{.n_mels = 4, .n_frames = 3, .log_floor = 1e-5};
constexpr double k_db_per_nat = 8.685889638;

const std::vector<float>& target() {
    static const std::vector<float> k_mel{-1.0F, -2.0F, -3.0F, -2.0F, -4.0F, -6.0F,
                                          -8.0F, -8.0F, -9.0F, -3.0F, -5.0F, -2.5F};
    return k_mel;
}

std::vector<float> raised(float nats) {
    std::vector<float> mel = target();
    for (float& each : mel) {
        each += nats;
    }
    return mel;
}

}  // namespace

TEST_CASE("a sound is at no distance from itself, however loud it is") {
    const Aim aim(target(), k_settings, true);
    CHECK(aim.distance_db(target()) < 1e-4);
    CHECK(aim.distance_db(raised(2.0F)) < 0.01);
    CHECK(aim.distance_db(raised(-2.0F)) < 0.01);
}

TEST_CASE("an ear that tells no levels tells what is below each peak") {
    const Aim aim(target(), k_settings, false);
    CHECK(aim.distance_db(raised(1.0F)) < 1e-4);
}

TEST_CASE("a change of one bin counts by its decibels and its share of the norm") {
    const Aim aim(target(), k_settings, true);
    auto mel = target();
    mel[4] -= 1.0F;
    // Nearly nothing of the norm.
    const double least = k_db_per_nat / 12.0;
    CHECK(aim.distance_db(mel) > least);
    CHECK(aim.distance_db(mel) < least + 0.15);
}

TEST_CASE("what is far below the peak does not count") {
    const Aim aim(target(), k_settings, true);
    auto quiet = target();
    quiet[8] = -40.0F;
    auto quieter = quiet;
    quieter[8] = -400.0F;
    CHECK(aim.distance_db(quiet) == aim.distance_db(quieter));
}

TEST_CASE("silence is far away, and no division by nothing") {
    const std::vector<float> silence(target().size(), std::log(1e-5F));
    CHECK(std::isfinite(Aim(silence, k_settings, true).distance_db(target())));
    const double distance = Aim(target(), k_settings, true).distance_db(silence);
    CHECK(std::isfinite(distance));
    CHECK(distance > 10.0);
}
