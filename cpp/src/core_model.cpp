#include "flow_synth/core_model.h"

#include <builtin_parameters.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace flow_synth {
namespace {

using generated::BuiltinParameter;
using generated::k_builtin_parameters;

constexpr std::string_view k_builtin = "builtin";

bool plays_builtin(const FlowFile& file) {
    return file.synth == k_builtin &&
           std::ranges::equal(
               file.parameters, k_builtin_parameters, {}, &Parameter::name,
               [](const BuiltinParameter& knob) { return std::string_view(knob.name); });
}

}  // namespace

Status CoreModel::parse(std::span<const std::byte> bytes, std::shared_ptr<const CoreModel>& model) {
    std::shared_ptr<CoreModel> content(new CoreModel);
    const Status status = ModelFile::parse(bytes, content->m_file);
    return status.is_ok() ? finish(std::move(content), model) : status;
}

Status CoreModel::parse_blob(std::span<const std::byte> blob,
                             std::shared_ptr<const CoreModel>& model) {
    std::shared_ptr<CoreModel> content(new CoreModel);
    const Status status = FlowFile::parse(blob, content->m_file.flow_file);
    return status.is_ok() ? finish(std::move(content), model) : status;
}

Status CoreModel::finish(std::shared_ptr<CoreModel> content,
                         std::shared_ptr<const CoreModel>& model) {
    const FlowFile& file = content->interface();
    if (file.flow && Flow::can_run(*file.flow)) {
        if (Status status = Flow::create(*file.flow, content->m_flow); !status.is_ok()) {
            return status;
        }
    }
    content->m_is_builtin = plays_builtin(file);
    for (const Parameter& parameter : file.parameters) {
        content->m_defaults.push_back(
            static_cast<float>(parameter.range.to_unit(parameter.default_value)));
    }
    model = std::move(content);
    return {};
}

}  // namespace flow_synth
