#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "flow_synth/core_model.h"

// Reads a model file, behind its size as 4 bytes, and then points z of float32 from the standard
// input, and writes for each the knobs and the z of those to the standard output.

namespace {

std::vector<std::byte> everything() {
    std::vector<std::byte> bytes;
    std::array<std::byte, 4096> buffer{};
    while (const std::size_t n_read = std::fread(buffer.data(), 1, buffer.size(), stdin)) {
        bytes.insert(bytes.end(), buffer.begin(),
                     buffer.begin() + static_cast<std::ptrdiff_t>(n_read));
    }
    return bytes;
}

}  // namespace

int main() {
    const std::vector<std::byte> bytes = everything();
    const std::span<const std::byte> input(bytes);
    std::uint32_t size = 0;
    std::memcpy(&size, input.data(), sizeof(size));
    std::shared_ptr<const flow_synth::CoreModel> model;
    const auto status = flow_synth::CoreModel::parse(input.subspan(sizeof(size), size), model);
    if (!status.is_ok()) {
        std::fprintf(stderr, "%s\n", status.reason().c_str());
        return 1;
    }
    const auto points = input.subspan(sizeof(size) + size);
    std::vector<float> z(model->n_knobs());
    std::vector<float> v(model->n_knobs());
    const std::size_t n_bytes = z.size() * sizeof(float);
    for (std::size_t begin = 0; begin + n_bytes <= points.size(); begin += n_bytes) {
        std::memcpy(z.data(), points.data() + begin, n_bytes);
        model->flow()->decode(z, v);
        model->flow()->invert(v, z);
        std::fwrite(v.data(), 1, n_bytes, stdout);
        std::fwrite(z.data(), 1, n_bytes, stdout);
    }
    return 0;
}
