#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "flow_synth/flow_file.h"
#include "flow_synth/realtime.h"
#include "flow_synth/status.h"

namespace flow_synth {

/// The map between the audio space z and the knobs v, laid out for the processor at hand. It never
/// changes, so that any number of threads may use it at once; what a call needs lies on its stack.
class Flow {
public:
    /// [any-thread] Whether a flow has two hidden layers and no more than the core has room for.
    static bool can_run(const FlowWeights& weights) noexcept;

    /// [loader-thread, allocates] Lays out the weights of a model file; `flow` is untouched when
    /// they are refused. It must be one that the core can run.
    static Status create(const FlowWeights& weights, std::unique_ptr<Flow>& flow);

    Flow(const Flow&) = delete;
    Flow& operator=(const Flow&) = delete;
    ~Flow();

    /// [any-thread] D = P.
    std::size_t n_dimensions() const noexcept;

    /// [any-thread] Bytes of weights that either way reads.
    std::size_t n_weight_bytes() const noexcept;

    /// [any-thread] For which processor the code in use was compiled: "baseline" or "avx2".
    std::string_view build() const noexcept;

    /// [audio-thread] z [D] -> unit values v [D]; what is not finite gives some values, too.
    void decode(std::span<const float> z, std::span<float> v) const noexcept FLOW_SYNTH_REALTIME;

    /// [audio-thread] Unit values v [D], drawn into [0, 1] -> z [D].
    void invert(std::span<const float> v, std::span<float> z) const noexcept FLOW_SYNTH_REALTIME;

private:
    struct Packed;

    explicit Flow(std::unique_ptr<const Packed> packed) noexcept;

    std::unique_ptr<const Packed> m_packed;
};

}  // namespace flow_synth
