#include <fstream>
#include <system_error>

#include "flow_synth/model_file.h"

namespace flow_synth {
namespace {

/// Far above any model; a wrong path must not fill the memory.
constexpr std::uintmax_t k_most_bytes = std::uintmax_t{1} << 30U;

}  // namespace

std::string utf8(const std::filesystem::path& path) {
    const std::u8string text = path.u8string();
    return {text.begin(), text.end()};
}

std::filesystem::path path_of(const std::string& text) {
    return std::u8string(text.begin(), text.end());
}

Status read_file(const std::filesystem::path& path, std::vector<std::byte>& bytes) {
    const auto refused = [&path](const std::string& why) {
        return Status::refused(utf8(path) + " cannot be read (" + why + "); give a model file");
    };
    std::error_code error;
    const std::uintmax_t n_bytes = std::filesystem::file_size(path, error);
    if (error) {
        return refused(error.message());
    }
    if (n_bytes > k_most_bytes) {
        return refused("no model has " + std::to_string(n_bytes) + " bytes");
    }
    std::vector<std::byte> content(static_cast<std::size_t>(n_bytes));
    std::ifstream stream(path, std::ios::binary);
    stream.read(reinterpret_cast<char*>(content.data()), static_cast<std::streamsize>(n_bytes));
    if (!stream) {
        return refused("it cannot be opened, or ends early");
    }
    bytes = std::move(content);
    return {};
}

}  // namespace flow_synth
