#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace flow_synth {

/// Little-endian bytes read from front to back. Once a read runs past the end, that read and all
/// later ones give zeros and empty ranges, and `is_ok` is false: callers check once, at the end.
class ByteReader {
public:
    explicit ByteReader(std::span<const std::byte> bytes) noexcept : m_bytes(bytes) {}

    bool is_ok() const noexcept { return m_is_ok; }
    std::size_t remaining() const noexcept { return m_bytes.size(); }

    /// From here on there is nothing to read.
    void stop() noexcept {
        m_is_ok = false;
        m_bytes = {};
    }

    std::span<const std::byte> take(std::size_t n_bytes) noexcept {
        if (n_bytes > m_bytes.size()) {
            stop();
            return {};
        }
        const auto taken = m_bytes.first(n_bytes);
        m_bytes = m_bytes.subspan(n_bytes);
        return taken;
    }

    template <typename Unsigned>
        requires std::is_unsigned_v<Unsigned>
    Unsigned integer() noexcept {
        std::uint64_t value = 0;
        unsigned shift = 0;
        for (const std::byte byte : take(sizeof(Unsigned))) {
            value |= std::to_integer<std::uint64_t>(byte) << shift;
            shift += 8;
        }
        return static_cast<Unsigned>(value);
    }

    std::uint8_t u8() noexcept { return integer<std::uint8_t>(); }
    std::uint16_t u16() noexcept { return integer<std::uint16_t>(); }
    std::uint32_t u32() noexcept { return integer<std::uint32_t>(); }
    std::uint64_t u64() noexcept { return integer<std::uint64_t>(); }
    double f64() noexcept { return std::bit_cast<double>(u64()); }

    std::string_view text(std::size_t n_bytes) noexcept {
        const auto bytes = take(n_bytes);
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }

    /// A length of 32 bits, then as many bytes of UTF-8.
    std::string text() { return std::string(text(u32())); }

    /// The length of a list whose items take at least `item_bytes` each.
    std::size_t count(std::size_t item_bytes) noexcept {
        const std::size_t n_items = u32();
        if (n_items > remaining() / item_bytes) {
            stop();
            return 0;
        }
        return n_items;
    }

    std::vector<float> floats(std::uint64_t n_values) {
        if (n_values > remaining() / sizeof(float)) {
            stop();
            return {};
        }
        std::vector<float> values(static_cast<std::size_t>(n_values));
        for (float& value : values) {
            value = std::bit_cast<float>(u32());
        }
        return values;
    }

private:
    std::span<const std::byte> m_bytes;
    bool m_is_ok = true;
};

}  // namespace flow_synth
