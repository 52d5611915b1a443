#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "flow_synth/flow.h"
#include "flow_synth/model_file.h"
#include "flow_synth/status.h"

namespace flow_synth {

/// A model as far as the core runs it: all but what sounds are heard with. It never changes.
class CoreModel {
public:
    /// [loader-thread, allocates] Reads and verifies the bytes of a model file; `model` is
    /// untouched when they are refused.
    static Status parse(std::span<const std::byte> bytes, std::shared_ptr<const CoreModel>& model);

    /// [loader-thread, allocates] The same of the entry `flow_synth.flow` of one alone, which is
    /// all that the core needs; its file has no description.
    static Status parse_blob(std::span<const std::byte> blob,
                             std::shared_ptr<const CoreModel>& model);

    /// [any-thread]
    const ModelFile& file() const noexcept { return m_file; }
    const FlowFile& interface() const noexcept { return m_file.flow_file; }
    std::size_t n_knobs() const noexcept { return interface().parameters.size(); }

    /// [any-thread] The map between z and knobs; null if only LibTorch can run it.
    const Flow* flow() const noexcept { return m_flow.get(); }

    /// [any-thread] Whether the built-in voice plays its knobs.
    bool is_builtin() const noexcept { return m_is_builtin; }

    /// [any-thread] The default of every knob as unit values [P].
    std::span<const float> defaults() const noexcept { return m_defaults; }

private:
    CoreModel() = default;

    /// Makes what runs from what was read.
    static Status finish(std::shared_ptr<CoreModel> content,
                         std::shared_ptr<const CoreModel>& model);

    ModelFile m_file;
    std::unique_ptr<Flow> m_flow;
    bool m_is_builtin = false;
    std::vector<float> m_defaults;
};

}  // namespace flow_synth
