#include "flow_synth/flow_file.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <ranges>
#include <set>
#include <string_view>
#include <utility>

#include "byte_reader.h"
#include "checksum.h"

namespace flow_synth {
namespace {

constexpr std::string_view k_magic = "FSFLOW\r\n";
constexpr std::uint32_t k_oldest_version = 2;
constexpr std::uint32_t k_version = 3;
constexpr std::size_t k_header_bytes = 24;

// The least that an item of a list takes.
constexpr std::size_t k_text_bytes = 4;
constexpr std::size_t k_parameter_bytes = 3 * k_text_bytes + 4 * sizeof(double) + 2 + 4;
constexpr std::size_t k_latent_bytes = 5 * sizeof(double);
constexpr std::size_t k_axis_bytes = 3 * k_text_bytes + 4;

constexpr std::uint8_t k_torchscript = 1;  // The others are of FlowType.
constexpr std::uint8_t k_last_type = 3;
constexpr std::uint8_t k_leaky_relu = 0;

bool are_finite(const auto& numbers) {
    return std::ranges::all_of(numbers, [](auto number) { return std::isfinite(number); });
}

/// Reads the payload laid out in docs/model-file.md, in its order. The first complaint ends it:
/// from then on there is nothing to read.
class PayloadReader {
public:
    explicit PayloadReader(std::span<const std::byte> payload) noexcept : m_bytes(payload) {}

    Status read(FlowFile& file) {
        file.synth = m_bytes.text();
        file.synth_version = m_bytes.text();
        file.family = m_bytes.text();
        read_parameters(file.parameters);
        read_latent(file);
        read_axes(file);
        read_features(file.features);
        read_flow(file.flow);
        const std::size_t n_dimensions = file.latent.size();
        require(n_dimensions > 0 && file.parameters.size() == n_dimensions &&
                    file.order.size() == n_dimensions &&
                    (!file.flow || file.flow->n_dimensions == n_dimensions),
                "knobs, latent dimensions and flow are not of one size");
        require(m_bytes.remaining() == 0, "there are bytes too many");
        if (!m_complaint.empty()) {
            return Status::refused("the flow blob's content is wrong (" + m_complaint +
                                   "); export it again");
        }
        if (!m_bytes.is_ok()) {
            return Status::refused("the flow blob's content runs past its end; export it again");
        }
        return {};
    }

private:
    void require(bool is_right, std::string_view complaint) {
        if (!is_right && m_bytes.is_ok()) {
            m_complaint = complaint;
            m_bytes.stop();
        }
    }

    void read_parameters(std::vector<Parameter>& parameters) {
        parameters.resize(m_bytes.count(k_parameter_bytes));
        std::set<std::string_view> names;
        for (Parameter& parameter : parameters) {
            read_parameter(parameter);
            require(names.insert(parameter.name).second,
                    "parameter '" + parameter.name + "' is there twice");
        }
    }

    void read_parameter(Parameter& parameter) {
        Range& range = parameter.range;
        parameter.name = m_bytes.text();
        parameter.label = m_bytes.text();
        parameter.unit = m_bytes.text();
        range.minimum = m_bytes.f64();
        range.maximum = m_bytes.f64();
        parameter.default_value = m_bytes.f64();
        range.step = m_bytes.f64();
        const std::uint8_t kind = m_bytes.u8();
        const std::uint8_t curve = m_bytes.u8();
        parameter.choices.resize(m_bytes.count(k_text_bytes));
        for (std::string& choice : parameter.choices) {
            choice = m_bytes.text();
        }
        require(kind <= 2 && curve <= 1, "parameter '" + parameter.name + "' has an unknown kind");
        range.kind = static_cast<Kind>(kind);
        range.curve = static_cast<Curve>(curve);
        check_range(parameter);
    }

    void check_range(const Parameter& parameter) {
        const auto& [minimum, maximum, step, kind, curve] = parameter.range;
        const double value = parameter.default_value;
        const std::string who = "parameter '" + parameter.name + "' ";
        require(std::isfinite(maximum - minimum) && minimum < maximum && value >= minimum &&
                    value <= maximum,
                who + "has no sound range");
        require(curve == Curve::linear ||
                    (minimum > 0.0 && std::isfinite(maximum / minimum) && kind == Kind::continuous),
                who + "cannot have a log curve");
        const double n_steps = (maximum - minimum) / step;
        require(kind == Kind::continuous ||
                    (n_steps > 0.5 && std::abs(n_steps - std::round(n_steps)) <= 1e-6),
                who + "has a step that does not divide its range");
        const auto n_choices = static_cast<double>(parameter.choices.size());
        require(kind == Kind::categorical ? n_steps == n_choices - 1.0 : n_choices == 0.0,
                who + "has another number of choices than of values");
    }

    void read_latent(FlowFile& file) {
        file.latent.resize(m_bytes.count(k_latent_bytes));
        for (LatentDimension& dimension : file.latent) {
            dimension.mean = m_bytes.f64();
            dimension.standard_deviation = m_bytes.f64();
            dimension.minimum = m_bytes.f64();
            dimension.maximum = m_bytes.f64();
            dimension.effect = m_bytes.f64();
            require(are_finite(std::initializer_list<double>{
                        dimension.mean, dimension.standard_deviation, dimension.minimum,
                        dimension.maximum, dimension.effect}),
                    "a statistic is not finite");
        }
        file.order.resize(m_bytes.count(sizeof(std::uint32_t)));
        std::set<std::uint32_t> named;
        double effect = std::numeric_limits<double>::infinity();
        for (std::uint32_t& dimension : file.order) {
            dimension = m_bytes.u32();
            const bool is_known = dimension < file.latent.size();
            const double next = is_known ? file.latent[dimension].effect : effect;
            require(is_known && named.insert(dimension).second && next <= effect,
                    "the latent dimensions are not in the order of their effect");
            effect = next;
        }
    }

    void read_axes(FlowFile& file) {
        file.semantic_axes.resize(m_bytes.count(k_axis_bytes));
        for (SemanticAxis& axis : file.semantic_axes) {
            axis.name = m_bytes.text();
            axis.low = m_bytes.text();
            axis.high = m_bytes.text();
            axis.direction.resize(m_bytes.count(sizeof(double)));
            for (double& number : axis.direction) {
                number = m_bytes.f64();
            }
            require(are_finite(axis.direction) && axis.direction.size() == file.latent.size(),
                    "axis '" + axis.name + "' is no direction in the latent space");
        }
    }

    void read_features(FeatureSettings& features) {
        features.sample_rate_hz = m_bytes.u32();
        features.n_samples = m_bytes.u32();
        features.fft_size = m_bytes.u32();
        features.hop_samples = m_bytes.u32();
        features.n_mels = m_bytes.u32();
        features.n_frames = m_bytes.u32();
        features.minimum_hz = m_bytes.f64();
        features.maximum_hz = m_bytes.f64();
        features.log_floor = m_bytes.f64();
        require(are_finite(std::initializer_list<double>{features.minimum_hz, features.maximum_hz,
                                                         features.log_floor}),
                "a feature setting is not finite");
    }

    void read_flow(std::optional<FlowWeights>& flow) {
        const std::uint8_t type = m_bytes.u8();
        require(type <= k_last_type, "its type of flow is unknown");
        if (type != k_torchscript && type <= k_last_type) {
            flow.emplace().type = static_cast<FlowType>(type);
            read_weights(*flow);
        }
    }

    void read_weights(FlowWeights& flow) {
        flow.n_dimensions = m_bytes.u32();
        const std::uint32_t n_layers = m_bytes.u32();
        std::vector<std::uint32_t> widths(m_bytes.count(sizeof(std::uint32_t)));
        for (std::uint32_t& width : widths) {
            width = m_bytes.u32();
        }
        require(m_bytes.u8() == k_leaky_relu, "its activation is unknown");
        flow.negative_slope = m_bytes.f64();
        flow.margin = m_bytes.f64();
        require(flow.margin >= 0.0 && flow.margin < 0.5 && flow.negative_slope >= 0.0 &&
                    flow.negative_slope <= 1.0,
                "its margin or slope is out of range");
        const bool is_coupling = flow.type == FlowType::coupling;
        const std::uint32_t n_kept = is_coupling ? flow.n_dimensions / 2 : 0;
        widths.insert(widths.begin(), is_coupling ? n_kept : flow.n_dimensions);
        widths.push_back(2 * (flow.n_dimensions - n_kept));
        require(n_layers > 0 && std::ranges::find(widths, 0U) == widths.end(),
                "its flow has no dimension, layer or hidden unit");
        require(m_bytes.u32() == 2 + 2 * std::uint64_t{n_layers} * (widths.size() - 1),
                "it has another number of tensors than its flow");
        flow.boundary_mean = tensor("boundary.mean", {flow.n_dimensions});
        flow.boundary_std = tensor("boundary.std", {flow.n_dimensions});
        require(std::ranges::all_of(flow.boundary_std, [](float x) { return x > 0.0F; }),
                "tensor 'boundary.std' must be positive");
        for (std::uint32_t layer = 0; layer < n_layers && m_bytes.is_ok(); ++layer) {
            flow.layers.push_back(read_layer(layer, widths));
        }
    }

    std::vector<LinearMap> read_layer(std::uint32_t layer,
                                      const std::vector<std::uint32_t>& widths) {
        std::vector<LinearMap> maps;
        for (std::size_t index = 0; index + 1 < widths.size() && m_bytes.is_ok(); ++index) {
            const std::string name =
                "layers." + std::to_string(layer) + "." + std::to_string(index);
            LinearMap map;
            map.n_inputs = widths[index];
            map.n_outputs = widths[index + 1];
            map.weight = tensor(name + ".weight", {map.n_outputs, map.n_inputs});
            map.bias = tensor(name + ".bias", {map.n_outputs});
            maps.push_back(std::move(map));
        }
        return maps;
    }

    std::vector<float> tensor(const std::string& name, std::initializer_list<std::uint32_t> shape) {
        require(m_bytes.text() == name, "tensor '" + name + "' is not where it must be");
        require(m_bytes.u32() == shape.size(), "tensor '" + name + "' has another shape");
        std::uint64_t n_values = 1;
        for (const std::uint32_t size : shape) {
            require(m_bytes.u32() == size, "tensor '" + name + "' has another shape");
            n_values *= size;
        }
        std::vector<float> values = m_bytes.floats(n_values);
        require(are_finite(values), "tensor '" + name + "' holds a number that is not finite");
        return values;
    }

    ByteReader m_bytes;
    std::string m_complaint;
};

/// Checks everything before the payload, and the payload's checksum.
Status verify(std::span<const std::byte> blob, std::span<const std::byte>& payload) {
    ByteReader header(blob);
    if (header.text(k_magic.size()) != k_magic) {
        return Status::refused(
            "the flow blob does not begin as one does; give one made by flow-synth");
    }
    const std::uint32_t version = header.u32();
    header.take(4);  // Reserved.
    const std::uint64_t n_payload_bytes = header.u64();
    const auto digest = header.take(sizeof(Sha256Digest));
    if (!header.is_ok()) {
        return Status::refused("the flow blob ends after " + std::to_string(blob.size()) +
                               " bytes; export it again");
    }
    if (version < k_oldest_version || version > k_version) {
        return Status::refused(
            "the flow blob has format version " + std::to_string(version) +
            " and this program reads version " + std::to_string(k_oldest_version) + " and " +
            std::to_string(k_version) + "; update flow-synth or export the model again");
    }
    if (header.remaining() != n_payload_bytes) {
        return Status::refused("the flow blob holds " + std::to_string(header.remaining()) +
                               " bytes instead of " + std::to_string(n_payload_bytes) +
                               "; export it again");
    }
    payload = header.take(header.remaining());
    if (!std::ranges::equal(sha256({blob.first(k_header_bytes), payload}), digest)) {
        return Status::refused("the flow blob's checksum is wrong; export or download it again");
    }
    return {};
}

}  // namespace

Status FlowFile::parse(std::span<const std::byte> blob, FlowFile& file) {
    std::span<const std::byte> payload;
    if (Status status = verify(blob, payload); !status.is_ok()) {
        return status;
    }
    FlowFile content;
    if (Status status = PayloadReader(payload).read(content); !status.is_ok()) {
        return status;
    }
    file = std::move(content);
    return {};
}

}  // namespace flow_synth
