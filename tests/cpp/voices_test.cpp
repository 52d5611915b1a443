#include "flow_synth/voices.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "allocations.h"
#include "catch2.h"
#include "channels.h"

using flow_synth::BuiltinVoice;
using flow_synth::Voices;

namespace {

/// Knobs of a sound that stays while it is held and soon ends then.
template <typename Player>
void tune(Player& player) {
    player.set_parameter(12, 0.4F);  // Filter cutoff.
    player.set_parameter(23, 0.2F);  // Amp release.
    player.set_parameter(37, 0.3F);  // Reverb mix.
    player.set_parameter(38, 0.1F);  // Reverb decay.
}

template <typename Player>
Channels processed(Player& player, std::size_t n_samples) {
    Channels audio(2, std::vector<float>(n_samples, 1.0F));
    player.process(audio[0], audio[1]);
    return audio;
}

Channels alone(double pitch, std::size_t n_samples) {
    BuiltinVoice voice;
    tune(voice);
    voice.note_on(pitch, 100);
    return processed(voice, n_samples);
}

}  // namespace

TEST_CASE("voices are silent until a note is played, and one note sounds as it does alone") {
    Voices voices;
    tune(voices);
    CHECK(peak(processed(voices, 1000)) == 0.0F);
    CHECK(voices.n_sounding() == 0);
    voices.note_on(57.0, 100);
    CHECK(processed(voices, 10'000) == alone(57.0, 10'000));
    CHECK(voices.n_sounding() == 1);
}

TEST_CASE("eight notes sound as they do alone, together") {
    Voices voices;
    tune(voices);
    Channels sum(2, std::vector<float>(5000));
    for (int note = 0; note < 8; ++note) {
        voices.note_on(40.5 + 5 * note, 100);
        const Channels one = alone(40.5 + 5 * note, 5000);
        for (std::size_t channel = 0; channel < 2; ++channel) {
            std::ranges::transform(sum[channel], one[channel], sum[channel].begin(), std::plus<>());
        }
    }
    CHECK(processed(voices, 5000) == sum);
    CHECK(voices.n_sounding() == 8);
}

TEST_CASE("a ninth note takes the voice of the oldest, first of one that was let go") {
    Voices voices;
    Voices others;
    for (int note = 0; note < 8; ++note) {
        voices.note_on(40.0 + note, 100);
        others.note_on(40.0 + note, 100);
        processed(voices, 100);
        processed(others, 100);
    }
    voices.note_on(60.0, 100);
    others.note_off(45.0);
    others.note_on(60.0, 100);
    // What was taken cannot be let go: all others and the new one can.
    for (int note = 1; note < 8; ++note) {
        voices.note_off(40.0 + note);
    }
    voices.note_off(60.0);
    for (int note = 0; note < 8; ++note) {
        others.note_off(note == 5 ? 60.0 : 40.0 + note);
    }
    for (Voices* released : {&voices, &others}) {
        for (int step = 0; step < 40 * 44100 / 64; ++step) {
            processed(*released, 64);
            released->rest();
        }
        CHECK(released->n_sounding() == 0);
    }
}

TEST_CASE("a pitch that is held is struck again by its own voice") {
    Voices voices;
    voices.note_on(57.0, 100);
    processed(voices, 1000);
    voices.note_on(57.0, 30);
    CHECK(voices.n_sounding() == 1);
    voices.note_on(57.5, 30);
    CHECK(voices.n_sounding() == 2);
}

TEST_CASE("a voice rests once it has died away, and the next note sounds as the first did") {
    Voices voices;
    tune(voices);
    voices.note_on(57.0, 100);
    const Channels first = processed(voices, 6400);
    voices.rest();
    CHECK(voices.n_sounding() == 1);
    voices.note_off(57.0);
    int n_steps = 0;
    for (; voices.n_sounding() > 0 && n_steps < 10'000; ++n_steps) {
        processed(voices, 64);
        voices.rest();
    }
    CHECK(voices.n_sounding() == 0);
    CHECK(n_steps > 64);  // The reverb's tail is not cut.
    CHECK(peak(processed(voices, 64)) == 0.0F);
    voices.note_on(57.0, 100);
    CHECK(processed(voices, 6400) == first);
}

TEST_CASE("silence ends all at once, and a released chord by itself") {
    Voices voices;
    for (int note = 0; note < 4; ++note) {
        voices.note_on(50.0 + note, 100);
    }
    processed(voices, 1000);
    voices.all_notes_off();
    CHECK(peak(processed(voices, 1000)) > 0.0F);
    voices.silence();
    CHECK(voices.n_sounding() == 0);
    CHECK(peak(processed(voices, 1000)) == 0.0F);
    voices.note_off(50.0);
}

TEST_CASE("a rate that no sound has is refused by all voices, and they play on") {
    Voices voices;
    Voices untouched;
    voices.note_on(57.0, 100);
    untouched.note_on(57.0, 100);
    CHECK_FALSE(voices.prepare(7999).is_ok());
    CHECK(processed(voices, 1000) == processed(untouched, 1000));
    CHECK(voices.prepare(96'000).is_ok());
    CHECK(voices.n_sounding() == 0);
}

TEST_CASE("voices do not allocate") {
    Voices voices;
    Channels audio(2, std::vector<float>(512));
    const int before = n_allocations();
    for (int note = 0; note < 20; ++note) {
        voices.note_on(40.0 + note, 100);
        voices.set_parameter(12, 0.5F);
        voices.process(audio[0], audio[1]);
        voices.note_off(30.0 + note);
        voices.rest();
    }
    voices.silence();
    CHECK(n_allocations() == before);
}
