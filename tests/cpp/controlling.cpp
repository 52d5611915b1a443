#include "controlling.h"

#include <algorithm>
#include <random>
#include <span>

#include "catch2.h"
#include "golden.h"

using flow_synth::Controller;
using flow_synth::CoreModel;

Model parsed(const std::vector<std::byte>& bytes) {
    Model model;
    const auto status = CoreModel::parse(bytes, model);
    INFO(status.reason());
    REQUIRE(status.is_ok());
    return model;
}

Model builtin() {
    static const Model k_model = parsed(shipped_model("builtin"));
    return k_model;
}

Model golden() { return parsed(golden_model()); }

Channels processed(Controller& controller, std::size_t n_samples, std::size_t block) {
    Channels audio(2, std::vector<float>(n_samples));
    const std::vector<float> input(n_samples, 0.5F);
    for (std::size_t begin = 0; begin < n_samples; begin += block) {
        const std::size_t n = std::min(block, n_samples - begin);
        controller.process(std::span(input).subspan(begin, n),
                           std::span(audio[0]).subspan(begin, n),
                           std::span(audio[1]).subspan(begin, n));
    }
    return audio;
}

std::vector<float> random_point(std::size_t n, unsigned seed) {
    std::mt19937 generator(seed);
    std::normal_distribution<float> normal;
    std::vector<float> point(n);
    std::ranges::generate(point, [&] { return normal(generator); });
    return point;
}

std::vector<float> decoded(const CoreModel& model, const std::vector<float>& z) {
    std::vector<float> v(z.size());
    model.flow()->decode(z, v);
    return v;
}

bool is_silent(const Channels& audio) { return peak(audio) == 0.0F; }

void append(Channels& all, const Channels& part) {
    for (std::size_t channel = 0; channel < all.size(); ++channel) {
        all[channel].insert(all[channel].end(), part[channel].begin(), part[channel].end());
    }
}
