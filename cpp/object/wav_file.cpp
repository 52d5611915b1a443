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
#include <utility>
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
/// More than any program writes: a file of zeros would be one of empty chunks.
constexpr int k_most_chunks = 1000;
constexpr std::size_t k_frames_at_once = 4096;
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
        if (!m_stream || ++m_number > k_most_chunks) {
            return false;
        }
        std::memcpy(m_name.data(), head.data(), m_name.size());
        const auto size = number_at<std::uint32_t>(head, m_name.size());
        m_n_unread = size;
        // A chunk of odd size is followed by one byte of nothing.
        m_next += static_cast<std::streamoff>(head.size()) + size + (size & 1U);
        return true;
    }

    std::string_view name() const { return {m_name.data(), m_name.size()}; }

    /// The next bytes of the chunk, as many as there is room for; those that the file really has.
    std::span<const std::byte> read(std::span<std::byte> room) {
        room = room.first(std::min(room.size(), m_n_unread));
        m_stream.read(reinterpret_cast<char*>(room.data()),
                      static_cast<std::streamsize>(room.size()));
        room = room.first(static_cast<std::size_t>(m_stream.gcount()));
        m_n_unread -= room.size();
        m_stream.clear();
        return room;
    }

private:
    std::ifstream m_stream;
    std::array<char, 4> m_name{};
    std::size_t m_n_unread = 0;
    int m_number = 0;
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

/// Frames of all channels -> their means, after those that there are.
void mix(std::span<const std::byte> bytes, const Format& format, std::vector<float>& mono) {
    const std::size_t n_frames = bytes.size() / (format.n_bytes() * format.n_channels);
    for (std::size_t frame = 0; frame < n_frames; ++frame) {
        float sum = 0.0F;
        for (std::size_t channel = 0; channel < format.n_channels; ++channel) {
            sum += sample_at(bytes.first(format.n_bytes()), format);
            bytes = bytes.subspan(format.n_bytes());
        }
        mono.push_back(sum / static_cast<float>(format.n_channels));
    }
}

/// The first seconds of the samples of a chunk. Memory is taken for what there is: a file may say
/// anything.
std::vector<float> mixed(Chunks& chunks, const Format& format) {
    const std::size_t most = k_most_seconds * format.sample_rate_hz;
    std::vector<std::byte> room(k_frames_at_once * format.n_bytes() * format.n_channels);
    std::vector<float> mono;
    std::span<const std::byte> bytes;
    do {
        bytes = chunks.read(room);
        mix(bytes, format, mono);
    } while (bytes.size() == room.size() && mono.size() < most);
    mono.resize(std::min(mono.size(), most));
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
            std::array<std::byte, k_subformat_begin + 2> room{};
            has_format = parse_format(chunks.read(room), format);
        } else if (chunks.name() == "data" && has_format) {
            if (Status status = check(format); !status.is_ok()) {
                return status;
            }
            std::vector<float> audio = mixed(chunks, format);
            if (audio.empty()) {
                break;
            }
            recording.audio = std::move(audio);
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
