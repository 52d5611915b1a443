#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "arrays.h"
#include "flow_synth/builtin_voice.h"
#include "flow_synth/candidates.h"
#include "flow_synth/engine.h"
#include "flow_synth/pitch.h"

namespace {

using flow_synth::BuiltinVoice;
using flow_synth::Engine;
using flow_synth::Status;

std::string text(const Shape& shape) {
    std::string numbers;
    for (const py::ssize_t size : shape) {
        numbers += (numbers.empty() ? "" : ", ") + std::to_string(size);
    }
    return "(" + numbers + ")";
}

/// The size of the batch of an array [B, item...].
py::ssize_t batch_of(const char* name, const Input& array, const Shape& item) {
    const Shape shape(array.shape(), array.shape() + array.ndim());
    if (shape.size() != item.size() + 1 || shape[0] == 0 ||
        !std::equal(item.begin(), item.end(), shape.begin() + 1)) {
        Shape wanted = item;
        wanted.insert(wanted.begin(), 1);
        throw py::value_error(std::string(name) + " has shape " + text(shape) + "; give " +
                              text(wanted) + " or a larger batch");
    }
    return shape[0];
}

/// Python's view of an engine.
class Model {
public:
    explicit Model(const std::filesystem::path& path) {
        Status status;
        {
            const py::gil_scoped_release release;
            status = Engine::load(path, m_engine);
        }
        raise_if_refused(status);
    }

    std::string_view kernel() const { return m_engine->kernel(); }

    py::object info() const {
        return py::module_::import("json").attr("loads")(m_engine->file().description);
    }

    Output resample(const Input& audio, std::uint32_t rate) {
        const py::ssize_t n_samples = audio.ndim() == 2 ? audio.shape(1) : 1;
        const py::ssize_t batch = batch_of("audio", audio, {n_samples});
        std::vector<float> resampled;
        compute([&] {
            return m_engine->resample(numbers_of(audio), static_cast<std::size_t>(n_samples), rate,
                                      resampled);
        });
        const auto n_resampled = static_cast<py::ssize_t>(resampled.size()) / batch;
        return Output({batch, n_resampled}, resampled.data());
    }

    Output features(const Input& audio) {
        Output mel(batched(batch_of("audio", audio, {settings().n_samples}), mel_shape()));
        compute([&] { return m_engine->features(numbers_of(audio), numbers_of(mel)); });
        return mel;
    }

    Output encode(const Input& mel) {
        Output z(batched(batch_of("mel", mel, mel_shape()), point_shape()));
        compute([&] { return m_engine->encode(numbers_of(mel), numbers_of(z)); });
        return z;
    }

    std::tuple<Output, Output> posterior(const Input& mel) {
        const Shape shape = batched(batch_of("mel", mel, mel_shape()), point_shape());
        Output mean(shape);
        Output log_variance(shape);
        compute([&] {
            return m_engine->posterior(numbers_of(mel), numbers_of(mean), numbers_of(log_variance));
        });
        return {mean, log_variance};
    }

    Output answer(const Input& mel) {
        Output v(batched(batch_of("mel", mel, mel_shape()), point_shape()));
        compute([&] { return m_engine->answer(numbers_of(mel), numbers_of(v)); });
        return v;
    }

    std::tuple<Output, Output> hear(const Input& audio, int sample_rate_hz) {
        if (audio.ndim() != 1) {
            throw py::value_error("audio must be mono, [samples]");
        }
        Output v(point_shape());
        Output z(point_shape());
        compute([&] {
            return m_engine->hear(numbers_of(audio), sample_rate_hz, numbers_of(v), numbers_of(z));
        });
        return {v, z};
    }

    Output decode(const Input& z) {
        Output v(batched(batch_of("z", z, point_shape()), point_shape()));
        compute([&] { return m_engine->decode(numbers_of(z), numbers_of(v)); });
        return v;
    }

    Output invert(const Input& v) {
        Output z(batched(batch_of("v", v, point_shape()), point_shape()));
        compute([&] { return m_engine->invert(numbers_of(v), numbers_of(z)); });
        return z;
    }

    Output reconstruct(const Input& z) {
        Output mel(batched(batch_of("z", z, point_shape()), mel_shape()));
        compute([&] { return m_engine->reconstruct(numbers_of(z), numbers_of(mel)); });
        return mel;
    }

    Output sample(const Input& mel, const Input& shares, float temperature) {
        batch_of("mel", mel, mel_shape());
        Output v(batched(batch_of("shares", shares, point_shape()), point_shape()));
        compute([&] {
            return m_engine->sample(numbers_of(mel), numbers_of(shares), temperature,
                                    numbers_of(v));
        });
        return v;
    }

    Output predict(const Input& v, const Input& notes) {
        Output mel(batched(batch_of("v", v, point_shape()), mel_shape()));
        batch_of("notes", notes, {2});
        compute(
            [&] { return m_engine->predict(numbers_of(v), numbers_of(notes), numbers_of(mel)); });
        return mel;
    }

    std::tuple<Output, Output> candidates(const Input& audio, int sample_rate_hz, const Input& held,
                                          std::size_t count) {
        flow_synth::Candidates found;
        compute([&] {
            return flow_synth::find_candidates(*m_engine, numbers_of(audio), sample_rate_hz,
                                               numbers_of(held), count, found);
        });
        const auto n_found = static_cast<py::ssize_t>(found.similarities_percent.size());
        return {Output(batched(n_found, point_shape()), found.v.data()),
                Output(n_found, found.similarities_percent.data())};
    }

private:
    template <typename Call>
    static void compute(const Call& call) {
        Status status;
        {
            const py::gil_scoped_release release;
            status = call();
        }
        raise_if_refused(status);
    }

    static Shape batched(py::ssize_t batch, Shape item) {
        item.insert(item.begin(), batch);
        return item;
    }

    const flow_synth::FeatureSettings& settings() const {
        return m_engine->file().flow_file.features;
    }

    Shape mel_shape() const { return {settings().n_mels, settings().n_frames}; }
    Shape point_shape() const {
        return {static_cast<py::ssize_t>(m_engine->file().flow_file.latent.size())};
    }

    std::unique_ptr<Engine> m_engine;
};

std::optional<double> detect_pitch(const Input& audio, int sample_rate_hz) {
    const py::gil_scoped_release release;
    return flow_synth::detect_pitch(numbers_of(audio), sample_rate_hz);
}

Status check_units(std::span<const float> units) {
    for (const float unit : units) {
        if (std::isnan(unit) || unit < 0.0F || unit > 1.0F) {
            return Status::refused("a preset has the value " + std::to_string(unit) +
                                   "; give unit values from 0 to 1");
        }
    }
    return {};
}

Output render_builtin(const Input& values, double pitch, int velocity, std::size_t held_samples,
                      std::size_t total_samples) {
    const auto n_parameters = static_cast<py::ssize_t>(BuiltinVoice::n_parameters());
    if (values.ndim() != 1 || values.shape(0) != n_parameters) {
        throw py::value_error("values must be [" + std::to_string(n_parameters) + "] unit values");
    }
    if (held_samples > total_samples) {
        throw py::value_error("held_samples must not exceed total_samples");
    }
    Output audio({std::size_t{2}, total_samples});
    const std::span<const float> units = numbers_of(values);
    raise_if_refused(check_units(units));
    const std::span<float> left = numbers_of(audio).first(total_samples);
    const std::span<float> right = numbers_of(audio).last(total_samples);
    {
        const py::gil_scoped_release release;
        BuiltinVoice voice;
        for (std::size_t index = 0; index < units.size(); ++index) {
            voice.set_parameter(index, units[index]);
        }
        voice.note_on(pitch, velocity);
        voice.process(left.first(held_samples), right.first(held_samples));
        voice.note_off();
        voice.process(left.subspan(held_samples), right.subspan(held_samples));
    }
    return audio;
}

}  // namespace

PYBIND11_MODULE(_native, module) {
    // Torch's own start-up comes before any use of the LibTorch that both share.
    py::module_::import("torch");
    module.doc() = "The native engine: what hosts run, for Python.";
    py::class_<Model>(module, "Model")
        .def_static(
            "load", [](const std::filesystem::path& path) { return std::make_unique<Model>(path); },
            py::arg("path"))
        .def_property_readonly("kernel", &Model::kernel)
        .def("info", &Model::info)
        .def("resample", &Model::resample, py::arg("audio"), py::arg("rate"))
        .def("features", &Model::features, py::arg("audio"))
        .def("encode", &Model::encode, py::arg("mel"))
        .def("posterior", &Model::posterior, py::arg("mel"))
        .def("answer", &Model::answer, py::arg("mel"))
        .def("hear", &Model::hear, py::arg("audio"), py::arg("sample_rate_hz"))
        .def("decode", &Model::decode, py::arg("z"))
        .def("invert", &Model::invert, py::arg("v"))
        .def("reconstruct", &Model::reconstruct, py::arg("z"))
        .def("sample", &Model::sample, py::arg("mel"), py::arg("shares"), py::arg("temperature"))
        .def("predict", &Model::predict, py::arg("v"), py::arg("notes"))
        .def("candidates", &Model::candidates, py::arg("audio"), py::arg("sample_rate_hz"),
             py::arg("held"), py::arg("count"));
    module.def("detect_pitch", &detect_pitch, py::arg("audio"), py::arg("sample_rate_hz"));
    module.def("render_builtin", &render_builtin, py::arg("values"), py::arg("pitch"),
               py::arg("velocity"), py::arg("held_samples"), py::arg("total_samples"));
    bind_realtime(module);
}
