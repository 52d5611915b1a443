#include <pybind11/stl/filesystem.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "arrays.h"
#include "flow_synth/controller.h"

namespace {

using flow_synth::Controller;
using flow_synth::CoreModel;
using flow_synth::Point;
using flow_synth::Recording;
using flow_synth::Status;

std::shared_ptr<const CoreModel> loaded(const std::filesystem::path& path) {
    std::shared_ptr<const CoreModel> model;
    Status status;
    {
        const py::gil_scoped_release release;
        std::vector<std::byte> bytes;
        status = flow_synth::read_file(path, bytes);
        if (status.is_ok()) {
            status = CoreModel::parse(bytes, model);
            if (!status.is_ok()) {
                status = Status::refused(flow_synth::utf8(path) + ": " + status.reason());
            }
        }
    }
    raise_if_refused(status);
    return model;
}

/// Python's view of a flow: no LibTorch, and nothing is copied.
class Flow {
public:
    explicit Flow(const std::filesystem::path& path) : m_model(loaded(path)) {
        if (m_model->flow() == nullptr) {
            raise_if_refused(Status::refused(
                flow_synth::utf8(path) + ": only LibTorch runs the map of this model; use Model"));
        }
    }

    std::size_t n_dimensions() const { return m_model->n_knobs(); }
    std::size_t n_weight_bytes() const { return m_model->flow()->n_weight_bytes(); }
    std::string_view kernel() const { return m_model->flow()->build(); }

    void decode(const py::array& z, py::array& v) const {
        const auto from = memory_of("z", z, n_dimensions());
        const auto to = writeable_memory_of("v", v, n_dimensions());
        const py::gil_scoped_release release;
        m_model->flow()->decode(from, to);
    }

    void invert(const py::array& v, py::array& z) const {
        const auto from = memory_of("v", v, n_dimensions());
        const auto to = writeable_memory_of("z", z, n_dimensions());
        const py::gil_scoped_release release;
        m_model->flow()->invert(from, to);
    }

private:
    std::shared_ptr<const CoreModel> m_model;
};

void process(Controller& controller, const py::array& input, py::array& left, py::array& right) {
    const auto n_samples = static_cast<std::size_t>(input.size());
    const auto in = memory_of("input", input, n_samples);
    const auto out_left = writeable_memory_of("left", left, n_samples);
    const auto out_right = writeable_memory_of("right", right, n_samples);
    const py::gil_scoped_release release;
    controller.process(in, out_left, out_right);
}

py::object take_point(Controller& controller) {
    Point point;
    if (!controller.take_point(point)) {
        return py::none();
    }
    return py::make_tuple(Output(static_cast<py::ssize_t>(point.v.size()), point.v.data()),
                          Output(static_cast<py::ssize_t>(point.z.size()), point.z.data()),
                          point.is_heard());
}

py::object take_recording(Controller& controller) {
    Recording recording;
    if (!controller.take_recording(recording)) {
        return py::none();
    }
    return py::make_tuple(
        recording.number, recording.sample_rate_hz,
        Output(static_cast<py::ssize_t>(recording.audio.size()), recording.audio.data()));
}

/// A method that may refuse, as one that raises.
template <typename... Arguments>
auto raising(Status (Controller::*method)(Arguments...)) {
    return [method](Controller& controller, Arguments... arguments) {
        raise_if_refused((controller.*method)(arguments...));
    };
}

}  // namespace

void bind_realtime(const py::module_& module) {
    py::class_<Flow>(module, "Flow")
        .def_static(
            "load", [](const std::filesystem::path& path) { return Flow(path); }, py::arg("path"))
        .def_property_readonly("n_dimensions", &Flow::n_dimensions)
        .def_property_readonly("n_weight_bytes", &Flow::n_weight_bytes)
        .def_property_readonly("kernel", &Flow::kernel)
        .def("decode", &Flow::decode, py::arg("z"), py::arg("v"))
        .def("invert", &Flow::invert, py::arg("v"), py::arg("z"));
    py::class_<Controller>(module, "Controller")
        .def(py::init<>())
        .def("prepare", raising(&Controller::prepare), py::arg("sample_rate_hz"))
        .def("reset", &Controller::reset)
        .def(
            "load",
            [](Controller& controller, const std::filesystem::path& path) {
                controller.set_model(loaded(path));
            },
            py::arg("path"))
        .def("collect", &Controller::collect)
        .def(
            "set_point",
            [](Controller& controller, const Input& point) {
                raise_if_refused(controller.set_point(numbers_of(point)));
            },
            py::arg("point"))
        .def(
            "hold",
            [](Controller& controller, const Input& units) {
                raise_if_refused(controller.hold(numbers_of(units)));
            },
            py::arg("units"))
        .def("set_glide_seconds", raising(&Controller::set_glide_seconds), py::arg("seconds"))
        .def("set_voice", &Controller::set_voice, py::arg("is_on"))
        .def("set_blocking", &Controller::set_blocking, py::arg("is_blocking"))
        .def("set_listened", &Controller::set_listened, py::arg("is_listened"))
        .def("note", raising(&Controller::note), py::arg("pitch"), py::arg("velocity"))
        .def("all_notes_off", raising(&Controller::all_notes_off))
        .def("start_recording", raising(&Controller::start_recording))
        .def("stop_recording", raising(&Controller::stop_recording))
        .def("take_point", &take_point)
        .def("process", &process, py::arg("input"), py::arg("left"), py::arg("right"))
        .def("take_recording", &take_recording)
        .def(
            "deliver",
            [](Controller& controller, std::uint32_t number, const Input& z, const Input& v) {
                controller.deliver(number, numbers_of(z), numbers_of(v));
            },
            py::arg("number"), py::arg("z"), py::arg("v"))
        .def_property_readonly("n_late", &Controller::n_late)
        .def_property_readonly("latency_samples", &Controller::latency_samples);
}
