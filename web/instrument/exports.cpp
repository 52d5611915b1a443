#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "description.h"
#include "instrument.h"

// The functions that JavaScript calls. One module is one instrument: whoever wants two makes two
// instances. What may be refused gives 0, and `instrument_answer` is then one sentence. Lists of
// numbers and texts go through memory of the module, which JavaScript asks for before it writes.

#define FLOW_SYNTH_EXPORT(name) extern "C" __attribute__((export_name(#name))) auto name

namespace {

using flow_synth::Explorer;
using flow_synth::Instrument;
using flow_synth::Status;

/// The instrument, and what goes in and out.
struct Desk {
    /// Room for all numbers from the start: of an empty list, too, there is an address.
    Desk() { numbers.reserve(Instrument::k_most_numbers); }

    Instrument instrument;
    std::vector<float> numbers;
    std::string text;
    std::string answer;
};

Desk& desk() {
    // Never taken down: the module's memory goes as a whole.
    static Desk& one = *new Desk;
    return one;
}

Explorer& explorer() { return desk().instrument.explorer(); }

/// One sentence on one line, whatever the name was that it repeats.
int answered(const Status& status) {
    std::string& answer = desk().answer = status.reason();
    std::ranges::replace_if(
        answer, [](char character) { return static_cast<unsigned char>(character) < ' '; }, ' ');
    return status.is_ok() ? 1 : 0;
}

bool has_knob(int index) {
    const auto* const model = desk().instrument.model();
    return model != nullptr && index >= 0 && static_cast<std::size_t>(index) < model->n_knobs();
}

}  // namespace

// Memory.

/// For the bytes of a model; null if there is no room.
FLOW_SYNTH_EXPORT(instrument_allocate)(std::size_t n_bytes)->void* { return std::malloc(n_bytes); }

FLOW_SYNTH_EXPORT(instrument_free)(void* bytes)->void { std::free(bytes); }

/// Where JavaScript writes so many numbers for the next call; null if they are too many.
FLOW_SYNTH_EXPORT(instrument_numbers)(std::size_t n_numbers)->float* {
    if (n_numbers > Instrument::k_most_numbers) {
        return nullptr;
    }
    desk().numbers.resize(n_numbers);
    return desk().numbers.data();
}

/// Where JavaScript writes UTF-8 for the next call; null if it is too long for a name.
FLOW_SYNTH_EXPORT(instrument_text)(std::size_t n_bytes)->char* {
    if (n_bytes > Instrument::k_most_name_bytes) {
        return nullptr;
    }
    desk().text.resize(n_bytes);
    return desk().text.data();
}

/// A sentence, or what was asked for, as UTF-8 that ends with a zero.
FLOW_SYNTH_EXPORT(instrument_answer)()->const char* { return desk().answer.c_str(); }

// Beginning.

FLOW_SYNTH_EXPORT(instrument_prepare)(int sample_rate_hz)->int {
    return answered(desk().instrument.controller().prepare(sample_rate_hz));
}

FLOW_SYNTH_EXPORT(instrument_load)(const std::byte* bytes, std::size_t n_bytes)->int {
    return answered(desk().instrument.load({bytes, n_bytes}));
}

/// JSON is the answer.
FLOW_SYNTH_EXPORT(instrument_describe)()->int {
    const auto* const model = desk().instrument.model();
    if (model == nullptr) {
        return answered(Status::refused("there is no model yet; load one"));
    }
    desk().answer = flow_synth::description(*model);
    return 1;
}

// Playing.

FLOW_SYNTH_EXPORT(instrument_process)(std::size_t n_samples)->void {
    desk().instrument.process(n_samples);
}

FLOW_SYNTH_EXPORT(instrument_block_samples)()->std::size_t { return Instrument::k_block_samples; }

FLOW_SYNTH_EXPORT(instrument_left)()->float* { return desk().instrument.left().data(); }

FLOW_SYNTH_EXPORT(instrument_right)()->float* { return desk().instrument.right().data(); }

FLOW_SYNTH_EXPORT(instrument_note)(double pitch, int velocity)->int {
    return answered(desk().instrument.controller().note(pitch, velocity));
}

FLOW_SYNTH_EXPORT(instrument_release_notes)()->int {
    return answered(desk().instrument.controller().all_notes_off());
}

/// Silence at once; the knobs are where they glided to.
FLOW_SYNTH_EXPORT(instrument_silence)()->void { desk().instrument.controller().reset(); }

FLOW_SYNTH_EXPORT(instrument_glide)(double seconds)->int {
    return answered(desk().instrument.controller().set_glide_seconds(seconds));
}

// Going.

/// To the point z that the numbers are.
FLOW_SYNTH_EXPORT(instrument_go_to)()->int { return answered(explorer().go_to(desk().numbers)); }

/// To the preset that the numbers are.
FLOW_SYNTH_EXPORT(instrument_locate)()->int { return answered(explorer().locate(desk().numbers)); }

FLOW_SYNTH_EXPORT(instrument_macro)(int number, double position)->int {
    return answered(explorer().set_macro(number, position));
}

/// The slider that the text names.
FLOW_SYNTH_EXPORT(instrument_semantic)(double position)->int {
    return answered(explorer().set_semantic(desk().text, position));
}

/// The knob that the text names.
FLOW_SYNTH_EXPORT(instrument_lock)(int is_locked)->int {
    return answered(explorer().lock(desk().text, is_locked != 0));
}

FLOW_SYNTH_EXPORT(instrument_store)(int slot)->int { return answered(explorer().store(slot)); }

FLOW_SYNTH_EXPORT(instrument_recall)(int slot)->int { return answered(explorer().recall(slot)); }

FLOW_SYNTH_EXPORT(instrument_interpolate)(int from, int to, double share)->int {
    return answered(explorer().interpolate(from, to, share));
}

FLOW_SYNTH_EXPORT(instrument_mutate)(double amount)->int {
    return answered(explorer().mutate(amount));
}

FLOW_SYNTH_EXPORT(instrument_reset)()->int { return answered(explorer().reset()); }

// Being.

FLOW_SYNTH_EXPORT(instrument_units)()->const float* { return explorer().units().data(); }

FLOW_SYNTH_EXPORT(instrument_z)()->const float* { return explorer().z().data(); }

/// NaN if there is no such macro knob.
FLOW_SYNTH_EXPORT(instrument_macro_position)(int number)->double {
    const auto* const model = explorer().model();
    const bool is_there = model != nullptr && model->flow() != nullptr && number >= 1 &&
                          static_cast<std::size_t>(number) <= model->interface().order.size();
    return is_there ? explorer().macro(number) : std::numeric_limits<double>::quiet_NaN();
}

/// NaN if there is no such slider; they are numbered from 0 on.
FLOW_SYNTH_EXPORT(instrument_slider_position)(std::size_t index)->double {
    const auto sliders = explorer().sliders();
    return index < sliders.size() ? sliders[index] : std::numeric_limits<double>::quiet_NaN();
}

FLOW_SYNTH_EXPORT(instrument_is_locked)(int knob)->int {
    return has_knob(knob) && explorer().is_locked(static_cast<std::size_t>(knob)) ? 1 : 0;
}

FLOW_SYNTH_EXPORT(instrument_is_stored)(int slot)->int {
    return slot >= 1 && slot <= Explorer::k_n_slots && explorer().is_stored(slot) ? 1 : 0;
}

// Computing; nothing moves.

/// The numbers, a point z, become unit values.
FLOW_SYNTH_EXPORT(instrument_decode)()->int {
    return answered(desk().instrument.decode(desk().numbers));
}

/// The numbers, unit values, become a point z.
FLOW_SYNTH_EXPORT(instrument_invert)()->int {
    return answered(desk().instrument.invert(desk().numbers));
}

/// A unit value of a knob in the knob's own unit; NaN if there is no such knob.
FLOW_SYNTH_EXPORT(instrument_human)(int knob, double unit)->double {
    if (!has_knob(knob)) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    const auto& knobs = desk().instrument.model()->interface().parameters;
    return knobs[static_cast<std::size_t>(knob)].range.to_human(unit);
}
