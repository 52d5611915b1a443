#include "flow_synth/parameter.h"

#include <algorithm>
#include <cmath>

#include "catch2.h"

using flow_synth::Curve;
using flow_synth::Kind;
using flow_synth::Range;

namespace {

constexpr Range k_shape{.minimum = -3.0, .maximum = 5.0};
constexpr Range k_cutoff_hz{.minimum = 20.0, .maximum = 20000.0, .curve = Curve::log};
// Whose formula is rounded to 58.86200000000001 at its end.
constexpr Range k_rounded_up{.minimum = 0.0142, .maximum = 58.862, .curve = Curve::log};
constexpr Range k_tune_cents{.minimum = -50.0, .maximum = 50.0, .step = 2.5, .kind = Kind::ordinal};

}  // namespace

TEST_CASE("a knob's ends are the ends of its range, and beyond them it stays there") {
    for (const Range& range : {k_shape, k_cutoff_hz, k_rounded_up, k_tune_cents}) {
        CHECK(range.to_human(0.0) == range.minimum);
        CHECK(range.to_human(-1.0) == range.minimum);
        CHECK(range.to_human(1.0) <= range.maximum);
        CHECK(std::abs(range.to_human(1.0) - range.maximum) <= 1e-9 * range.maximum);
        CHECK(range.to_human(2.0) == range.to_human(1.0));
    }
}

TEST_CASE("equal steps of a log knob are equal ratios") {
    CHECK(std::abs(k_cutoff_hz.to_human(1.0 / 3.0) - 200.0) <= 1e-9);
    CHECK(std::abs(k_cutoff_hz.to_human(2.0 / 3.0) - 2000.0) <= 1e-9);
}

TEST_CASE("a stepped knob lands on the nearest of its values") {
    for (int step = 0; step <= 40; ++step) {
        for (const double offset : {-0.49, 0.0, 0.49}) {
            const double human = k_tune_cents.to_human((step + offset) / 40.0);
            CHECK(std::abs(human - (-50.0 + 2.5 * step)) <= 1e-12);
        }
    }
}

TEST_CASE("only the unit values of stepped knobs snap, and all are drawn into their ends") {
    for (const double unit : {-1.0, 0.0, 0.3, 1.0, 2.0}) {
        CHECK(k_shape.snap(unit) == std::min(std::max(unit, 0.0), 1.0));
    }
    CHECK(k_tune_cents.snap(0.26) == 0.25);
    CHECK(k_tune_cents.snap(0.26) == k_tune_cents.to_unit(k_tune_cents.to_human(0.26)));
    CHECK(k_tune_cents.snap(1.5) == 1.0);
}
