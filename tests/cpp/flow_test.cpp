#include "flow_synth/flow.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "allocations.h"
#include "catch2.h"
#include "golden.h"
#include "kernel.h"
#include "lanes_kernel.h"
#include "reference_flow.h"

using flow_synth::fastest_kernel;
using flow_synth::Flow;
using flow_synth::FlowFile;
using flow_synth::FlowType;
using flow_synth::FlowWeights;
using flow_synth::k_baseline_kernel;
using flow_synth::Kernel;
using flow_synth::PackedFlow;
using flow_synth::Status;

namespace {

/// Single precision, over 16 layers.
constexpr double k_tolerance = 1e-5;
constexpr double k_round_trip = 2e-5;

PackedFlow packed(const FlowWeights& weights, bool can_be_half) {
    PackedFlow flow;
    const Status status = PackedFlow::pack(weights, can_be_half, flow);
    INFO(status.reason());
    REQUIRE(status.is_ok());
    return flow;
}

std::vector<float> random_numbers(std::size_t n, std::uint32_t seed) {
    std::mt19937 generator(seed);
    std::normal_distribution<float> normal;
    std::vector<float> numbers(n);
    std::ranges::generate(numbers, [&] { return normal(generator); });
    return numbers;
}

std::vector<float> random_units(std::size_t n, std::uint32_t seed) {
    std::mt19937 generator(seed);
    std::uniform_real_distribution<float> uniform(0.0F, 1.0F);
    std::vector<float> numbers(n);
    std::ranges::generate(numbers, [&] { return uniform(generator); });
    return numbers;
}

double largest_difference(const auto& one, const auto& other) {
    double largest = 0.0;
    for (std::size_t i = 0; i < one.size(); ++i) {
        const double difference =
            std::abs(static_cast<double>(one[i]) - static_cast<double>(other[i]));
        // What is no number is as far as can be.
        largest = difference >= 0.0 ? std::max(largest, difference) : 1e9;
    }
    return largest;
}

const std::vector<FlowShape>& shapes() {
    static const std::vector<FlowShape> k_shapes{
        {FlowType::iaf, 1, 1, 1, 1},
        {FlowType::iaf, 2, 3, 5, 2},
        {FlowType::iaf, 7, 33, 16, 3},
        {FlowType::iaf, 32, 128, 128, 16},
        {FlowType::iaf, 40, 128, 128, 16},
        {FlowType::iaf, 64, 20, 200, 2},
        {FlowType::iaf, 256, 300, 300, 2},
        {FlowType::maf, 1, 4, 4, 3},
        {FlowType::maf, 9, 31, 18, 4},
        {FlowType::maf, 32, 128, 128, 4},
        {FlowType::coupling, 2, 1, 1, 2},
        {FlowType::coupling, 3, 7, 9, 1},
        {FlowType::coupling, 9, 20, 40, 5},
        {FlowType::coupling, 32, 128, 128, 16},
        {FlowType::coupling, 40, 128, 128, 16},
        {FlowType::coupling, 255, 100, 1024, 3},
    };
    return k_shapes;
}

}  // namespace

TEST_CASE("every kernel computes what the model file's page says") {
    const FlowShape& shape = GENERATE(from_range(shapes()));
    CAPTURE(static_cast<int>(shape.type), shape.n_dimensions, shape.n_first);
    const FlowWeights weights = random_flow(shape, 7);
    const std::size_t n = shape.n_dimensions;
    for (const Kernel* kernel : {&k_baseline_kernel, &k_lanes_kernel, &fastest_kernel()}) {
        const PackedFlow flow = packed(weights, kernel->reads_half);
        CHECK(flow.is_half == kernel->reads_half);
        for (std::uint32_t seed = 0; seed < 20; ++seed) {
            const auto z = random_numbers(n, seed);
            std::vector<float> v(n);
            kernel->decode(flow, z.data(), v.data());
            CAPTURE(kernel->name, seed);
            CHECK(largest_difference(v, decoded(weights, {z.begin(), z.end()})) <= k_tolerance);
        }
    }
}

TEST_CASE("every kernel finds the z of a preset") {
    const FlowShape& shape = GENERATE(from_range(shapes()));
    CAPTURE(static_cast<int>(shape.type), shape.n_dimensions, shape.n_first);
    const FlowWeights weights = random_flow(shape, 8);
    const std::size_t n = shape.n_dimensions;
    for (const Kernel* kernel : {&k_baseline_kernel, &k_lanes_kernel, &fastest_kernel()}) {
        const PackedFlow flow = packed(weights, kernel->reads_half);
        for (std::uint32_t seed = 0; seed < 20; ++seed) {
            const auto v = random_units(n, seed);
            std::vector<float> z(n);
            kernel->invert(flow, v.data(), z.data());
            CAPTURE(kernel->name, seed);
            CHECK(largest_difference(v, decoded(weights, {z.begin(), z.end()})) <= k_round_trip);
        }
    }
}

TEST_CASE("weights in half precision change nothing") {
    const FlowType type = GENERATE(FlowType::iaf, FlowType::maf, FlowType::coupling);
    const FlowWeights weights = random_flow({type, 32, 128, 128, 16}, 1);
    const Kernel& kernel = fastest_kernel();
    if (!kernel.reads_half) {
        return;
    }
    const PackedFlow half = packed(weights, true);
    const PackedFlow single = packed(weights, false);
    CHECK(half.n_weight_bytes() * 2 == single.n_weight_bytes());
    const auto z = random_numbers(32, 2);
    std::vector<float> one(32);
    std::vector<float> other(32);
    kernel.decode(half, z.data(), one.data());
    kernel.decode(single, z.data(), other.data());
    CHECK(one == other);
    kernel.invert(half, one.data(), one.data());
    kernel.invert(single, other.data(), other.data());
    CHECK(one == other);
}

TEST_CASE("a weight that half precision does not hold keeps all in single precision") {
    FlowWeights weights = random_flow({FlowType::iaf, 8, 16, 16, 2}, 3);
    const float fine = GENERATE(0.1F, 1e5F, 1e-9F, 1.0F + 1.0F / 4096.0F);
    auto& last = weights.layers[0][2].weight;
    *std::ranges::find_if(last, [](float weight) { return weight != 0.0F; }) = fine;
    CHECK_FALSE(packed(weights, true).is_half);
}

TEST_CASE("half precision holds its smallest and largest numbers") {
    FlowWeights weights = random_flow({FlowType::coupling, 2, 8, 1, 1}, 3);
    weights.layers[0][0].weight = {0x1p-24F, -0x1p-24F, 0x1.8p-23F, 0x1.ff8p-15F,
                                   0x1p-14F, 65504.0F,  -65504.0F,  -0.0F};
    REQUIRE(fastest_kernel().reads_half == packed(weights, fastest_kernel().reads_half).is_half);
    const PackedFlow half = packed(weights, fastest_kernel().reads_half);
    const PackedFlow single = packed(weights, false);
    for (const float x : {1e-3F, 1.0F, -3.0F}) {
        const std::vector<float> z{x, 0.5F};
        std::vector<float> one(2);
        std::vector<float> other(2);
        fastest_kernel().decode(half, z.data(), one.data());
        fastest_kernel().decode(single, z.data(), other.data());
        CHECK(one == other);
    }
}

TEST_CASE("the flow of a model file decodes as Python did") {
    FlowFile file;
    REQUIRE(FlowFile::parse(golden_blob(), file).is_ok());
    REQUIRE(file.flow);
    std::unique_ptr<Flow> flow;
    REQUIRE(Flow::create(*file.flow, flow).is_ok());
    const auto z = golden_array("z");
    const auto expected = golden_array("v");
    const std::size_t n = flow->n_dimensions();
    std::vector<float> v(n);
    std::vector<float> back(n);
    for (std::size_t row = 0; row * n < z.size(); ++row) {
        flow->decode(std::span(z).subspan(row * n, n), v);
        CHECK(largest_difference(v, std::span(expected).subspan(row * n, n)) <= k_tolerance);
        flow->invert(v, back);
        flow->decode(back, back);
        CHECK(largest_difference(v, back) <= k_round_trip);
    }
}

TEST_CASE("a flow neither allocates nor remembers") {
    const FlowType type = GENERATE(FlowType::iaf, FlowType::maf, FlowType::coupling);
    std::unique_ptr<Flow> flow;
    REQUIRE(Flow::create(random_flow({type, 32, 128, 128, 16}, 1), flow).is_ok());
    const auto z = random_numbers(32, 1);
    std::vector<float> v(32);
    std::vector<float> again(32);
    std::vector<float> other(32);
    const int before = n_allocations();
    flow->decode(z, v);
    flow->invert(v, other);
    flow->decode(other, again);
    flow->decode(z, again);
    CHECK(n_allocations() == before);
    CHECK(v == again);
}

TEST_CASE("numbers without sense give presets all the same") {
    constexpr float k_nan = std::numeric_limits<float>::quiet_NaN();
    constexpr float k_infinity = std::numeric_limits<float>::infinity();
    const FlowType type = GENERATE(FlowType::iaf, FlowType::maf, FlowType::coupling);
    const FlowWeights weights = random_flow({type, 12, 40, 40, 4}, 1);
    for (const Kernel* kernel : {&k_baseline_kernel, &k_lanes_kernel, &fastest_kernel()}) {
        const PackedFlow flow = packed(weights, kernel->reads_half);
        for (const float wild : {k_nan, k_infinity, -k_infinity, 1e30F, -1e30F, 1e-40F}) {
            for (std::size_t place = 0; place < 12; ++place) {
                CAPTURE(wild, place);
                auto z = random_numbers(12, 4);
                z[place] = wild;
                std::vector<float> v(12);
                kernel->decode(flow, z.data(), v.data());
                CHECK(std::ranges::all_of(v, [](float x) { return x >= 0.0F && x <= 1.0F; }));
                kernel->invert(flow, z.data(), v.data());
            }
        }
    }
}

TEST_CASE("unit values beyond 0 and 1 count as these") {
    const PackedFlow flow = packed(random_flow({FlowType::iaf, 3, 8, 8, 2}, 1), false);
    std::vector<float> beyond{-0.5F, 1.5F, 0.25F};
    std::vector<float> within{0.0F, 1.0F, 0.25F};
    k_baseline_kernel.invert(flow, beyond.data(), beyond.data());
    k_baseline_kernel.invert(flow, within.data(), within.data());
    CHECK(beyond == within);
}

TEST_CASE("the gate's table is as exact as single precision") {
    const auto* table = flow_synth::gate_table();
    double largest = 0.0;
    for (int step = -1024 * flow_synth::k_gate_end; step <= 1024 * flow_synth::k_gate_end; ++step) {
        const double a = step / 1024.0;
        const double cell = a * static_cast<double>(flow_synth::k_gate_cells_per_unit);
        const double middle = std::nearbyint(cell);
        const double t = cell - middle;
        const auto& [c0, c1, c2, c3] = table[static_cast<std::ptrdiff_t>(middle) +
                                             std::ptrdiff_t{flow_synth::k_gate_end} * 16];
        const double found = ((static_cast<double>(c3) * t + static_cast<double>(c2)) * t +
                              static_cast<double>(c1)) *
                                 t +
                             static_cast<double>(c0);
        largest = std::max(largest, std::abs(found / std::exp(-std::tanh(a)) - 1.0));
    }
    CHECK(largest <= 2e-7);
}

TEST_CASE("weights that are not autoregressive are refused") {
    FlowWeights weights = random_flow({FlowType::iaf, 4, 8, 8, 2}, 1);
    std::ranges::fill(weights.layers[1][2].weight, 0.5F);
    std::unique_ptr<Flow> flow;
    CHECK(
        Flow::create(weights, flow).reason() ==
        "the flow's weights are not autoregressive, so it has no inverse; export the model again");
    CHECK_FALSE(flow);
}

TEST_CASE("the core knows which flows it can run") {
    CHECK(Flow::can_run(random_flow({FlowType::coupling, 256, 1024, 8, 1}, 1)));
    CHECK_FALSE(Flow::can_run(random_flow({FlowType::coupling, 257, 8, 8, 1}, 1)));
    CHECK_FALSE(Flow::can_run(random_flow({FlowType::maf, 4, 1025, 8, 1}, 1)));
    CHECK_FALSE(Flow::can_run(random_flow({FlowType::iaf, 4, 8, 1025, 1}, 1)));
    FlowWeights shallow = random_flow({FlowType::iaf, 4, 8, 8, 1}, 1);
    shallow.layers[0].pop_back();
    CHECK_FALSE(Flow::can_run(shallow));
}
