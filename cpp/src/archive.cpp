#include "flow_synth/archive.h"

#include <cstdint>
#include <string>
#include <utility>

#include "byte_reader.h"
#include "checksum.h"

// The records are those of PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.

namespace flow_synth {
namespace {

constexpr std::uint32_t k_local_signature = 0x04034b50;
constexpr std::uint32_t k_central_signature = 0x02014b50;
constexpr std::uint32_t k_end_signature = 0x06054b50;
constexpr std::size_t k_end_bytes = 22;
constexpr std::uint16_t k_utf8_flag = 0x0800;
/// A file that its owner may read and write. LibTorch reads nothing of what claims to be a folder.
constexpr std::uint32_t k_plain_file_attributes = 0x01800000;

struct Directory {
    std::uint16_t n_entries = 0;
    std::span<const std::byte> entries;  ///< Central directory.
    std::span<const std::byte> content;  ///< Everything before it.
};

/// What the local header and the central directory both say of an entry.
struct Header {
    std::uint16_t flags = 0;
    std::uint16_t method = 0;
    std::uint32_t crc32 = 0;
    std::uint32_t n_stored_bytes = 0;
    std::uint32_t n_bytes = 0;
    std::uint16_t n_name_bytes = 0;
    std::uint16_t n_extra_bytes = 0;

    bool operator==(const Header&) const = default;

    bool is_stored() const noexcept {
        return (flags == 0 || flags == k_utf8_flag) && method == 0 && n_stored_bytes == n_bytes &&
               n_extra_bytes == 0;
    }
};

Status refused_layout() {
    return Status::refused(
        "it is not an archive as flow-synth export writes it; export or download the model again");
}

Header read_header(ByteReader& reader) noexcept {
    Header header;
    reader.take(2);  // Version needed to extract.
    header.flags = reader.u16();
    header.method = reader.u16();
    reader.take(4);  // Time and date.
    header.crc32 = reader.u32();
    header.n_stored_bytes = reader.u32();
    header.n_bytes = reader.u32();
    header.n_name_bytes = reader.u16();
    header.n_extra_bytes = reader.u16();
    return header;
}

Status read_directory(std::span<const std::byte> bytes, Directory& directory) {
    ByteReader end(bytes.size() < k_end_bytes ? bytes : bytes.last(k_end_bytes));
    if (end.u32() != k_end_signature) {
        return Status::refused(
            "it is not a whole archive, for its last bytes are not the end of one; export or "
            "download the model again");
    }
    const std::uint32_t disks = end.u32();
    const std::uint16_t n_on_disk = end.u16();
    directory.n_entries = end.u16();
    // Wide enough for their sum also where std::size_t has 32 bits.
    const std::uint64_t n_bytes = end.u32();
    const std::uint64_t offset = end.u32();
    const std::uint16_t n_comment_bytes = end.u16();
    if (!end.is_ok() || disks != 0 || n_on_disk != directory.n_entries || n_comment_bytes != 0 ||
        offset + n_bytes != bytes.size() - k_end_bytes) {
        return refused_layout();
    }
    directory.content = bytes.first(static_cast<std::size_t>(offset));
    directory.entries = bytes.subspan(directory.content.size(), static_cast<std::size_t>(n_bytes));
    return {};
}

}  // namespace

Status Archive::open(std::span<const std::byte> bytes, Archive& archive) {
    Directory directory;
    if (Status status = read_directory(bytes, directory); !status.is_ok()) {
        return status;
    }
    ByteReader central(directory.entries);
    ByteReader content(directory.content);
    std::vector<Entry> entries;
    for (std::size_t index = 0; index < directory.n_entries; ++index) {
        const std::size_t offset = directory.content.size() - content.remaining();
        const bool has_signatures =
            central.u32() == k_central_signature && content.u32() == k_local_signature;
        central.take(2);  // Version made by.
        const Header header = read_header(central);
        const std::uint16_t n_comment_bytes = central.u16();
        const bool is_plain_file = central.u16() == 0 &&  // Disk.
                                   central.u16() == 0 &&  // Internal attributes.
                                   central.u32() == k_plain_file_attributes;
        const std::uint32_t local_offset = central.u32();
        const std::string_view name = central.text(header.n_name_bytes);
        if (!has_signatures || !is_plain_file || !header.is_stored() ||
            header != read_header(content) || n_comment_bytes != 0 || local_offset != offset ||
            name != content.text(header.n_name_bytes)) {
            return refused_layout();
        }
        const auto data = content.take(header.n_bytes);
        if (!central.is_ok() || !content.is_ok()) {
            return refused_layout();
        }
        if (crc32(data) != header.crc32) {
            return Status::refused("the checksum of its entry '" + std::string(name) +
                                   "' is wrong; export or download the model again");
        }
        entries.push_back({.name = name.substr(name.find('/') + 1), .content = data});
    }
    if (central.remaining() != 0 || content.remaining() != 0) {
        return refused_layout();
    }
    archive.m_entries = std::move(entries);
    return {};
}

std::optional<std::span<const std::byte>> Archive::find(std::string_view name) const noexcept {
    for (const Entry& entry : m_entries) {
        if (entry.name == name) {
            return entry.content;
        }
    }
    return std::nullopt;
}

}  // namespace flow_synth
