#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

namespace flow_synth {

/// CRC-32 of ZIP archives: reflected polynomial 0xEDB88320 (PKWARE APPNOTE 4.4.7).
std::uint32_t crc32(std::span<const std::byte> bytes) noexcept;

using Sha256Digest = std::array<std::byte, 32>;

/// SHA-256 (FIPS 180-4) of several pieces as if they were one.
Sha256Digest sha256(std::initializer_list<std::span<const std::byte>> pieces) noexcept;

}  // namespace flow_synth
