#include "flow_synth/archive.h"

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "catch2.h"
#include "flow_synth/model_file.h"
#include "golden.h"

using flow_synth::Archive;
using flow_synth::ModelFile;
using flow_synth::Status;

TEST_CASE("the entries of a model file are found by their names below the top folder") {
    const auto bytes = golden_model();
    Archive archive;
    REQUIRE(Archive::open(bytes, archive).is_ok());
    CHECK(archive.find("extra/flow_synth.json"));
    CHECK(archive.find("data.pkl"));
    CHECK_FALSE(archive.find("flow_synth.json"));
    CHECK_FALSE(archive.find(""));
}

TEST_CASE("a model file gives its description and its flow") {
    ModelFile file;
    REQUIRE(ModelFile::parse(golden_model(), file).is_ok());
    CHECK(file.description.starts_with('{'));
    CHECK(file.description.find("\"format\": \"flow-synth model\"") != std::string::npos);
    CHECK(file.flow_file.synth == "golden");
}

TEST_CASE("a truncated archive is refused, wherever it ends") {
    const auto bytes = golden_model();
    for (std::size_t size = 0; size < bytes.size(); size += 1 + size / 500) {
        Archive archive;
        CHECK_FALSE(Archive::open(std::span(bytes).first(size), archive).is_ok());
    }
    Archive archive;
    CHECK_FALSE(Archive::open(std::span(bytes).first(bytes.size() - 1), archive).is_ok());
}

TEST_CASE("an archive with a flipped bit is refused or reads the same") {
    const auto bytes = golden_model();
    ModelFile whole;
    REQUIRE(ModelFile::parse(bytes, whole).is_ok());
    int n_refused = 0;
    int n_flipped = 0;
    // Everything at the end, where the directory is, and samples of the rest.
    for (std::size_t index = 0; index < bytes.size();
         index += index + 20'000 < bytes.size() ? 211 : 7) {
        auto damaged = bytes;
        damaged[index] ^= std::byte{1} << (index % 8);
        ModelFile file;
        const Status status = ModelFile::parse(damaged, file);
        n_refused += status.is_ok() ? 0 : 1;
        n_flipped += 1;
        CHECK((!status.is_ok() || file.description == whole.description));
    }
    CHECK(n_refused > 3 * n_flipped / 4);
}

TEST_CASE("an entry that claims to be a folder is refused") {
    // LibTorch reads nothing of it, and runs with whatever is in memory.
    auto bytes = golden_model();
    constexpr std::string_view k_signature = "PK\x01\x02";
    constexpr std::size_t k_attributes_offset = 38;
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    bytes[text.find(k_signature) + k_attributes_offset] |= std::byte{0x10};
    ModelFile file;
    CHECK_FALSE(ModelFile::parse(bytes, file).is_ok());
}

TEST_CASE("an entry whose content changed is named") {
    auto bytes = golden_model();
    constexpr std::string_view k_name = "extra/flow_synth.json";
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const std::size_t name_at = text.find(k_name);
    REQUIRE(name_at != std::string_view::npos);
    bytes[name_at + k_name.size() + 100] ^= std::byte{1};
    Archive archive;
    const Status status = Archive::open(bytes, archive);
    CHECK(status.reason().find("checksum of its entry 'archive/extra/flow_synth.json'") !=
          std::string::npos);
}

TEST_CASE("a directory that would end where it must only modulo 2^32 is refused") {
    auto bytes = golden_model();
    const auto put = [&bytes](std::size_t from_end, std::uint32_t value) {
        for (std::size_t index = 0; index < 4; ++index) {
            bytes[bytes.size() - from_end + index] = static_cast<std::byte>(value >> (8 * index));
        }
    };
    const auto end = static_cast<std::uint32_t>(bytes.size() - 22);
    put(10, 0xFFFFFFFFU);  // Size of the directory,
    put(6, end + 1U);      // and its offset: their sum is 2^32 + end.
    Archive archive;
    CHECK_FALSE(Archive::open(bytes, archive).is_ok());
}

TEST_CASE("what is not an archive is refused") {
    for (const std::size_t size : {0U, 1U, 21U, 22U, 1000U}) {
        const std::vector<std::byte> zeros(size);
        Archive archive;
        CHECK_FALSE(Archive::open(zeros, archive).is_ok());
    }
}

TEST_CASE("a file that cannot be read is refused with its name") {
    std::vector<std::byte> bytes;
    for (const std::filesystem::path path :
         {FLOW_SYNTH_GOLDEN "/nothing.flow.ts", FLOW_SYNTH_GOLDEN}) {
        const Status status = flow_synth::read_file(path, bytes);
        CHECK(status.reason().starts_with(flow_synth::utf8(path) + " cannot be read ("));
    }
}
