#include "checksum.h"

#include <string>
#include <string_view>

#include "catch2.h"

using flow_synth::crc32;
using flow_synth::sha256;

namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

std::string hex(const flow_synth::Sha256Digest& digest) {
    constexpr std::string_view k_digits = "0123456789abcdef";
    std::string text;
    for (const std::byte byte : digest) {
        text += k_digits[std::to_integer<std::size_t>(byte) / 16];
        text += k_digits[std::to_integer<std::size_t>(byte) % 16];
    }
    return text;
}

}  // namespace

TEST_CASE("CRC-32 gives the check value of its catalogue") {
    CHECK(crc32(bytes_of("123456789")) == 0xCBF43926U);
    CHECK(crc32({}) == 0U);
}

// Appendix B of FIPS 180-2, and NIST's vector for an empty message.
TEST_CASE("SHA-256 gives the digests of the standard's examples") {
    CHECK(hex(sha256({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(hex(sha256({bytes_of("abc")})) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hex(sha256({bytes_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")})) ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(hex(sha256({bytes_of(std::string(1'000'000, 'a'))})) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 does not depend on how a message is cut") {
    const std::string message(200, 'x');
    const auto whole = sha256({bytes_of(message)});
    for (std::size_t cut = 0; cut <= message.size(); ++cut) {
        const auto bytes = bytes_of(message);
        CHECK(sha256({bytes.first(cut), bytes.subspan(cut)}) == whole);
    }
}
