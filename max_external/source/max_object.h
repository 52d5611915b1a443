#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flow_object.h"
#include "host.h"
#include "max_api.h"

namespace flow_synth {

/// One `flow_synth~` in a patch of Max: where Max's threads and what the object does meet.
///
/// Messages come from Max's main thread and from its timer thread, which a lock keeps apart. What
/// comes of them is collected while the lock is held and sent when it no longer is, always on the
/// main thread: whoever gets it may do what it likes, this object's deletion excepted.
class MaxObject final : public Host {
public:
    /// [control-thread, allocates] Main thread only. `head` must outlive it.
    explicit MaxObject(t_object& head);

    MaxObject(const MaxObject&) = delete;
    MaxObject& operator=(const MaxObject&) = delete;

    /// [control-thread] Main thread only; signals must be at an end.
    ~MaxObject() override;

    /// [control-thread, allocates] Takes creation arguments. Main thread only.
    void begin(std::span<const Atom> arguments);

    /// [control-thread, allocates, blocks] Does what a message says; if it names a file, on the
    /// main thread, a little later where it comes from another.
    void message(const std::string& selector, std::span<const Atom> atoms);

    /// [control-thread, allocates, blocks] What an attribute is.
    Atom attribute(const std::string& name);

    /// [control-thread, not while processing, allocates]
    void prepare(double sample_rate_hz);

    /// [audio-thread] Any number of samples; outputs may be the input.
    void process(std::span<const double> input, std::span<double> left,
                 std::span<double> right) noexcept;

    std::string find_file(const std::string& name) override;
    void send_params(std::span<const float> units) override;
    void send_latent(std::span<const float> z) override;
    void send_info(const std::string& selector, std::span<const Atom> atoms) override;
    void complain(const std::string& sentence) override;

private:
    static constexpr std::size_t k_chunk_samples = 512;
    using Chunk = std::array<float, k_chunk_samples>;

    /// Something to be sent. Without an outlet it is a sentence for the console.
    struct Output {
        t_outlet* outlet;
        std::string selector;
        std::vector<Atom> atoms;
    };

    struct Message {
        std::string selector;
        std::vector<Atom> atoms;
    };

    static void tick(MaxObject* self);
    static void serve(MaxObject* self);

    std::vector<Output> advance();
    void send(const Output& output);

    t_object& m_head;
    // From right to left, as Max creates them.
    t_outlet* m_info;
    t_outlet* m_latent;
    t_outlet* m_params;
    t_clock* m_clock;
    t_qelem* m_qelem;

    std::mutex m_ending;  ///< Held for moments only, and never by who frees the clock.
    bool m_is_ending = false;

    Chunk m_input{};
    Chunk m_left{};
    Chunk m_right{};

    std::mutex m_mutex;  ///< Of all below, but for what is processed.
    std::vector<Output> m_outputs;
    std::vector<Message> m_postponed;
    FlowObject m_object;
};

}  // namespace flow_synth
