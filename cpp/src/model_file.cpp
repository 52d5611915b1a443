#include "flow_synth/model_file.h"

#include <utility>

#include "flow_synth/archive.h"

namespace flow_synth {
namespace {

constexpr std::string_view k_description_entry = "extra/flow_synth.json";
constexpr std::string_view k_blob_entry = "extra/flow_synth.flow";

Status refused_missing(std::string_view entry) {
    return Status::refused("it has no '" + std::string(entry) +
                           "'; give a model written by flow-synth export");
}

}  // namespace

Status ModelFile::parse(std::span<const std::byte> bytes, ModelFile& file) {
    Archive archive;
    if (Status status = Archive::open(bytes, archive); !status.is_ok()) {
        return status;
    }
    const auto description = archive.find(k_description_entry);
    if (!description) {
        return refused_missing(k_description_entry);
    }
    const auto blob = archive.find(k_blob_entry);
    if (!blob) {
        return refused_missing(k_blob_entry);
    }
    FlowFile flow_file;
    if (Status status = FlowFile::parse(*blob, flow_file); !status.is_ok()) {
        return status;
    }
    file.description.assign(reinterpret_cast<const char*>(description->data()),
                            description->size());
    file.flow_file = std::move(flow_file);
    return {};
}

}  // namespace flow_synth
