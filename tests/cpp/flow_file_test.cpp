#include "flow_synth/flow_file.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "catch2.h"
#include "checksum.h"
#include "golden.h"
#include "reference_flow.h"

using flow_synth::Curve;
using flow_synth::FlowFile;
using flow_synth::Kind;
using flow_synth::Status;

namespace {

// Header of docs/model-file.md: 24 bytes, then 32 of checksum.
constexpr std::size_t k_version_at = 8;
constexpr std::size_t k_digest_at = 24;
constexpr std::size_t k_payload_at = 56;

FlowFile parsed(std::span<const std::byte> blob) {
    FlowFile file;
    const Status status = FlowFile::parse(blob, file);
    INFO(status.reason());
    REQUIRE(status.is_ok());
    return file;
}

/// Gives a changed blob the checksum that fits it.
void seal(std::vector<std::byte>& blob) {
    const std::span<const std::byte> bytes(blob);
    const auto digest = flow_synth::sha256({bytes.first(k_digest_at), bytes.subspan(k_payload_at)});
    std::ranges::copy(digest, blob.begin() + k_digest_at);
}

}  // namespace

TEST_CASE("the golden blob holds what was written") {
    const FlowFile file = parsed(golden_blob());
    CHECK(file.synth == "golden");
    CHECK(file.synth_version == "1");
    CHECK(file.family == "flow_post");
    REQUIRE(file.parameters.size() == 6);
    CHECK(file.parameters[1].name == "cutoff");
    CHECK(file.parameters[1].label == "Fr\xC3\xA9quence de coupure");
    CHECK(file.parameters[1].unit == "Hz");
    CHECK(file.parameters[1].default_value == 440.5);
    CHECK(file.parameters[1].range.minimum == 20.0);
    CHECK(file.parameters[1].range.maximum == 20000.0);
    CHECK(file.parameters[1].range.curve == Curve::log);
    CHECK(file.parameters[3].range.kind == Kind::categorical);
    CHECK(file.parameters[3].choices == std::vector<std::string>{"low", "band", "high"});
    CHECK(file.parameters[5].range.kind == Kind::ordinal);
    CHECK(file.parameters[5].range.step == 2.5);
    REQUIRE(file.semantic_axes.size() == 1);
    CHECK(file.semantic_axes[0].name == "brightness");
    CHECK(file.semantic_axes[0].low == "dark");
    CHECK(file.semantic_axes[0].high == "bright");
    CHECK(file.semantic_axes[0].direction == std::vector<double>{1, 0, -0.5, 0, 0, 2});
    CHECK(file.features.sample_rate_hz == 22050);
    CHECK(file.features.n_samples == 88200);
    CHECK(file.features.n_mels == 128);
    CHECK(file.features.n_frames == 87);
    CHECK(file.features.log_floor == 1e-5);
    REQUIRE(file.flow);
    CHECK(file.flow->layers.size() == 3);
    CHECK(file.flow->layers[0].size() == 3);
    CHECK(file.flow->margin == 0.05);
    CHECK(file.flow->negative_slope == 0.1);
}

TEST_CASE("the blob of a map that only LibTorch runs holds everything but the map") {
    const FlowFile flow = parsed(golden_blob());
    const FlowFile file = parsed(golden_blob(k_golden_one_way));
    CHECK(file.family == "mlp");
    CHECK_FALSE(file.flow);
    REQUIRE(file.parameters.size() == flow.parameters.size());
    for (std::size_t index = 0; index < file.parameters.size(); ++index) {
        CHECK(file.parameters[index].name == flow.parameters[index].name);
    }
    CHECK(file.latent.size() == flow.latent.size());
    CHECK(file.order.size() == flow.order.size());
    CHECK(file.semantic_axes.size() == flow.semantic_axes.size());
    CHECK(file.features.n_samples == flow.features.n_samples);
}

TEST_CASE("a blob with an unknown type of flow is refused") {
    auto blob = golden_blob(k_golden_one_way);
    blob.back() = std::byte{4};
    seal(blob);
    FlowFile file;
    CHECK(FlowFile::parse(blob, file).reason().find("its type of flow is unknown") !=
          std::string::npos);
}

TEST_CASE("the blob alone suffices to decode") {
    const FlowFile file = parsed(golden_blob());
    const auto z = golden_array("z");
    const auto v = golden_array("v");
    REQUIRE(file.flow);
    const std::size_t n = file.flow->n_dimensions;
    REQUIRE(z.size() == 16 * n);
    REQUIRE(v.size() == z.size());
    for (std::size_t row = 0; row < 16; ++row) {
        const auto begin = z.begin() + static_cast<std::ptrdiff_t>(row * n);
        const auto found = decoded(*file.flow, {begin, begin + static_cast<std::ptrdiff_t>(n)});
        for (std::size_t i = 0; i < n; ++i) {
            // The golden values are float32: a chain of 3 layers keeps 1e-5.
            CHECK(std::abs(found[i] - static_cast<double>(v[row * n + i])) <= 1e-5);
        }
    }
}

TEST_CASE("a truncated blob is refused, wherever it ends") {
    const auto blob = golden_blob(GENERATE(k_golden, k_golden_one_way));
    for (std::size_t size = 0; size < blob.size(); ++size) {
        FlowFile file;
        CHECK_FALSE(FlowFile::parse(std::span(blob).first(size), file).is_ok());
    }
}

TEST_CASE("a blob truncated inside is refused even with a fitting checksum") {
    const auto blob = golden_blob(GENERATE(k_golden, k_golden_one_way));
    for (std::size_t size = k_payload_at; size < blob.size(); ++size) {
        std::vector<std::byte> shorter(blob.begin(),
                                       blob.begin() + static_cast<std::ptrdiff_t>(size));
        const std::uint64_t n_payload_bytes = size - k_payload_at;
        for (std::size_t index = 0; index < 8; ++index) {
            shorter[16 + index] = static_cast<std::byte>(n_payload_bytes >> (8 * index));
        }
        seal(shorter);
        FlowFile file;
        CHECK(FlowFile::parse(shorter, file).reason().find("runs past its end") !=
              std::string::npos);
    }
}

TEST_CASE("a blob with a flipped bit is refused") {
    const auto blob = golden_blob(GENERATE(k_golden, k_golden_one_way));
    for (std::size_t bit = 0; bit < 8 * blob.size(); ++bit) {
        auto damaged = blob;
        damaged[bit / 8] ^= std::byte{1} << (bit % 8);
        FlowFile file;
        const Status status = FlowFile::parse(damaged, file);
        if (status.is_ok()) {
            FAIL("bit " << bit << " may be flipped");
        }
    }
}

TEST_CASE("a wrong blob with a fitting checksum is refused or sound") {
    const auto blob = golden_blob(GENERATE(k_golden, k_golden_one_way));
    const FlowFile golden = parsed(blob);
    // Under a sanitizer every third, which comes to each of the eight of a byte in turn.
    for (std::size_t bit = 8 * k_payload_at; bit < 8 * blob.size(); bit += FLOW_SYNTH_BIT_STEP) {
        auto changed = blob;
        changed[bit / 8] ^= std::byte{1} << (bit % 8);
        seal(changed);
        FlowFile file;
        if (!FlowFile::parse(changed, file).is_ok()) {
            continue;
        }
        // One bit changes a name or a number, never a size.
        CHECK(file.parameters.size() == golden.parameters.size());
        CHECK(file.latent.size() == golden.latent.size());
        CHECK(file.order.size() == golden.order.size());
        REQUIRE(file.flow.has_value() == golden.flow.has_value());
        for (const auto& parameter : file.parameters) {
            INFO(parameter.name << ' ' << parameter.range.minimum << ' '
                                << parameter.range.maximum);
            const double human = parameter.range.to_human(0.5);
            const double rounding = 1e-12 * std::abs(human);
            CHECK(human >= parameter.range.minimum - rounding);
            CHECK(human <= parameter.range.maximum + rounding);
        }
        if (file.flow) {
            CHECK(file.flow->layers.size() == golden.flow->layers.size());
            const auto v = decoded(*file.flow, std::vector<double>(file.latent.size(), 0.5));
            CHECK(v.size() == golden.flow->n_dimensions);
        }
    }
}

TEST_CASE("a blob of another version is refused by its version") {
    auto blob = golden_blob();
    const auto version = GENERATE(1, 4);
    blob[k_version_at] = static_cast<std::byte>(version);
    seal(blob);
    FlowFile file;
    CHECK(
        FlowFile::parse(blob, file).reason() ==
        "the flow blob has format version " + std::to_string(version) +
            " and this program reads version 2 and 3; update flow-synth or export the model again");
}

TEST_CASE("a refused blob leaves the file as it was") {
    const auto blob = golden_blob();
    FlowFile file = parsed(blob);
    CHECK_FALSE(FlowFile::parse(std::span(blob).first(100), file).is_ok());
    CHECK(file.synth == "golden");
}
