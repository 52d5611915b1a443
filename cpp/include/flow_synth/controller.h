#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "flow_synth/core_model.h"
#include "flow_synth/realtime.h"
#include "flow_synth/status.h"

namespace flow_synth {

/// Sound that was recorded for a model to hear.
struct Recording {
    std::vector<float> audio;  ///< Mono.
    int sample_rate_hz = 0;
    std::uint32_t number = 0;  ///< Of the recording; whoever heard it gives it back.
    std::uint32_t model = 0;   ///< The number of the model that played, of those handed over.
};

/// A point that knobs or sounds have led to.
struct Point {
    std::vector<float> z;     ///< [D]; empty if the model's flow is none that the core runs.
    std::vector<float> v;     ///< [P] unit values, as they sound: held knobs where they are held.
    std::vector<float> goal;  ///< Where it glides: z [D], or without a flow unit values [P].
    std::uint32_t recording = 0;  ///< The number of the recording that led there; 0 for none.

    /// [any-thread] Whether it answers a recording.
    bool is_heard() const noexcept { return recording != 0; }
};

/// What runs a model in real time: knobs glide to where they are told, the built-in voice plays
/// them, and the input is recorded for whoever listens.
///
/// One thread processes, one controls, one listens, one loads; none of them ever waits for another,
/// but for the processing thread in blocking mode. What the controlling thread asks for takes
/// effect in the next `process`, on a grid of 64 samples, so that the same calls give the same
/// sound whatever the sizes of the blocks.
class Controller {
public:
    /// [control-thread, allocates] Without a model, prepared for 44100 Hz.
    Controller();

    Controller(const Controller&) = delete;
    Controller& operator=(const Controller&) = delete;

    /// [control-thread, not while processing or listening]
    ~Controller();

    // Between processing.

    /// [control-thread, not while processing] Sets the sample rate, 8000 to 192000 Hz, and resets.
    /// Refuses any other rate and leaves all as it is.
    Status prepare(int sample_rate_hz);

    /// [control-thread, not while processing] Silences the voice and forgets what is being
    /// recorded; model and knobs stay, and a glide is at its end.
    void reset() noexcept;

    // Controlling.

    /// [control-thread, allocates] Hands over a model, not null, which plays from the next block
    /// on, its knobs going to their defaults and none held. The one before lives until it is
    /// collected.
    void set_model(std::shared_ptr<const CoreModel> model);

    /// [control-thread] What was handed over last; null at first.
    std::shared_ptr<const CoreModel> model() const noexcept;

    /// [control-thread] Glides to a point of the audio space z [D]; if the model's flow is none
    /// that the core runs, to unit values [P] instead, drawn into [0, 1]. Refused if the size is
    /// another or a number is not finite.
    Status set_point(std::span<const float> point);

    /// [control-thread] Glides knobs [P] to unit values and holds them there whatever the point
    /// says; those that are not numbers are free. Refused if the size is another or a value not in
    /// [0, 1].
    Status hold(std::span<const float> units);

    /// [control-thread] How long a glide takes; at first 0.02 s. Refused if below 0 or above 10 s.
    Status set_glide_seconds(double seconds);

    /// [control-thread] Whether the voice plays, or within 256 samples dies away; at first it does.
    void set_voice(bool is_on) noexcept;

    /// [control-thread] Whether processing waits for who listens, so that a rendering faster or
    /// slower than real time always sounds the same; at first not.
    void set_blocking(bool is_blocking) noexcept;

    /// [control-thread] Starts a note, or with velocity 0 releases it. Refused if the pitch is not
    /// in 0 to 127 or the velocity not in 0 to 127, and if a thousand wait already.
    Status note(double pitch, int velocity);

    /// [control-thread] Releases all notes.
    Status all_notes_off();

    /// [control-thread] Begins to record the input; the last 6 s are kept.
    Status start_recording();

    /// [control-thread] Ends the recording and keeps it, for `stop_recording` to give away.
    Status pause_recording();

    /// [control-thread] Ends the recording and gives it to who listens.
    Status stop_recording();

    /// [control-thread, allocates] The newest point that the voice has come to, once; false if
    /// there is none since the last call.
    bool take_point(Point& point);

    // Processing.

    /// [audio-thread] Records `input` and writes the next samples of both channels; all three have
    /// one length, of any size, and `input` may be one of the others.
    void process(std::span<const float> input, std::span<float> left,
                 std::span<float> right) noexcept FLOW_SYNTH_REALTIME;

    // Listening.

    /// [inference-thread, allocates] The newest recording that nobody has taken; false if there is
    /// none.
    bool take_recording(Recording& recording);

    /// [inference-thread] Knobs [P] that answer the recording of a number, and their z [D], empty
    /// where the core runs no flow; both empty if it could not be heard. Numbers that are not
    /// finite count as not heard.
    void deliver(std::uint32_t number, std::span<const float> z, std::span<const float> v);

    /// [control-thread] Whether somebody takes recordings; nobody does at first, and then
    /// recordings are dropped. Processing that waits in blocking mode goes on when this ends: end
    /// this first, and then what listens.
    void set_listened(bool is_listened) noexcept;

    // Loading.

    /// [loader-thread] Frees a model that no longer plays. The next one plays once that is done.
    void collect();

    /// [any-thread] Whether there is one to be freed.
    bool has_retired() const noexcept;

    // Counting.

    /// [any-thread] Recordings without an answer when they were promised one, or when the next
    /// ended; those that a reset or another model took the sense from do not count.
    std::uint64_t n_late() const noexcept;

    /// [any-thread] Samples within which the end of a recording is promised to be answered: 10 ms.
    std::size_t latency_samples() const noexcept;

private:
    struct State;

    std::unique_ptr<State> m_state;
};

}  // namespace flow_synth
