#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "checksum.h"
#include "flow_synth/archive.h"
#include "flow_synth/core_model.h"
#include "flow_synth/flow.h"

// What is read from a model file must be refused or sound, whatever the file holds. A checksum
// would keep nearly all of it from the readers, so that it is made to fit first.

namespace {

using flow_synth::Archive;
using flow_synth::CoreModel;
using flow_synth::Flow;
using flow_synth::FlowFile;

constexpr std::size_t k_header_bytes = 24;
constexpr std::size_t k_digest_bytes = 32;

/// A blob whose header fits what follows.
std::vector<std::byte> sealed(std::span<const std::byte> payload) {
    constexpr std::array<char, 8> k_magic{'F', 'S', 'F', 'L', 'O', 'W', '\r', '\n'};
    std::vector<std::byte> blob(k_header_bytes + k_digest_bytes);
    std::ranges::transform(k_magic, blob.begin(), [](char letter) { return std::byte(letter); });
    blob[8] = std::byte{3};
    for (std::size_t index = 0; index < 8; ++index) {
        blob[16 + index] = std::byte(payload.size() >> (8 * index));
    }
    const auto digest = flow_synth::sha256({std::span(blob).first(k_header_bytes), payload});
    std::ranges::copy(digest, blob.begin() + k_header_bytes);
    blob.insert(blob.end(), payload.begin(), payload.end());
    return blob;
}

void run(const FlowFile& file) {
    if (!file.flow || !Flow::can_run(*file.flow)) {
        return;
    }
    std::unique_ptr<Flow> flow;
    if (!Flow::create(*file.flow, flow).is_ok()) {
        return;
    }
    std::vector<float> point(flow->n_dimensions(), 0.5F);
    flow->decode(point, point);
    if (!std::ranges::all_of(point, [](float unit) { return unit >= 0.0F && unit <= 1.0F; })) {
        std::abort();
    }
    flow->invert(point, point);
}

}  // namespace

// NOLINTBEGIN(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data), size);
    FlowFile file;
    if (FlowFile::parse(sealed(bytes), file).is_ok()) {
        run(file);
    }
    Archive archive;
    if (Archive::open(bytes, archive).is_ok()) {
        static_cast<void>(archive.find("extra/flow_synth.flow"));
    }
    std::shared_ptr<const CoreModel> model;
    static_cast<void>(CoreModel::parse(bytes, model));
    return 0;
}
// NOLINTEND(readability-identifier-naming)
