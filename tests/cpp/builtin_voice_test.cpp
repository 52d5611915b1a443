#include "flow_synth/builtin_voice.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "allocations.h"
#include "catch2.h"
#include "channels.h"

using flow_synth::BuiltinVoice;

namespace {

/// Random knobs, the same for the same seed.
void turn_knobs(BuiltinVoice& voice, unsigned seed) {
    std::mt19937 generator(seed);
    for (std::size_t index = 0; index < BuiltinVoice::n_parameters(); ++index) {
        voice.set_parameter(index, static_cast<float>(generator()) * 0x1p-32F);
    }
}

void process(BuiltinVoice& voice, Channels& audio, std::size_t begin, std::size_t n_samples) {
    voice.process(std::span(audio[0]).subspan(begin, n_samples),
                  std::span(audio[1]).subspan(begin, n_samples));
}

/// A note of `n_samples` held for the first half, processed in blocks.
Channels played(BuiltinVoice& voice, std::size_t n_samples, std::size_t block) {
    Channels audio(2, std::vector<float>(n_samples));
    voice.note_on(57.0, 100);
    for (std::size_t begin = 0; begin < n_samples; begin += block) {
        if (begin == n_samples / 2) {
            voice.note_off();
        }
        process(voice, audio, begin, std::min(block, n_samples - begin));
    }
    return audio;
}

}  // namespace

TEST_CASE("the voice is silent until a note is played") {
    BuiltinVoice voice;
    Channels audio(2, std::vector<float>(4410, 1.0F));
    process(voice, audio, 0, 4410);
    CHECK(peak(audio) == 0.0F);
    CHECK(peak(played(voice, 4410, 441)) > 0.01F);
}

TEST_CASE("the sound does not depend on the size of the blocks") {
    for (unsigned seed = 0; seed < 4; ++seed) {
        BuiltinVoice whole;
        BuiltinVoice parts;
        turn_knobs(whole, seed);
        turn_knobs(parts, seed);
        CHECK(played(whole, 20'000, 10'000) == played(parts, 20'000, 100));
    }
}

TEST_CASE("a voice prepared again sounds as if it were new, with its knobs where they were") {
    for (unsigned seed = 0; seed < 4; ++seed) {
        BuiltinVoice voice;
        turn_knobs(voice, seed);
        const Channels first = played(voice, 20'000, 500);
        REQUIRE(voice.prepare(44100).is_ok());
        CHECK(played(voice, 20'000, 500) == first);
    }
}

TEST_CASE("no knobs make a sound that clips or is not finite") {
    for (unsigned seed = 0; seed < 20; ++seed) {
        BuiltinVoice voice;
        turn_knobs(voice, seed);
        const float highest = peak(played(voice, 20'000, 1000));
        CHECK(highest > 0.0F);
        CHECK(highest <= 1.0F);
    }
}

TEST_CASE("a note that is held is struck again") {
    BuiltinVoice voice;
    constexpr std::size_t k_sustain = 22;  // Amp sustain 0: a held note dies away.
    constexpr std::size_t k_decay = 21;
    voice.set_parameter(k_sustain, 0.0F);
    voice.set_parameter(k_decay, 0.0F);
    Channels audio(2, std::vector<float>(22'050));
    voice.note_on(57.0, 100);
    process(voice, audio, 0, 22'050);
    process(voice, audio, 0, 4410);
    std::vector<std::vector<float>> tail(2, std::vector<float>(441));
    process(voice, tail, 0, 441);
    CHECK(peak(tail) < 1e-3F);
    voice.note_on(57.0, 100);
    process(voice, audio, 0, 4410);
    CHECK(peak(audio) > 0.01F);
}

TEST_CASE("another sample rate leaves the pitch as it is") {
    // Zero crossings of the default saw at A3 over one second, at two rates.
    for (const int rate_hz : {44100, 96000}) {
        BuiltinVoice voice;
        REQUIRE(voice.prepare(rate_hz).is_ok());
        const auto n_samples = static_cast<std::size_t>(rate_hz);
        Channels audio(2, std::vector<float>(n_samples));
        voice.note_on(57.0, 100);
        process(voice, audio, 0, n_samples);
        int n_rises = 0;
        for (std::size_t index = n_samples / 2 + 1; index < n_samples; ++index) {
            n_rises += audio[0][index - 1] < 0.0F && audio[0][index] >= 0.0F ? 1 : 0;
        }
        CHECK(std::abs(n_rises - 110) <= 1);
    }
}

TEST_CASE("a rate that no sound has is refused, and the voice plays on as before") {
    for (const int rate_hz : {8000, 192'000}) {
        BuiltinVoice voice;
        REQUIRE(voice.prepare(rate_hz).is_ok());
        CHECK(std::isfinite(peak(played(voice, 4410, 441))));
    }
    for (const int rate_hz : {std::numeric_limits<int>::min(), -44100, 0, 1, 7999, 192'001,
                              std::numeric_limits<int>::max()}) {
        BuiltinVoice voice;
        BuiltinVoice untouched;
        CHECK(voice.prepare(rate_hz).reason() == "a sample rate of " + std::to_string(rate_hz) +
                                                     " Hz cannot be used; give 8000 to 192000 Hz");
        CHECK(played(voice, 4410, 441) == played(untouched, 4410, 441));
    }
}

TEST_CASE("playing does not allocate") {
    BuiltinVoice voice;
    Channels audio(2, std::vector<float>(4410));
    const int before = n_allocations();
    for (int note = 0; note < 4; ++note) {
        turn_knobs(voice, 1);
        voice.note_on(57.0 + note, 100);
        process(voice, audio, 0, 4410);
        voice.note_off();
        process(voice, audio, 0, 4410);
    }
    CHECK(n_allocations() == before);
}

TEST_CASE("denormal numbers are flushed while playing, and not beyond") {
    BuiltinVoice voice;
    Channels audio(2, std::vector<float>(64));
    process(voice, audio, 0, 64);
    const volatile float smallest = std::numeric_limits<float>::min();
    CHECK(smallest / 2.0F > 0.0F);
    voice.note_on(57.0, 100);
    process(voice, audio, 0, 64);
    voice.note_off();
    int n_denormals = 0;
    for (int block = 0; block < 20'000; ++block) {
        process(voice, audio, 0, 64);
        for (const float sample : audio[0]) {
            n_denormals += std::fpclassify(sample) == FP_SUBNORMAL ? 1 : 0;
        }
    }
    CHECK(n_denormals == 0);
}
