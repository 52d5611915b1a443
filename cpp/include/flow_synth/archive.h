#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "flow_synth/status.h"

namespace flow_synth {

/// The entries of a ZIP archive as the exporter writes it: stored, one after the other, below one
/// top folder, followed by the central directory; no comment, no ZIP64. Views into the bytes it was
/// given.
class Archive {
public:
    /// [loader-thread, allocates] Finds all entries and checks the CRC-32 of every one.
    static Status open(std::span<const std::byte> bytes, Archive& archive);

    /// [any-thread] The content of an entry by its name below the top folder.
    std::optional<std::span<const std::byte>> find(std::string_view name) const noexcept;

private:
    struct Entry {
        std::string_view name;
        std::span<const std::byte> content;
    };

    std::vector<Entry> m_entries;
};

}  // namespace flow_synth
