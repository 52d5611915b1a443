#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <ATen/Parallel.h>
#include <ATen/ops/from_blob.h>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "flow_synth/controller.h"
#include "flow_synth/engine.h"
#include "kernel.h"
#include "packed_flow.h"
#include "timing.h"

// flow_synth_bench MODEL.flow.ts...: how long the core, and LibTorch beside it, take for each
// model, as JSON; all times in microseconds. python/benchmarks/native.py makes the models and the
// table.

namespace {

using bench::timed;
using bench::Timing;
using flow_synth::Controller;
using flow_synth::CoreModel;
using flow_synth::Engine;
using flow_synth::Kernel;
using flow_synth::PackedFlow;
using flow_synth::Status;

constexpr std::size_t k_n_kernel_calls = 4000;
constexpr std::size_t k_n_script_calls = 400;
constexpr std::size_t k_n_naive_calls = 30;
constexpr std::size_t k_n_listening_calls = 100;
constexpr std::size_t k_n_blocks = 400;
constexpr int k_rate_hz = 48000;

void expect(const Status& status) {
    if (!status.is_ok()) {
        std::cerr << status.reason() << '\n';
        std::exit(1);
    }
}

std::vector<float> random_numbers(std::size_t n) {
    std::mt19937 generator(1);
    std::normal_distribution<float> normal;
    std::vector<float> numbers(n);
    std::ranges::generate(numbers, [&] { return normal(generator); });
    return numbers;
}

/// Memory of this process that is not on disk, in MiB; 0 where the system does not tell.
double resident_mib() {
    std::ifstream status("/proc/self/statm");
    double n_pages = 0.0;
    double n_resident = 0.0;
    status >> n_pages >> n_resident;
    return n_resident * 4096.0 / 1048576.0;
}

/// Prints the members of one JSON object.
class Members {
public:
    template <typename Value>
    void add(const std::string& name, const Value& value) {
        std::cout << (m_is_first ? "" : ",\n  ") << '"' << name << "\": " << value;
        m_is_first = false;
    }

private:
    bool m_is_first = true;
};

std::string in_quotes(std::string_view text) { return '"' + std::string(text) + '"'; }

#if defined(__x86_64__)
#define FLOW_SYNTH_WIDE [[gnu::target("avx2,fma")]]
#else
#define FLOW_SYNTH_WIDE
#endif

constexpr std::size_t k_n_chains = 10;
constexpr std::size_t k_chain_length = 4096;

#if defined(__GNUC__)
using Numbers [[gnu::vector_size(32)]] = float;

/// Multiplies and adds in so many chains that no one waits for another.
FLOW_SYNTH_WIDE float chained(float factor) {
    const Numbers by{factor, factor, factor, factor, factor, factor, factor, factor};
    std::array<Numbers, k_n_chains> chains{};
    for (std::size_t index = 0; index < k_chain_length; ++index) {
        for (Numbers& chain : chains) {
            chain = chain * by + by;
        }
    }
    float sum = 0.0F;
    for (const Numbers& chain : chains) {
        sum += chain[0];
    }
    return sum;
}
constexpr std::size_t k_n_chained = k_n_chains * k_chain_length * 8 * 2;
#else
float chained(float factor) {
    std::array<float, k_n_chains> chains{};
    for (std::size_t index = 0; index < k_chain_length; ++index) {
        for (float& chain : chains) {
            chain = chain * factor + factor;
        }
    }
    return std::accumulate(chains.begin(), chains.end(), 0.0F);
}
constexpr std::size_t k_n_chained = k_n_chains * k_chain_length * 2;
#endif

#if defined(__GNUC__)
using Words [[gnu::vector_size(32)]] = std::uint64_t;

/// Of all weights as whole numbers, by the widest reads that there are.
FLOW_SYNTH_WIDE std::uint64_t sum_of(const PackedFlow& flow) {
    const auto* words = reinterpret_cast<const Words*>(flow.weights.get());
    const std::size_t n_words = flow.n_weight_bytes() / sizeof(Words);
    Words first{};
    Words second{};
    Words third{};
    Words fourth{};
    for (std::size_t index = 0; index + 4 <= n_words; index += 4) {
        first += words[index];
        second += words[index + 1];
        third += words[index + 2];
        fourth += words[index + 3];
    }
    const Words sum = first + second + third + fourth;
    return sum[0] + sum[1] + sum[2] + sum[3];
}
#else
std::uint64_t sum_of(const PackedFlow& flow) {
    const auto* words = reinterpret_cast<const std::uint64_t*>(flow.weights.get());
    return std::accumulate(words, words + flow.n_weight_bytes() / sizeof(std::uint64_t),
                           std::uint64_t{0});
}
#endif

/// Makes the compiler believe that somebody needs the number.
void keep(std::uint64_t number) {
    static std::atomic<std::uint64_t> s_kept;
    s_kept.store(number, std::memory_order_relaxed);
}

void time_kernel(Members& members, const flow_synth::FlowWeights& weights, const Kernel& kernel) {
    PackedFlow flow;
    expect(PackedFlow::pack(weights, kernel.reads_half, flow));
    auto z = random_numbers(weights.n_dimensions);
    std::vector<float> v(z.size());
    const std::string name = kernel.name;
    members.add(name + "_weight_bytes", flow.n_weight_bytes());
    members.add(name + "_operations", 2 * flow.n_weights);
    members.add(name + "_decode",
                timed(k_n_kernel_calls, [&] { kernel.decode(flow, z.data(), v.data()); }));
    members.add(name + "_invert",
                timed(k_n_kernel_calls, [&] { kernel.invert(flow, v.data(), z.data()); }));
    // What no kernel can beat: to read every weight once.
    members.add(name + "_read_weights", timed(k_n_kernel_calls, [&] { keep(sum_of(flow)); }));
}

void time_flow(Members& members, const CoreModel& model) {
    const auto& weights = model.interface().flow;
    if (!weights || model.flow() == nullptr) {
        return;
    }
    time_kernel(members, *weights, flow_synth::k_baseline_kernel);
    if (&flow_synth::fastest_kernel() != &flow_synth::k_baseline_kernel) {
        time_kernel(members, *weights, flow_synth::fastest_kernel());
    }
}

void time_torchscript(Members& members, const std::string& path, std::size_t n) {
    const c10::InferenceMode inference;
    torch::jit::Module module = torch::jit::load(path, c10::kCPU);
    module.attr("model").toModule().to(at::kFloat);
    auto z = random_numbers(n);
    const at::Tensor point = at::from_blob(z.data(), {1, static_cast<std::int64_t>(n)}, at::kFloat);
    const at::Tensor knobs = module.get_method("decode")({point}).toTensor();
    members.add("torchscript_decode",
                timed(k_n_script_calls, [&] { module.get_method("decode")({point}); }));
    if (module.find_method("invert")) {
        members.add("torchscript_invert",
                    timed(k_n_naive_calls, [&] { module.get_method("invert")({knobs}); }));
    }
}

void time_listening(Members& members, const std::string& path, std::size_t n) {
    std::unique_ptr<Engine> engine;
    const double begin = bench::now_us();
    expect(Engine::load(flow_synth::path_of(path), engine));
    members.add("load", bench::now_us() - begin);
    const auto& settings = engine->file().flow_file.features;
    const auto audio = random_numbers(settings.n_samples);
    const auto recording = random_numbers(std::size_t{4} * k_rate_hz);
    std::vector<float> mel(std::size_t{settings.n_mels} * settings.n_frames);
    std::vector<float> v(n);
    std::vector<float> z(n);
    members.add("features",
                timed(k_n_listening_calls, [&] { expect(engine->features(audio, mel)); }));
    members.add("encode", timed(k_n_listening_calls, [&] { expect(engine->encode(mel, z)); }));
    members.add("answer", timed(k_n_listening_calls, [&] { expect(engine->answer(mel, v)); }));
    members.add("hear", timed(k_n_listening_calls,
                              [&] { expect(engine->hear(recording, k_rate_hz, v, z)); }));
    members.add("resident_mib", resident_mib());
}

/// Per block, with no voice, with one and with eight, while the knobs glide without end.
void time_processing(Members& members, const std::shared_ptr<const CoreModel>& model) {
    for (const int n_voices : {0, 1, 8}) {
        for (const std::size_t n_samples : {32U, 64U, 256U, 2048U}) {
            Controller controller;
            expect(controller.prepare(k_rate_hz));
            controller.set_model(model);
            controller.set_voice(n_voices > 0);
            for (int note = 0; note < n_voices; ++note) {
                expect(controller.note(48.0 + 3 * note, 100));
            }
            expect(controller.set_glide_seconds(10.0));
            expect(controller.set_point(random_numbers(model->n_knobs())));
            std::vector<float> left(n_samples);
            std::vector<float> right(n_samples);
            members.add("process_" + std::to_string(n_voices) + "_voices_" +
                            std::to_string(n_samples) + "_samples",
                        timed(k_n_blocks, [&] { controller.process(left, left, right); }));
        }
    }
}

void time_model(const std::string& path) {
    std::vector<std::byte> bytes;
    std::shared_ptr<const CoreModel> model;
    expect(flow_synth::read_file(flow_synth::path_of(path), bytes));
    const double begin = bench::now_us();
    expect(CoreModel::parse(bytes, model));
    const double parsed = bench::now_us() - begin;
    std::cout << "{";
    Members members;
    members.add("n_dimensions", model->n_knobs());
    members.add("family", in_quotes(model->interface().family));
    members.add("parse", parsed);
    const Timing chain =
        timed(k_n_script_calls, [] { keep(std::bit_cast<std::uint32_t>(chained(0.5F))); });
    members.add("operations_per_us", static_cast<double>(k_n_chained) / chain.p50);
    time_flow(members, *model);
    time_torchscript(members, path, model->n_knobs());
    time_listening(members, path, model->n_knobs());
    if (model->is_builtin()) {
        time_processing(members, model);
    }
    std::cout << "}";
}

}  // namespace

// What LibTorch throws here ends the program, as it should.
// NOLINTNEXTLINE(bugprone-exception-escape)
int main(int argc, const char* const* argv) {
    at::set_num_threads(1);
    std::cout << "[";
    for (int index = 1; index < argc; ++index) {
        std::cout << (index > 1 ? ",\n" : "");
        time_model(argv[index]);
    }
    std::cout << "]\n";
    return 0;
}
