#include "instrument.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace flow_synth {
namespace {

/// An archive begins with it.
constexpr std::array k_archive_begin{std::byte{'P'}, std::byte{'K'}};

bool is_archive(std::span<const std::byte> bytes) {
    return bytes.size() >= k_archive_begin.size() &&
           std::ranges::equal(bytes.first(k_archive_begin.size()), k_archive_begin);
}

}  // namespace

Status Instrument::load(std::span<const std::byte> bytes) {
    std::shared_ptr<const CoreModel> model;
    const Status status =
        is_archive(bytes) ? CoreModel::parse(bytes, model) : CoreModel::parse_blob(bytes, model);
    if (status.is_ok()) {
        // The one before the last plays no more, and this one could not play before it is gone.
        m_controller.collect();
        m_explorer.set_model(std::move(model));
    }
    return status;
}

void Instrument::process(std::size_t n_samples) noexcept FLOW_SYNTH_REALTIME {
    const std::size_t n = std::min(n_samples, k_block_samples);
    const auto left = std::span(m_left).first(n);
    // Nothing is recorded: what comes in may be anything.
    m_controller.process(left, left, std::span(m_right).first(n));
}

Status Instrument::check_map(std::size_t n_numbers) const {
    if (model() == nullptr) {
        return Status::refused("there is no model yet; load one");
    }
    if (model()->flow() == nullptr) {
        return Status::refused("this model has no map that a page could run; load a flow model");
    }
    if (n_numbers != model()->n_knobs()) {
        return Status::refused(std::to_string(n_numbers) + " numbers cannot be mapped; give " +
                               std::to_string(model()->n_knobs()));
    }
    return {};
}

Status Instrument::decode(std::span<float> numbers) const {
    Status status = check_map(numbers.size());
    if (status.is_ok()) {
        model()->flow()->decode(numbers, numbers);
    }
    return status;
}

Status Instrument::invert(std::span<float> numbers) const {
    Status status = check_map(numbers.size());
    if (status.is_ok()) {
        model()->flow()->invert(numbers, numbers);
    }
    return status;
}

}  // namespace flow_synth
