#include "golden.h"

#include <filesystem>
#include <span>
#include <string>

#include "byte_reader.h"
#include "catch2.h"
#include "flow_synth/archive.h"
#include "flow_synth/model_file.h"

namespace {

std::filesystem::path golden_path(const std::string& name) {
    return std::filesystem::path(FLOW_SYNTH_GOLDEN) / name;
}

std::vector<std::byte> file(const std::filesystem::path& path) {
    std::vector<std::byte> bytes;
    const auto status = flow_synth::read_file(path, bytes);
    INFO(status.reason());
    REQUIRE(status.is_ok());
    return bytes;
}

}  // namespace

std::vector<std::byte> golden_model(std::string_view name) {
    return file(golden_path(std::string(name) + ".flow.ts"));
}

std::vector<std::byte> shipped_model(std::string_view name) {
    return file(std::filesystem::path(FLOW_SYNTH_SHIPPED) / (std::string(name) + ".flow.ts"));
}

std::vector<std::byte> golden_blob(std::string_view name) {
    const auto bytes = golden_model(name);
    flow_synth::Archive archive;
    REQUIRE(flow_synth::Archive::open(bytes, archive).is_ok());
    const auto blob = archive.find("extra/flow_synth.flow");
    REQUIRE(blob.has_value());
    return {blob->begin(), blob->end()};
}

std::vector<float> golden_array(std::string_view name) {
    const auto bytes = file(golden_path(std::string(k_golden) + "-" + std::string(name) + ".npy"));
    flow_synth::ByteReader reader(bytes);
    REQUIRE(reader.text(6) == "\x93NUMPY");
    reader.take(2);  // Version 1.0.
    reader.take(reader.u16());
    return reader.floats(reader.remaining() / sizeof(float));
}
