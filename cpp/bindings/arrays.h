#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "flow_synth/status.h"

// Arrays of NumPy as the core takes numbers, and its refusals as Python's errors.

namespace py = pybind11;

/// Numbers of any type and stride; copied where they must be.
using Input = py::array_t<float, py::array::c_style | py::array::forcecast>;
using Output = py::array_t<float>;
using Shape = std::vector<py::ssize_t>;

inline void raise_if_refused(const flow_synth::Status& status) {
    if (!status.is_ok()) {
        const py::object error = py::module_::import("flow_synth.error").attr("InputError");
        PyErr_SetString(error.ptr(), status.reason().c_str());
        throw py::error_already_set();
    }
}

inline std::span<const float> numbers_of(const Input& array) {
    return {array.data(), static_cast<std::size_t>(array.size())};
}

inline std::span<float> numbers_of(Output& array) {
    return {array.mutable_data(), static_cast<std::size_t>(array.size())};
}

/// The caller's own numbers, of which nothing is copied.
inline std::span<const float> memory_of(const char* name, const py::array& array,
                                        std::size_t size) {
    constexpr int k_as_it_must_be =
        int{py::array::c_style} | int{py::detail::npy_api::NPY_ARRAY_ALIGNED_};
    if (!py::isinstance<py::array_t<float>>(array) ||
        (array.flags() & k_as_it_must_be) != k_as_it_must_be ||
        static_cast<std::size_t>(array.size()) != size) {
        throw py::value_error(std::string(name) + " must be a contiguous array of " +
                              std::to_string(size) + " float32 numbers");
    }
    return {static_cast<const float*>(array.data()), size};
}

/// The caller's own memory, to be written.
inline std::span<float> writeable_memory_of(const char* name, py::array& array, std::size_t size) {
    memory_of(name, array, size);
    if (!array.writeable()) {
        throw py::value_error(std::string(name) + " must be writeable");
    }
    return {static_cast<float*>(array.mutable_data()), size};
}

/// Adds `Flow` and `Controller` to the module.
void bind_realtime(const py::module_& module);
