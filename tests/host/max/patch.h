#pragma once

#include <string>
#include <utility>
#include <vector>

#include "world.h"

/// A patch with one `flow_synth~`, which finds the shipped models.
class Patch {
public:
    /// What is typed after the object's name.
    explicit Patch(const std::string& arguments = "");

    max_host::World& world() { return m_world; }
    max_host::Box& box() { return *m_box; }

    /// Sends a message from the main thread, or from the timer's.
    void send(const std::string& text);
    void send_timed(const std::string& text);

    /// What comes out of an outlet with a selector, once it does; empty if it does not in time.
    std::string wait_for(const std::string& selector, double seconds = 60.0);

    /// Waits for the model, and for the sentence that there is no engine; whether both came. What
    /// has come out is then forgotten.
    bool is_ready();

    /// Waits for the model and for the engine; whether both came.
    bool can_hear();

    /// The numbers that come out of an outlet next; empty if none come in time.
    std::vector<double> next_list(std::size_t outlet);

    /// What is complained about, once something is.
    std::vector<std::string> next_complaints();

    /// What comes out within a moment: all of it, that of one outlet, and what is complained about.
    std::vector<max_host::Sent> sent();
    std::vector<max_host::Sent> sent_from(std::size_t outlet);
    std::vector<std::string> complaints();

private:
    max_host::World m_world;
    max_host::Box* m_box;
};

/// Outlets, from the left.
inline constexpr std::size_t k_params = 2;
inline constexpr std::size_t k_latent = 3;
inline constexpr std::size_t k_info = 4;

/// The sizes of the built-in synth's model: its audio space, and its knobs.
inline constexpr std::size_t k_n_latent = 40;
inline constexpr std::size_t k_n_knobs = 40;

/// The messages that the object says it knows.
std::vector<std::string> known_messages(Patch& patch);

/// A list of numbers, each the same, as a message.
std::string message_of(const std::string& selector, std::size_t n, const std::string& number);

/// Right messages in an order that makes sense, and what begins the answer. Those that need an
/// engine are not among them.
const std::vector<std::pair<std::string, std::string>>& right_messages();
