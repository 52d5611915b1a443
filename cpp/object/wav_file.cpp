#include "wav_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "flow_synth/model_file.h"
#include "flow_synth/sample_rate.h"

// Files and all machines that hosts run on are little-endian.
static_assert(std::endian::native == std::endian::little);

namespace flow_synth {
namespace {

constexpr std::size_t k_most_seconds = 20;
constexpr std::uint16_t k_integers = 1;
constexpr std::uint16_t k_floats = 3;
constexpr std::uint16_t k_extensible = 0xFFFE;
constexpr std::uint16_t k_most_channels = 256;
constexpr std::size_t k_format_bytes = 16;
/// Of an extensible format: where the true one stands.
constexpr std::size_t k_subformat_begin = 24;

struct Format {
    std::uint16_t encoding = 0;
    std::uint16_t n_channels = 0;
    std::uint32_t sample_rate_hz = 0;
    std::uint16_t n_bits = 0;

    std::size_t n_bytes() const { return n_bits / 8U; }
    bool is_known() const {
        return (encoding == k_integers && (n_bits == 16 || n_bits == 24 || n_bits == 32)) ||
               (encoding == k_floats && n_bits == 32);
    }
};

template <typename Number>
Number number_at(std::span<const std::byte> bytes, std::size_t begin) {
    Number number{};
    std::memcpy(&number, bytes.subspan(begin).data(), sizeof(number));
    return number;
}

/// The chunks of a WAV file, one after the other.
class Chunks {
public:
    explicit Chunks(const std::filesystem::path& path) : m_stream(path, std::ios::binary) {}

    /// Whether it is a WAV file at all.
    bool begin() {
        std::array<char, 12> head{};
        m_stream.read(head.data(), head.size());
        const std::string_view text(head.data(), head.size());
        m_next = static_cast<std::streamoff>(head.size());
        return m_stream && text.starts_with("RIFF") && text.ends_with("WAVE");
    }

    /// Goes to the next chunk; false at the end.
    bool next() {
        m_stream.seekg(m_next);
        std::array<std::byte, 8> head{};
        m_stream.read(reinterpret_cast<char*>(head.data()), head.size());
        if (!m_stream) {
            return false;
        }
        std::memcpy(m_name.data(), head.data(), m_name.size());
        m_size = number_at<std::uint32_t>(head, m_name.size());
        // A chunk of odd size is followed by one byte of nothing.
        m_next += static_cast<std::streamoff>(head.size()) + m_size + (m_size & 1U);
        return true;
    }

    std::string_view name() const { return {m_name.data(), m_name.size()}; }

    /// At most so many bytes of the chunk, those that the file really has.
    std::vector<std::byte> content(std::size_t most) {
        std::vector<std::byte> bytes(std::min<std::size_t>(m_size, most));
        m_stream.read(reinterpret_cast<char*>(bytes.data()),
                      static_cast<std::streamsize>(bytes.size()));
        bytes.resize(static_cast<std::size_t>(m_stream.gcount()));
        m_stream.clear();
        return bytes;
    }

private:
    std::ifstream m_stream;
    std::array<char, 4> m_name{};
    std::uint32_t m_size = 0;
    std::streamoff m_next = 0;
};

bool parse_format(std::span<const std::byte> bytes, Format& format) {
    if (bytes.size() < k_format_bytes) {
        return false;
    }
    format = {.encoding = number_at<std::uint16_t>(bytes, 0),
              .n_channels = number_at<std::uint16_t>(bytes, 2),
              .sample_rate_hz = number_at<std::uint32_t>(bytes, 4),
              .n_bits = number_at<std::uint16_t>(bytes, 14)};
    if (format.encoding == k_extensible &&
        bytes.size() >= k_subformat_begin + sizeof(format.encoding)) {
        format.encoding = number_at<std::uint16_t>(bytes, k_subformat_begin);
    }
    return true;
}

/// One sample, full scale 1.
float sample_at(std::span<const std::byte> bytes, const Format& format) {
    if (format.encoding == k_floats) {
        return number_at<float>(bytes, 0);
    }
    // In the upper bits, so that the sign is right.
    std::uint32_t bits = 0;
    std::memcpy(reinterpret_cast<std::byte*>(&bits) + (sizeof(bits) - format.n_bytes()),
                bytes.data(), format.n_bytes());
    return static_cast<float>(static_cast<double>(static_cast<std::int32_t>(bits)) * 0x1p-31);
}

std::vector<float> mixed(std::span<const std::byte> bytes, const Format& format) {
    const std::size_t n_frame_bytes = format.n_bytes() * format.n_channels;
    std::vector<float> mono(bytes.size() / n_frame_bytes);
    for (float& sample : mono) {
        float sum = 0.0F;
        for (std::size_t channel = 0; channel < format.n_channels; ++channel) {
            sum += sample_at(bytes.first(format.n_bytes()), format);
            bytes = bytes.subspan(format.n_bytes());
        }
        sample = sum / static_cast<float>(format.n_channels);
    }
    return mono;
}

Status check(const Format& format) {
    if (!format.is_known() || format.n_channels == 0 || format.n_channels > k_most_channels) {
        return Status::refused("its samples are of a kind that is not read");
    }
    if (format.sample_rate_hz < k_minimum_rate_hz || format.sample_rate_hz > k_maximum_rate_hz) {
        return Status::refused("its rate is " + std::to_string(format.sample_rate_hz) +
                               " Hz, not 8000 to 192000");
    }
    return {};
}

Status read(const std::filesystem::path& path, Recording& recording) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) {
        return Status::refused(error ? error.message() : "it is no file");
    }
    Chunks chunks(path);
    if (!chunks.begin()) {
        return Status::refused("it is no WAV file");
    }
    Format format;
    bool has_format = false;
    while (chunks.next()) {
        if (chunks.name() == "fmt ") {
            has_format = parse_format(chunks.content(k_subformat_begin + 2), format);
        } else if (chunks.name() == "data" && has_format) {
            if (Status status = check(format); !status.is_ok()) {
                return status;
            }
            const std::size_t most =
                k_most_seconds * format.sample_rate_hz * format.n_channels * format.n_bytes();
            recording.audio = mixed(chunks.content(most), format);
            recording.sample_rate_hz = static_cast<int>(format.sample_rate_hz);
            return {};
        }
    }
    return Status::refused("it has no samples");
}

}  // namespace

Status read_wav(const std::filesystem::path& path, Recording& recording) {
    Status status = read(path, recording);
    if (status.is_ok()) {
        return status;
    }
    return Status::refused(utf8(path) + " cannot be heard (" + status.reason() +
                           "); give a WAV file of 16, 24 or 32 bits");
}

}  // namespace flow_synth
