#pragma once

#include <string>
#include <utility>

namespace flow_synth {

/// Whether something the user gave could be used, and if not, why: one sentence with the value,
/// what is allowed and what to do.
class [[nodiscard]] Status {
public:
    /// [any-thread] All is well.
    Status() = default;

    /// [any-thread, allocates] Refused, with the reason.
    static Status refused(std::string reason) {
        Status status;
        status.m_reason = std::move(reason);
        return status;
    }

    /// [any-thread]
    bool is_ok() const noexcept { return m_reason.empty(); }

    /// [any-thread] Empty if all is well.
    const std::string& reason() const noexcept { return m_reason; }

private:
    std::string m_reason;
};

}  // namespace flow_synth
