#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "flow_synth/model_file.h"
#include "flow_synth/status.h"

#if defined(_WIN32)
#if defined(FLOW_SYNTH_ENGINE_BUILD)
#define FLOW_SYNTH_ENGINE_API __declspec(dllexport)
#else
#define FLOW_SYNTH_ENGINE_API __declspec(dllimport)
#endif
#else
#define FLOW_SYNTH_ENGINE_API __attribute__((visibility("default")))
#endif

namespace flow_synth {

/// A model file: its flow, if the core knows that, run by the core, all else by LibTorch with one
/// LibTorch thread.
///
/// Arrays are float32, row after row, batch first; B is the size of the input over the size of one
/// item. D = P is `file().flow_file.latent.size()`; `n_samples`, `n_mels` and `n_frames` stand
/// in `file().flow_file.features`. Input of a wrong size is refused, as is what the model itself
/// refuses or cannot do. Every other failure is a defect and throws `std::exception`.
///
/// But for `load`, calls of LibTorch are made one after the other in the whole process, whichever
/// thread makes them: each blocks until those before it are done.
class FLOW_SYNTH_ENGINE_API Engine {
public:
    /// [loader-thread, allocates, blocks] Reads and verifies a model file, has LibTorch load the
    /// verified bytes and calls every method that hosts use three times, so that no later call of
    /// those compiles anything; `posterior` and `reconstruct` are for research.
    static Status load(const std::filesystem::path& path, std::unique_ptr<Engine>& engine);

    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    ~Engine();

    /// [any-thread] What the file says about itself.
    const ModelFile& file() const noexcept;

    /// [any-thread] What runs the map z -> v: a build of the core's kernels, or "libtorch".
    std::string_view kernel() const noexcept;

    /// [control-thread, allocates, blocks] Audio [B, n_samples] at any rate -> audio [B, ...] at
    /// the model's rate; `resampled` takes the size of the result. The weights of one rate are
    /// remembered.
    Status resample(std::span<const float> audio, std::size_t n_samples, std::uint32_t rate_hz,
                    std::vector<float>& resampled);

    /// [control-thread, allocates, blocks] Audio [B, n_samples] at the model's rate ->
    /// log-mel [B, n_mels, n_frames] in nats.
    Status features(std::span<const float> audio, std::span<float> mel);

    /// [control-thread, allocates, blocks] Log-mel -> posterior mean z [B, D].
    Status encode(std::span<const float> mel, std::span<float> z);

    /// [control-thread, allocates, blocks] Log-mel -> mean and log-variance [B, D] of the
    /// posterior.
    Status posterior(std::span<const float> mel, std::span<float> mean,
                     std::span<float> log_variance);

    /// [control-thread, allocates, blocks] Log-mel -> unit values v [B, P]: one preset for each
    /// sound, in one pass.
    Status answer(std::span<const float> mel, std::span<float> v);

    /// [control-thread, allocates, blocks] Mono audio at any rate -> what a model hears of it,
    /// audio [n_samples] at the model's rate, from the onset of the sound on. Refused if it is
    /// silent, has a sample that is not finite, or another rate than 8000 to 192000 Hz.
    Status take_in(std::span<const float> audio, int sample_rate_hz, std::vector<float>& heard);

    /// [control-thread, allocates, blocks] Mono audio at any rate -> unit values v [P] of the
    /// preset that imitates it and its place z [D]. Refused as by `take_in`.
    Status hear(std::span<const float> audio, int sample_rate_hz, std::span<float> v,
                std::span<float> z);

    /// [control-thread, allocates, blocks] z [B, D] -> unit values v [B, P].
    Status decode(std::span<const float> z, std::span<float> v);

    /// [control-thread, allocates, blocks] Unit values v [B, P] -> z [B, D]; refused if the model
    /// has no inverse.
    Status invert(std::span<const float> v, std::span<float> z);

    /// [control-thread, allocates, blocks] z [B, D] -> log-mel [B, n_mels, n_frames] in nats;
    /// refused if the model has no decoder.
    Status reconstruct(std::span<const float> z, std::span<float> mel);

    /// [control-thread, allocates, blocks] Log-mel of one sound -> presets v [N, P] that may have
    /// made it. Of the shares [N, P] in [0, 1) each makes one choice: random ones give random
    /// draws. At a `temperature` below 1 they keep to what is likely. Refused if the model draws no
    /// candidates.
    Status sample(std::span<const float> mel, std::span<const float> shares, float temperature,
                  std::span<float> v);

    /// [control-thread, allocates, blocks] Unit values v [B, P] and notes [B, 2], MIDI note number
    /// and velocity -> log-mel [B, n_mels, n_frames] in nats of what they would sound like; refused
    /// if the model has no ear.
    Status predict(std::span<const float> v, std::span<const float> notes, std::span<float> mel);

    /// [any-thread] Whether the ear tells how loud sounds are, or only what is below each peak. The
    /// model must have one.
    bool hears_level() const;

private:
    struct Model;

    explicit Engine(std::unique_ptr<Model> model);

    Status warm_up();
    Status try_core(std::uint32_t rate_hz);

    std::unique_ptr<Model> m_model;
};

}  // namespace flow_synth
