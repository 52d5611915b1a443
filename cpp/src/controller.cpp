#include "flow_synth/controller.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#if !defined(__wasm__)
#include <thread>
#endif

#include "blocking.h"
#include "denormals.h"
#include "flow_synth/voices.h"
#include "mailbox.h"
#include "performance.h"
#include "ring.h"
#include "tape.h"

namespace flow_synth {
namespace {

constexpr int k_default_rate_hz = 44100;
constexpr std::size_t k_step_samples = 64;
/// The voices' knobs turn in finer steps than the point moves: coarse ones would be heard.
constexpr std::size_t k_turn_samples = 8;
constexpr std::size_t k_fade_samples = 256;
constexpr std::size_t k_most_events = 1024;
constexpr double k_promised_seconds = 0.01;
constexpr double k_longest_glide_seconds = 10.0;

/// What is asked for in order.
struct Event {
    enum class Kind : std::uint8_t {
        note,
        all_notes_off,
        start_recording,
        pause_recording,
        stop_recording
    };

    Kind kind = Kind::note;
    double pitch = 0.0;
    int velocity = 0;
};

/// What was heard in a recording.
struct Heard {
    std::uint32_t number = 0;
    std::vector<float> z;
    std::vector<float> v;
};

}  // namespace

struct Controller::State {
    // Written by the controlling thread.
    Ring<Event, k_most_events> events;
    Performance* newest = nullptr;  ///< What was handed over last.
    std::uint32_t n_models = 0;
    double glide_seconds = 0.02;
    std::atomic<bool> is_voice_on{true};
    std::atomic<bool> is_blocking{false};
    std::atomic<bool> is_listened{false};
    std::atomic<int> sample_rate_hz{k_default_rate_hz};

    // Models on their way: to the audio thread, and back to the loading one.
    std::atomic<Performance*> incoming{nullptr};
    std::atomic<Performance*> retired{nullptr};

    // To who listens, and back.
    Mailbox<Tape> tapes;
    Mailbox<Heard> heard;
    std::atomic<std::uint32_t> last_heard{0};

    // Of the audio thread.
    Performance* playing = nullptr;
    Voices voices;
    std::size_t n_fade = 0;  ///< What the voice's gain has of `k_fade_samples`.
    bool is_recording = false;
    bool is_kept = false;  ///< Whether a recording has ended that nobody was given.
    std::uint32_t n_recordings = 0;
    std::uint32_t awaited = 0;  ///< The recording to be answered; 0 for none.
    std::size_t n_waited = 0;   ///< Samples since it ended.
    bool is_late = false;       ///< Whether that was counted.
    std::size_t n_until_step = 0;
    std::atomic<std::uint64_t> n_late{0};

    ~State() {
        delete incoming.load();
        delete retired.load();
        delete playing;
    }

    double steps_per_second() const noexcept {
        return static_cast<double>(sample_rate_hz.load(std::memory_order_relaxed)) /
               static_cast<double>(k_step_samples);
    }

    std::size_t latency_samples() const noexcept {
        return static_cast<std::size_t>(
            std::lround(k_promised_seconds * sample_rate_hz.load(std::memory_order_relaxed)));
    }

    Status push(const Event& event) {
        if (!events.push(event)) {
            return Status::refused("a message cannot wait behind " + std::to_string(k_most_events) +
                                   " others; start the audio");
        }
        return {};
    }

    void take_model() noexcept {
        if (retired.load(std::memory_order_acquire) != nullptr) {
            return;  // Where would the present one go?
        }
        if (Performance* next = incoming.exchange(nullptr, std::memory_order_acq_rel)) {
            if (playing != nullptr) {
                next->follow(*playing, steps_per_second());
            }
            retired.store(playing, std::memory_order_release);
            playing = next;
            awaited = 0;
        }
    }

    void take_events() noexcept {
        Event event;
        while (events.pop(event)) {
            switch (event.kind) {
                case Event::Kind::note:
                    if (event.velocity > 0) {
                        voices.note_on(event.pitch, event.velocity);
                    } else {
                        voices.note_off(event.pitch);
                    }
                    break;
                case Event::Kind::all_notes_off:
                    voices.all_notes_off();
                    break;
                case Event::Kind::start_recording:
                    tapes.draft().rewind(sample_rate_hz.load(std::memory_order_relaxed));
                    is_recording = true;
                    is_kept = false;
                    break;
                case Event::Kind::pause_recording:
                    is_kept = is_kept || is_recording;
                    is_recording = false;
                    break;
                case Event::Kind::stop_recording:
                    hand_over();
                    break;
            }
        }
    }

    /// Ends the recording and gives it to who listens.
    void hand_over() noexcept {
        const bool is_there = std::exchange(is_recording, false) || is_kept;
        is_kept = false;
        if (!is_there || playing == nullptr || !is_listened.load(std::memory_order_relaxed)) {
            return;
        }
        if (awaited != 0 && !is_late) {
            n_late.fetch_add(1, std::memory_order_relaxed);  // Nobody waits for that any more.
        }
        awaited = ++n_recordings;
        n_waited = 0;
        is_late = false;
        tapes.draft().number = awaited;
        tapes.draft().model = playing->number();
        tapes.publish();
        if (is_blocking.load(std::memory_order_relaxed)) {
            wait();
        }
    }

    /// For rendering that need not be in time; until it is answered, or nobody listens any more.
    void wait() noexcept {
#if !defined(__wasm__)  // Where no other thread could answer.
        [[maybe_unused]] const BlockingAllowed allowed;
        while (last_heard.load(std::memory_order_acquire) != awaited &&
               is_blocking.load(std::memory_order_relaxed) &&
               is_listened.load(std::memory_order_relaxed)) {
            std::this_thread::yield();
        }
#endif
        take_heard();
    }

    /// At the first block that could have had the answer in time.
    void count_late() noexcept {
        if (awaited != 0 && n_waited >= latency_samples() && !std::exchange(is_late, true)) {
            n_late.fetch_add(1, std::memory_order_relaxed);
        }
    }

    void take_heard() noexcept {
        if (!heard.take() || heard.latest().number != awaited || awaited == 0) {
            return;
        }
        playing->go_to(heard.latest().z, heard.latest().v, awaited, steps_per_second());
        awaited = 0;
    }

    void play(std::span<float> left, std::span<float> right) noexcept {
        const bool is_on = is_voice_on.load(std::memory_order_relaxed) && playing != nullptr &&
                           playing->model().is_builtin();
        if (is_on && n_fade == 0) {
            n_fade = k_fade_samples;  // Nothing sounds that would have to be faded in.
        }
        if (n_fade == 0) {
            std::ranges::fill(left, 0.0F);
            std::ranges::fill(right, 0.0F);
            return;
        }
        voices.process(left, right);
        if (!is_on || n_fade < k_fade_samples) {
            fade(left, right, is_on);
        }
    }

    /// So that a voice that is switched off does not click.
    void fade(std::span<float> left, std::span<float> right, bool is_on) noexcept {
        for (std::size_t index = 0; index < left.size(); ++index) {
            const float gain = static_cast<float>(n_fade) / static_cast<float>(k_fade_samples);
            left[index] *= gain;
            right[index] *= gain;
            n_fade = is_on ? std::min(n_fade + 1, k_fade_samples)
                           : n_fade - std::min<std::size_t>(n_fade, 1);
        }
        if (n_fade == 0) {
            voices.silence();
        }
    }

    void step() noexcept {
        voices.rest();
        if (playing != nullptr) {
            playing->step(steps_per_second());
        }
        n_until_step = k_step_samples;
    }

    /// Samples until something changes; knobs that turn are turned for those.
    std::size_t advance() noexcept {
        if (n_until_step == 0) {
            step();
        }
        if (playing == nullptr || !playing->is_turning()) {
            return n_until_step;
        }
        if (n_until_step % k_turn_samples == 0) {
            const std::size_t n_turned = k_step_samples + k_turn_samples - n_until_step;
            playing->turn(voices,
                          static_cast<float>(n_turned) / static_cast<float>(k_step_samples));
        }
        return (n_until_step - 1) % k_turn_samples + 1;
    }
};

Controller::Controller() : m_state(std::make_unique<State>()) {}

Controller::~Controller() = default;

Status Controller::prepare(int sample_rate_hz) {
    if (Status status = m_state->voices.prepare(sample_rate_hz); !status.is_ok()) {
        return status;
    }
    m_state->sample_rate_hz = sample_rate_hz;
    reset();
    return {};
}

void Controller::reset() noexcept {
    Event event;
    while (m_state->events.pop(event)) {
    }
    m_state->voices.silence();
    m_state->is_recording = false;
    m_state->is_kept = false;
    m_state->awaited = 0;
    m_state->n_until_step = 0;
    if (m_state->playing != nullptr) {
        m_state->playing->hurry();
    }
}

void Controller::set_model(std::shared_ptr<const CoreModel> model) {
    auto next = std::make_unique<Performance>(std::move(model), ++m_state->n_models,
                                              m_state->glide_seconds);
    m_state->newest = next.get();
    // One that the audio thread has not taken yet never will.
    delete m_state->incoming.exchange(next.release(), std::memory_order_acq_rel);
}

std::shared_ptr<const CoreModel> Controller::model() const noexcept {
    return m_state->newest != nullptr ? m_state->newest->shared_model() : nullptr;
}

Status Controller::set_point(std::span<const float> point) {
    if (m_state->newest == nullptr) {
        return Status::refused("there is no model yet; load one");
    }
    Wish& wish = m_state->newest->wish();
    if (point.size() != wish.point.size()) {
        return Status::refused("a point of " + std::to_string(point.size()) +
                               " numbers cannot be used; give " +
                               std::to_string(wish.point.size()));
    }
    if (!std::ranges::all_of(point, [](float x) { return std::isfinite(x); })) {
        return Status::refused("a point has a number that is not finite; give finite ones");
    }
    wish.point.assign(point.begin(), point.end());
    ++wish.n_points;
    m_state->newest->ask();
    return {};
}

Status Controller::hold(std::span<const float> units) {
    if (m_state->newest == nullptr) {
        return Status::refused("there is no model yet; load one");
    }
    Wish& wish = m_state->newest->wish();
    if (units.size() != wish.held.size()) {
        return Status::refused(std::to_string(units.size()) + " knobs cannot be held; give " +
                               std::to_string(wish.held.size()) + ", those that are free as NaN");
    }
    if (!std::ranges::all_of(units, [](float x) { return std::isnan(x) || (x >= 0 && x <= 1); })) {
        return Status::refused(
            "a knob cannot be held beyond its ends; give unit values from 0 to 1");
    }
    wish.held.assign(units.begin(), units.end());
    m_state->newest->ask();
    return {};
}

Status Controller::set_glide_seconds(double seconds) {
    if (std::isnan(seconds) || seconds < 0.0 || seconds > k_longest_glide_seconds) {
        return Status::refused("a glide of " + std::to_string(seconds) +
                               " s cannot be made; give 0 to 10 s");
    }
    m_state->glide_seconds = seconds;
    if (m_state->newest != nullptr) {
        m_state->newest->wish().glide_seconds = seconds;
        m_state->newest->ask();
    }
    return {};
}

void Controller::set_voice(bool is_on) noexcept { m_state->is_voice_on = is_on; }

void Controller::set_blocking(bool is_blocking) noexcept { m_state->is_blocking = is_blocking; }

Status Controller::note(double pitch, int velocity) {
    if (std::isnan(pitch) || pitch < 0.0 || pitch > 127.0 || velocity < 0 || velocity > 127) {
        return Status::refused("note " + std::to_string(pitch) + " of velocity " +
                               std::to_string(velocity) +
                               " cannot be played; give both from 0 to 127");
    }
    return m_state->push({.kind = Event::Kind::note, .pitch = pitch, .velocity = velocity});
}

Status Controller::all_notes_off() { return m_state->push({.kind = Event::Kind::all_notes_off}); }

Status Controller::start_recording() {
    return m_state->push({.kind = Event::Kind::start_recording});
}

Status Controller::pause_recording() {
    return m_state->push({.kind = Event::Kind::pause_recording});
}

Status Controller::stop_recording() { return m_state->push({.kind = Event::Kind::stop_recording}); }

bool Controller::take_point(Point& point) {
    return m_state->newest != nullptr && m_state->newest->take_point(point);
}

void Controller::process(std::span<const float> input, std::span<float> left,
                         std::span<float> right) noexcept FLOW_SYNTH_REALTIME {
    const FlushDenormals flush;
    State& state = *m_state;
    state.take_model();
    state.take_events();
    state.take_heard();
    state.count_late();
    for (std::size_t begin = 0; begin < left.size();) {
        const std::size_t n_samples = std::min(state.advance(), left.size() - begin);
        // First what comes in: the host may give the same memory for what goes out.
        if (state.is_recording) {
            state.tapes.draft().append(input.subspan(begin, n_samples));
        }
        state.play(left.subspan(begin, n_samples), right.subspan(begin, n_samples));
        begin += n_samples;
        state.n_until_step -= n_samples;
    }
    state.n_waited += left.size();
}

bool Controller::take_recording(Recording& recording) {
    if (!m_state->tapes.take()) {
        return false;
    }
    const Tape& tape = m_state->tapes.latest();
    recording = {.audio = tape.audio(),
                 .sample_rate_hz = tape.sample_rate_hz,
                 .number = tape.number,
                 .model = tape.model};
    return true;
}

void Controller::deliver(std::uint32_t number, std::span<const float> z, std::span<const float> v) {
    const auto are_finite = [](std::span<const float> numbers) {
        return std::ranges::all_of(numbers, [](float x) { return std::isfinite(x); });
    };
    const bool is_sound = are_finite(z) && are_finite(v);
    Heard& heard = m_state->heard.draft();
    heard.number = number;
    heard.z.assign(z.begin(), is_sound ? z.end() : z.begin());
    heard.v.assign(v.begin(), is_sound ? v.end() : v.begin());
    m_state->heard.publish();
    m_state->last_heard.store(number, std::memory_order_release);
}

void Controller::set_listened(bool is_listened) noexcept { m_state->is_listened = is_listened; }

void Controller::collect() { delete m_state->retired.exchange(nullptr, std::memory_order_acq_rel); }

bool Controller::has_retired() const noexcept {
    return m_state->retired.load(std::memory_order_relaxed) != nullptr;
}

std::uint64_t Controller::n_late() const noexcept {
    return m_state->n_late.load(std::memory_order_relaxed);
}

std::size_t Controller::latency_samples() const noexcept { return m_state->latency_samples(); }

}  // namespace flow_synth
