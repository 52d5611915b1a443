#include "blob_archive.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "checksum.h"

// The records are those of PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.

namespace flow_synth {
namespace {

constexpr std::string_view k_description = "{}";

/// What an archive is made of, back to back.
class Bytes {
public:
    void reserve(std::size_t n_bytes) { m_bytes.reserve(n_bytes); }
    std::size_t size() const noexcept { return m_bytes.size(); }

    void u16(std::size_t value) { integer(value, sizeof(std::uint16_t)); }
    void u32(std::size_t value) { integer(value, sizeof(std::uint32_t)); }

    void add(std::span<const std::byte> bytes) {
        m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end());
    }

    std::vector<std::byte> take() && { return std::move(m_bytes); }

private:
    void integer(std::size_t value, std::size_t n_bytes) {
        for (std::size_t index = 0; index < n_bytes; ++index) {
            m_bytes.push_back(static_cast<std::byte>(value >> (8 * index)));
        }
    }

    std::vector<std::byte> m_bytes;
};

struct Entry {
    std::string_view name;
    std::span<const std::byte> content;
    std::uint32_t crc32 = 0;
    std::size_t offset = 0;
};

/// What a local header and the central directory both say.
void add_header(Bytes& bytes, const Entry& entry) {
    bytes.u16(20);  // Version needed to extract: 2.0.
    bytes.u16(0);   // Flags.
    bytes.u16(0);   // Stored.
    bytes.u32(0);   // Time and date.
    bytes.u32(entry.crc32);
    bytes.u32(entry.content.size());
    bytes.u32(entry.content.size());
    bytes.u16(entry.name.size());
    bytes.u16(0);  // Extra field.
}

void add_content(Bytes& bytes, Entry& entry) {
    entry.offset = bytes.size();
    entry.crc32 = crc32(entry.content);
    bytes.u32(0x04034b50);
    add_header(bytes, entry);
    bytes.add(std::as_bytes(std::span(entry.name)));
    bytes.add(entry.content);
}

void add_directory_entry(Bytes& bytes, const Entry& entry) {
    bytes.u32(0x02014b50);
    bytes.u16(20);  // Version made by.
    add_header(bytes, entry);
    bytes.u16(0);           // Comment.
    bytes.u16(0);           // Disk.
    bytes.u16(0);           // Internal attributes,
    bytes.u32(0x01800000);  // and external ones: a file that its owner may read and write.
    bytes.u32(entry.offset);
    bytes.add(std::as_bytes(std::span(entry.name)));
}

}  // namespace

std::vector<std::byte> blob_archive(std::span<const std::byte> blob) {
    constexpr std::size_t k_all_records_bytes = 512;
    std::array<Entry, 2> entries{
        Entry{.name = "model/extra/flow_synth.json",
              .content = std::as_bytes(std::span(k_description))},
        Entry{.name = "model/extra/flow_synth.flow", .content = blob},
    };
    Bytes bytes;
    bytes.reserve(blob.size() + k_all_records_bytes);
    for (Entry& entry : entries) {
        add_content(bytes, entry);
    }
    const std::size_t offset = bytes.size();
    for (const Entry& entry : entries) {
        add_directory_entry(bytes, entry);
    }
    const std::size_t n_directory_bytes = bytes.size() - offset;
    bytes.u32(0x06054b50);
    bytes.u32(0);  // Disks.
    bytes.u16(entries.size());
    bytes.u16(entries.size());
    bytes.u32(n_directory_bytes);
    bytes.u32(offset);
    bytes.u16(0);  // Comment.
    return std::move(bytes).take();
}

}  // namespace flow_synth
