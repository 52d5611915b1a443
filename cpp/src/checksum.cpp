#include "checksum.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace flow_synth {
namespace {

constexpr std::array<std::uint32_t, 256> k_crc_table = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t index = 0; index < table.size(); ++index) {
        std::uint32_t value = index;
        for (int bit = 0; bit < 8; ++bit) {
            value = (value >> 1U) ^ ((value & 1U) != 0U ? 0xEDB88320U : 0U);
        }
        table[index] = value;
    }
    return table;
}();

/// Fractional parts of the cube roots of the first 64 primes.
constexpr std::array<std::uint32_t, 64> k_round_constants{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

constexpr std::size_t k_block_bytes = 64;

class Sha256 {
public:
    void update(std::span<const std::byte> bytes) noexcept {
        m_n_bytes += bytes.size();
        while (!bytes.empty()) {
            const std::size_t n = std::min(bytes.size(), k_block_bytes - m_n_pending);
            std::memcpy(m_pending.data() + m_n_pending, bytes.data(), n);
            m_n_pending += n;
            bytes = bytes.subspan(n);
            if (m_n_pending == k_block_bytes) {
                compress();
                m_n_pending = 0;
            }
        }
    }

    Sha256Digest finish() noexcept {
        const std::uint64_t n_bits = m_n_bytes * 8;
        constexpr std::array<std::byte, 1> end{std::byte{0x80}};
        constexpr std::array<std::byte, 1> zero{std::byte{0}};
        update(end);
        while (m_n_pending != k_block_bytes - sizeof n_bits) {
            update(zero);
        }
        std::array<std::byte, sizeof n_bits> length{};
        for (std::size_t index = 0; index < length.size(); ++index) {
            length[index] = static_cast<std::byte>(n_bits >> (56U - 8U * index));
        }
        update(length);
        Sha256Digest digest{};
        for (std::size_t index = 0; index < digest.size(); ++index) {
            digest[index] = static_cast<std::byte>(m_state[index / 4] >> (24U - 8U * (index % 4)));
        }
        return digest;
    }

private:
    void compress() noexcept {
        std::array<std::uint32_t, 64> words{};
        for (std::size_t t = 0; t < 16; ++t) {
            for (std::size_t index = 0; index < 4; ++index) {
                words[t] =
                    (words[t] << 8U) | std::to_integer<std::uint32_t>(m_pending[4 * t + index]);
            }
        }
        for (std::size_t t = 16; t < words.size(); ++t) {
            const std::uint32_t early = words[t - 15];
            const std::uint32_t late = words[t - 2];
            words[t] = words[t - 16] + words[t - 7] +
                       (std::rotr(early, 7) ^ std::rotr(early, 18) ^ (early >> 3U)) +
                       (std::rotr(late, 17) ^ std::rotr(late, 19) ^ (late >> 10U));
        }
        auto [a, b, c, d, e, f, g, h] = m_state;
        for (std::size_t t = 0; t < words.size(); ++t) {
            const std::uint32_t first = h +
                                        (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) +
                                        ((e & f) ^ (~e & g)) + k_round_constants[t] + words[t];
            const std::uint32_t second = (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) +
                                         ((a & b) ^ (a & c) ^ (b & c));
            h = g;
            g = f;
            f = e;
            e = d + first;
            d = c;
            c = b;
            b = a;
            a = first + second;
        }
        const std::array<std::uint32_t, 8> mixed{a, b, c, d, e, f, g, h};
        for (std::size_t index = 0; index < m_state.size(); ++index) {
            m_state[index] += mixed[index];
        }
    }

    /// Fractional parts of the square roots of the first 8 primes.
    std::array<std::uint32_t, 8> m_state{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<std::byte, k_block_bytes> m_pending{};
    std::size_t m_n_pending = 0;
    std::uint64_t m_n_bytes = 0;
};

}  // namespace

std::uint32_t crc32(std::span<const std::byte> bytes) noexcept {
    std::uint32_t value = 0xFFFFFFFFU;
    for (const std::byte byte : bytes) {
        value = k_crc_table[(value ^ std::to_integer<std::uint32_t>(byte)) & 0xFFU] ^ (value >> 8U);
    }
    return ~value;
}

Sha256Digest sha256(std::initializer_list<std::span<const std::byte>> pieces) noexcept {
    Sha256 hash;
    for (const auto piece : pieces) {
        hash.update(piece);
    }
    return hash.finish();
}

}  // namespace flow_synth
