#include "flow_synth/engine.h"

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/InferenceMode.h>
#include <caffe2/serialize/read_adapter_interface.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/jit_exception.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "flow_synth/core_model.h"
#include "flow_synth/onset.h"
#include "flow_synth/sample_rate.h"
#include "log_mel.h"
#include "resampler.h"

namespace flow_synth {
namespace {

/// What every model has.
constexpr std::array k_methods{"resample", "features", "encode", "posterior", "decode"};

/// What some models have, and what the others lack without it. Python says the same.
struct OptionalMethod {
    const char* name;
    std::string_view lacking;
    std::string_view others;
};

constexpr OptionalMethod k_invert{.name = "invert", .lacking = "inverse", .others = "a flow model"};
constexpr OptionalMethod k_reconstruct{
    .name = "reconstruct", .lacking = "decoder", .others = "an auto-encoder or a flow model"};
constexpr OptionalMethod k_sample{
    .name = "sample", .lacking = "candidates", .others = "a flow_class model"};
constexpr OptionalMethod k_predict{
    .name = "predict", .lacking = "ear", .others = "a flow_class model"};

/// What files of versions before 4 lack; they encode and decode in its place.
constexpr const char* k_answer = "answer";

/// The family in which a sound lies where its answer does.
constexpr std::string_view k_flow_class = "flow_class";

constexpr double k_look_ahead_seconds = 0.1;

/// Pitch and velocity.
constexpr std::size_t k_note_numbers = 2;

/// So far apart do the core and LibTorch compute the same resampling, and the same log-mel in nats.
constexpr float k_resampling_tolerance = 1e-5F;
constexpr float k_log_mel_tolerance = 1e-4F;

/// The profiling executor compiles during the first two calls.
constexpr int k_warm_up_calls = 3;

/// Hands LibTorch bytes that are in memory already.
class VerifiedBytes final : public caffe2::serialize::ReadAdapterInterface {
public:
    explicit VerifiedBytes(std::vector<std::byte> bytes) : m_bytes(std::move(bytes)) {}

    size_t size() const override { return m_bytes.size(); }

    size_t read(std::uint64_t position, void* buffer, size_t n_bytes,
                const char* /*what*/) const override {
        const size_t begin = std::min<size_t>(position, m_bytes.size());
        const size_t n_read = std::min(n_bytes, m_bytes.size() - begin);
        std::memcpy(buffer, m_bytes.data() + begin, n_read);
        return n_read;
    }

private:
    std::vector<std::byte> m_bytes;
};

/// Gives the calling thread one LibTorch thread for a while. LibTorch keeps the number of threads
/// per thread, but also the number that a thread new to LibTorch begins with: the process-wide lock
/// lets no two guards overlap, so that both come back as they were.
class OneThread {
public:
    OneThread() : m_lock(s_mutex), m_n_threads(at::get_num_threads()) { at::set_num_threads(1); }

    OneThread(const OneThread&) = delete;
    OneThread& operator=(const OneThread&) = delete;

    ~OneThread() { at::set_num_threads(m_n_threads); }

private:
    inline static std::mutex s_mutex;

    std::lock_guard<std::mutex> m_lock;
    int m_n_threads;
};

/// What LibTorch says first of an error; traces follow it.
std::string first_line(const std::exception& error) {
    const std::string_view text = error.what();
    return std::string(text.substr(0, text.find('\n')));
}

void copy(const c10::IValue& value, std::span<float> numbers) {
    const at::Tensor tensor = value.toTensor().to(at::kFloat).contiguous();
    TORCH_CHECK(static_cast<std::size_t>(tensor.numel()) == numbers.size(), "a result of ",
                tensor.numel(), " numbers does not fit ", numbers.size());
    std::memcpy(numbers.data(), tensor.const_data_ptr<float>(), numbers.size_bytes());
}

/// Numbers that belong to the caller as [B, item...]; the model only reads them.
at::Tensor batch_of(std::span<const float> numbers, std::size_t item_size,
                    std::vector<std::int64_t> item) {
    item.insert(item.begin(), static_cast<std::int64_t>(numbers.size() / item_size));
    return at::from_blob(const_cast<float*>(numbers.data()), item, at::kFloat);
}

Status check_size(std::string_view what, std::span<const float> numbers, std::size_t item_size) {
    if (item_size == 0 || numbers.empty() || numbers.size() % item_size != 0) {
        return Status::refused(std::string(what) + " of " + std::to_string(numbers.size()) +
                               " numbers cannot be used; give a multiple of " +
                               std::to_string(item_size));
    }
    return {};
}

bool are_close(std::span<const float> one, std::span<const float> other, float tolerance) {
    return std::ranges::equal(
        one, other, [tolerance](float x, float y) { return std::abs(x - y) <= tolerance; });
}

}  // namespace

struct Engine::Model {
    std::shared_ptr<const CoreModel> core;
    torch::jit::Module module;
    std::mutex resampler_mutex;
    std::shared_ptr<const Resampler> resampler;
    // Whether the core's do what the file's own do.
    bool has_known_resampler = false;
    std::optional<LogMel> log_mel;

    const FeatureSettings& settings() const { return core->interface().features; }
    std::size_t n_dimensions() const { return core->n_knobs(); }
    std::size_t mel_size() const { return std::size_t{settings().n_mels} * settings().n_frames; }

    /// The core's resampler from a rate, which remembers its weights until another rate is asked
    /// for; none where only the model's own serves.
    std::shared_ptr<const Resampler> resampler_from(std::uint32_t rate_hz) {
        if (!has_known_resampler || rate_hz < k_minimum_rate_hz || rate_hz > k_maximum_rate_hz ||
            !Resampler::can_serve(rate_hz, settings().sample_rate_hz)) {
            return nullptr;
        }
        const std::scoped_lock lock(resampler_mutex);
        if (!resampler || resampler->from_hz() != rate_hz) {
            resampler = std::make_shared<const Resampler>(rate_hz, settings().sample_rate_hz);
        }
        return resampler;
    }

    bool has(const OptionalMethod& method) const {
        return module.find_method(method.name).has_value();
    }

    /// Calls a method; `take` gets its result.
    template <typename Take>
    Status call(const char* method, std::vector<c10::IValue> arguments, const Take& take) {
        const OneThread one_thread;
        const c10::InferenceMode inference;
        try {
            take(module.get_method(method)(std::move(arguments)));
            return {};
        } catch (const torch::jit::JITException& error) {
            if (error.getPythonClassName().value_or("").ends_with("InputError")) {
                return Status::refused(error.getOriginalMsg().value_or(first_line(error)));
            }
            throw;
        }
    }

    /// Calls a method of log-mel [B, n_mels, n_frames].
    template <typename Take>
    Status call_on_mel(const char* method, std::span<const float> mel, const Take& take) {
        if (Status status = check_size("a log-mel", mel, mel_size()); !status.is_ok()) {
            return status;
        }
        return call(method, {batch_of(mel, mel_size(), {settings().n_mels, settings().n_frames})},
                    take);
    }

    /// Whether the file is of a version with this method.
    bool has_answer() const { return module.find_method(k_answer).has_value(); }

    /// Whether z is that of the answer, which the core finds in no time.
    bool is_located_by_answer() const {
        return core->flow() != nullptr && has_answer() && core->interface().family == k_flow_class;
    }

    /// Maps z or v [B, D] by the core's flow, which there is.
    Status map_points(void (Flow::*map)(std::span<const float>, std::span<float>) const noexcept,
                      std::span<const float> points, std::span<float> results) const {
        const std::size_t n = n_dimensions();
        if (Status status = check_size("a point", points, n); !status.is_ok()) {
            return status;
        }
        for (std::size_t first = 0; first < points.size(); first += n) {
            (core->flow()->*map)(points.subspan(first, n), results.subspan(first, n));
        }
        return {};
    }

    /// Calls a method of z or v [B, D] that has one result.
    Status call_on_point(const char* method, std::span<const float> point,
                         std::span<float> result) {
        const std::size_t n = n_dimensions();
        if (Status status = check_size("a point", point, n); !status.is_ok()) {
            return status;
        }
        return call(method, {batch_of(point, n, {static_cast<std::int64_t>(n)})},
                    [result](const c10::IValue& value) { copy(value, result); });
    }

    /// Calls a method that only some models have.
    Status call_on_point(const OptionalMethod& method, std::span<const float> point,
                         std::span<float> result) {
        if (Status status = check_has(method); !status.is_ok()) {
            return status;
        }
        return call_on_point(method.name, point, result);
    }

    Status check_has(const OptionalMethod& method) const {
        if (has(method)) {
            return {};
        }
        return Status::refused("this model has no " + std::string(method.lacking) +
                               ": its family is '" + core->interface().family + "'; use " +
                               std::string(method.others));
    }
};

Engine::Engine(std::unique_ptr<Model> model) : m_model(std::move(model)) {}

Engine::~Engine() = default;

Status Engine::load(const std::filesystem::path& path, std::unique_ptr<Engine>& engine) {
    std::vector<std::byte> bytes;
    if (Status status = read_file(path, bytes); !status.is_ok()) {
        return status;
    }
    const auto refused = [&path](const std::string& reason) {
        return Status::refused(utf8(path) + ": " + reason);
    };
    auto model = std::make_unique<Model>();
    if (const Status status = CoreModel::parse(bytes, model->core); !status.is_ok()) {
        return refused(status.reason());
    }
    try {
        model->module = torch::jit::load(std::make_shared<VerifiedBytes>(std::move(bytes)),
                                         c10::kCPU, /*load_debug_files=*/false);
        // Files keep large weights in half precision, and beside them what computes in double.
        model->module.attr("model").toModule().to(at::kFloat);
        for (const char* method : k_methods) {
            if (!model->module.find_method(method)) {
                return refused("its model has no method '" + std::string(method) +
                               "'; export it again");
            }
        }
        std::unique_ptr<Engine> loaded(new Engine(std::move(model)));
        if (const Status status = loaded->warm_up(); !status.is_ok()) {
            return refused(status.reason());
        }
        engine = std::move(loaded);
        return {};
    } catch (const std::exception& error) {
        return refused("LibTorch cannot run it (" + first_line(error) + "); export it again");
    }
}

Status Engine::warm_up() {
    std::vector<float> audio(m_model->settings().n_samples);
    std::vector<float> mel(m_model->mel_size());
    std::vector<float> z(m_model->n_dimensions());
    std::vector<float> v(z.size());
    std::vector<float> resampled;
    const std::array note{60.0F, 100.0F};
    const std::uint32_t rate_hz = 2 * m_model->settings().sample_rate_hz;
    if (const Status status = try_core(rate_hz); !status.is_ok()) {
        return status;
    }
    for (int call = 0; call < k_warm_up_calls; ++call) {
        for (const Status& status :
             {resample(audio, audio.size(), rate_hz, resampled), features(audio, mel),
              encode(mel, z), decode(z, v), answer(mel, v),
              m_model->has(k_invert) ? invert(v, z) : Status(),
              m_model->has(k_sample) ? sample(mel, v, 1.0F, v) : Status(),
              m_model->has(k_predict) ? predict(v, note, mel) : Status()}) {
            if (!status.is_ok()) {
                return status;
            }
        }
    }
    return {};
}

/// A file may compute in another way than this program knows: half of noise tells.
Status Engine::try_core(std::uint32_t rate_hz) {
    Model& model = *m_model;
    std::vector<float> audio(model.settings().n_samples);
    std::minstd_rand generator(1);
    std::uniform_real_distribution<float> uniform(-1.0F, 1.0F);
    std::generate_n(audio.begin(), audio.size() / 2, [&] { return uniform(generator); });

    std::vector<float> own;
    if (Status status = resample(audio, audio.size(), rate_hz, own); !status.is_ok()) {
        return status;
    }
    model.has_known_resampler = true;
    std::vector<float> known;
    Status status = resample(audio, audio.size(), rate_hz, known);
    model.has_known_resampler = are_close(own, known, k_resampling_tolerance);

    own.resize(model.mel_size());
    known.resize(own.size());
    if (status.is_ok()) {
        status = features(audio, own);
    }
    if (status.is_ok() && LogMel::can_serve(model.settings())) {
        model.log_mel.emplace(model.settings());
        model.log_mel->analyse(audio, known);
        if (!are_close(own, known, k_log_mel_tolerance)) {
            model.log_mel.reset();
        }
    }
    return status;
}

const ModelFile& Engine::file() const noexcept { return m_model->core->file(); }

Status Engine::resample(std::span<const float> audio, std::size_t n_samples, std::uint32_t rate_hz,
                        std::vector<float>& resampled) {
    if (Status status = check_size("audio", audio, n_samples); !status.is_ok()) {
        return status;
    }
    if (const auto resampler = m_model->resampler_from(rate_hz)) {
        const std::size_t n_results = resampler->n_results(n_samples);
        resampled.resize(audio.size() / n_samples * n_results);
        const std::span<float> results(resampled);
        for (std::size_t sound = 0; sound * n_samples < audio.size(); ++sound) {
            resampler->resample(audio.subspan(sound * n_samples, n_samples),
                                results.subspan(sound * n_results, n_results));
        }
        return {};
    }
    return m_model->call("resample",
                         {batch_of(audio, n_samples, {static_cast<std::int64_t>(n_samples)}),
                          static_cast<std::int64_t>(rate_hz)},
                         [&resampled](const c10::IValue& value) {
                             resampled.resize(static_cast<std::size_t>(value.toTensor().numel()));
                             copy(value, resampled);
                         });
}

Status Engine::features(std::span<const float> audio, std::span<float> mel) {
    const std::size_t n_samples = m_model->settings().n_samples;
    if (Status status = check_size("audio", audio, n_samples); !status.is_ok()) {
        return status;
    }
    if (const std::optional<LogMel>& log_mel = m_model->log_mel) {
        for (std::size_t sound = 0; sound * n_samples < audio.size(); ++sound) {
            log_mel->analyse(audio.subspan(sound * n_samples, n_samples),
                             mel.subspan(sound * m_model->mel_size(), m_model->mel_size()));
        }
        return {};
    }
    return m_model->call("features",
                         {batch_of(audio, n_samples, {static_cast<std::int64_t>(n_samples)})},
                         [mel](const c10::IValue& value) { copy(value, mel); });
}

std::string_view Engine::kernel() const noexcept {
    const Flow* flow = m_model->core->flow();
    return flow != nullptr ? flow->build() : "libtorch";
}

Status Engine::encode(std::span<const float> mel, std::span<float> z) {
    if (m_model->is_located_by_answer()) {
        std::vector<float> v(z.size());
        const Status status = answer(mel, v);
        return status.is_ok() ? invert(v, z) : status;
    }
    return m_model->call_on_mel("encode", mel, [z](const c10::IValue& value) { copy(value, z); });
}

Status Engine::posterior(std::span<const float> mel, std::span<float> mean,
                         std::span<float> log_variance) {
    return m_model->call_on_mel("posterior", mel, [mean, log_variance](const c10::IValue& value) {
        const auto& moments = value.toTupleRef().elements();
        copy(moments.at(0), mean);
        copy(moments.at(1), log_variance);
    });
}

Status Engine::answer(std::span<const float> mel, std::span<float> v) {
    if (!m_model->has_answer()) {
        std::vector<float> z(v.size());
        const Status status = encode(mel, z);
        return status.is_ok() ? decode(z, v) : status;
    }
    return m_model->call_on_mel(k_answer, mel, [v](const c10::IValue& value) { copy(value, v); });
}

Status Engine::take_in(std::span<const float> audio, int sample_rate_hz,
                       std::vector<float>& heard) {
    if (sample_rate_hz < k_minimum_rate_hz || sample_rate_hz > k_maximum_rate_hz) {
        return Status::refused("a recording at " + std::to_string(sample_rate_hz) +
                               " Hz cannot be heard; give " + std::to_string(k_minimum_rate_hz) +
                               " to " + std::to_string(k_maximum_rate_hz) + " Hz");
    }
    if (!std::ranges::all_of(audio, [](float x) { return std::isfinite(x); })) {
        return Status::refused("the recording has samples that are no numbers; record again");
    }
    if (std::ranges::all_of(audio, [](float x) { return x == 0.0F; })) {
        return Status::refused("the recording is silent; record a sound");
    }
    const FeatureSettings& settings = m_model->settings();
    const double seconds = static_cast<double>(settings.n_samples) / settings.sample_rate_hz;
    const auto begun = audio.subspan(onset(audio, sample_rate_hz));
    // The resampler looks a few samples ahead of what is kept.
    const auto needed =
        static_cast<std::size_t>(std::nearbyint((seconds + k_look_ahead_seconds) * sample_rate_hz));
    const auto cut = begun.first(std::min(needed, begun.size()));
    Status status = resample(cut, cut.size(), static_cast<std::uint32_t>(sample_rate_hz), heard);
    heard.resize(settings.n_samples);
    return status;
}

Status Engine::hear(std::span<const float> audio, int sample_rate_hz, std::span<float> v,
                    std::span<float> z) {
    std::vector<float> heard;
    std::vector<float> mel(m_model->mel_size());
    Status status = take_in(audio, sample_rate_hz, heard);
    if (status.is_ok()) {
        status = features(heard, mel);
    }
    const bool is_answer_first = m_model->is_located_by_answer();
    if (status.is_ok()) {
        status = is_answer_first ? answer(mel, v) : encode(mel, z);
    }
    if (!status.is_ok()) {
        return status;
    }
    return is_answer_first ? invert(v, z) : decode(z, v);
}

Status Engine::decode(std::span<const float> z, std::span<float> v) {
    return m_model->core->flow() != nullptr ? m_model->map_points(&Flow::decode, z, v)
                                            : m_model->call_on_point("decode", z, v);
}

Status Engine::invert(std::span<const float> v, std::span<float> z) {
    return m_model->core->flow() != nullptr ? m_model->map_points(&Flow::invert, v, z)
                                            : m_model->call_on_point(k_invert, v, z);
}

Status Engine::reconstruct(std::span<const float> z, std::span<float> mel) {
    return m_model->call_on_point(k_reconstruct, z, mel);
}

Status Engine::sample(std::span<const float> mel, std::span<const float> shares, float temperature,
                      std::span<float> v) {
    const std::size_t n = m_model->n_dimensions();
    for (const Status& status : {m_model->check_has(k_sample), check_size("shares", shares, n)}) {
        if (!status.is_ok()) {
            return status;
        }
    }
    if (mel.size() != m_model->mel_size()) {
        return Status::refused(
            "candidates are drawn for one sound at a time; give one log-mel of " +
            std::to_string(m_model->mel_size()) + " numbers");
    }
    if (!(temperature > 0.0F)) {
        return Status::refused("temperature " + std::to_string(temperature) +
                               " cannot be used; give a number above 0");
    }
    const FeatureSettings& settings = m_model->settings();
    return m_model->call(
        k_sample.name,
        {batch_of(mel, mel.size(), {settings.n_mels, settings.n_frames}),
         batch_of(shares, n, {static_cast<std::int64_t>(n)}), static_cast<double>(temperature)},
        [v](const c10::IValue& value) { copy(value, v); });
}

Status Engine::predict(std::span<const float> v, std::span<const float> notes,
                       std::span<float> mel) {
    const std::size_t n = m_model->n_dimensions();
    for (const Status& status : {m_model->check_has(k_predict), check_size("a point", v, n)}) {
        if (!status.is_ok()) {
            return status;
        }
    }
    if (notes.size() != k_note_numbers * (v.size() / n)) {
        return Status::refused(std::to_string(notes.size()) + " numbers of notes do not fit " +
                               std::to_string(v.size() / n) +
                               " presets; give pitch and velocity of each");
    }
    return m_model->call(k_predict.name,
                         {batch_of(v, n, {static_cast<std::int64_t>(n)}),
                          batch_of(notes, k_note_numbers, {k_note_numbers})},
                         [mel](const c10::IValue& value) { copy(value, mel); });
}

bool Engine::hears_level() const {
    return m_model->module.attr("model")
        .toModule()
        .attr("normalisation")
        .toModule()
        .attr("hears_level")
        .toBool();
}

}  // namespace flow_synth
