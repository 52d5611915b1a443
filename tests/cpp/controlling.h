#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <vector>

#include "channels.h"
#include "flow_synth/controller.h"

// What the tests of the controller share.

using Model = std::shared_ptr<const flow_synth::CoreModel>;

inline constexpr float k_free = std::numeric_limits<float>::quiet_NaN();

Model parsed(const std::vector<std::byte>& bytes);

/// A model of the built-in synth, so that its knobs are heard.
Model builtin();

/// A model of 6 knobs.
Model golden();

/// What comes out of a controller while 0.5 goes in.
Channels processed(flow_synth::Controller& controller, std::size_t n_samples,
                   std::size_t block = 512);

/// Appends audio to audio.
void append(Channels& all, const Channels& part);

std::vector<float> random_point(std::size_t n, unsigned seed);

std::vector<float> decoded(const flow_synth::CoreModel& model, const std::vector<float>& z);

bool is_silent(const Channels& audio);
