#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "audio_thread.h"
#include "max_api.h"
#include "timer_thread.h"
#include "watch.h"

/// What Max keeps of a class; nobody else looks inside.
struct t_class {
    struct Attribute {
        std::string name;
        std::string type;
        long flags = 0;
        method get = nullptr;
        method set = nullptr;
        std::map<std::string, std::string> properties;
    };

    std::string name;
    method create = nullptr;
    method destroy = nullptr;
    std::size_t n_bytes = 0;
    bool is_dsp = false;
    std::map<std::string, method> methods;
    std::vector<std::unique_ptr<Attribute>> attributes;
};

namespace max_host {

/// Something that came out of an outlet, as one writes it.
struct Sent {
    std::size_t outlet;  ///< From the left.
    std::string text;
    std::vector<double> numbers;
    Role role;
};

struct Box;

struct Outlet {
    Box* box;
    std::string type;
    bool is_free = false;
};

struct Qelem {
    void* object;
    method serve;
    bool is_set = false;
    bool is_free = false;
};

/// An object in the patch.
struct Box {
    t_class* of = nullptr;
    void* memory = nullptr;
    std::vector<std::unique_ptr<Outlet>> outlets;  ///< From the right, as they are created.
    t_outlet* dumpout = nullptr;
    std::size_t n_inputs = 0;
    bool is_dsp_free = false;
    bool is_free = false;
    std::vector<Sent> sent;
    std::function<void(const Sent&)> answer;  ///< What the patch does with what comes out.
};

/// Max, as far as an external notices: threads, queues, outlets, attributes, signals and files. The
/// thread that makes it is its main thread. One at a time.
class World {
public:
    World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    /// Deletes what is left, and notes what was never freed.
    ~World();

    static World& current();

    // What a person does; main thread only, but for `send`.

    /// Loads a library once, and lets it add its classes.
    void open(const std::filesystem::path& library);
    /// What one types into a new box: a class, arguments, attributes. Null if it makes none.
    Box* create(const std::string& text);
    void remove(Box& box);
    /// A message as one writes it, on this thread.
    void send(Box& box, const std::string& text);
    /// Serves the queues until something is so; false if it is not so in time.
    bool run_until(const std::function<bool()>& is_so, double seconds = 20.0);
    void run_for(double seconds);
    /// Turns signals on, anew if they were.
    void start_dsp(double rate_hz, long n_samples);
    bool has_said_something();
    std::vector<std::string> take_console();
    /// What has come out of a box since the last call.
    std::vector<Sent> take_sent(Box& box);

    AudioThread& audio() { return m_audio; }
    TimerThread& timer() { return m_timer; }
    std::vector<std::filesystem::path>& search_path() { return m_search_path; }

    // What an external asks for.

    t_class& add_class(t_class of);
    void* allocate(t_class& of);
    Box& box_of(const void* memory);
    Outlet* add_outlet(void* memory, const char* type);
    void come_out(Outlet& outlet, const std::string& selector, const t_atom* atoms, long n_atoms);
    Qelem* add_qelem(void* object, method serve);
    void set(Qelem& qelem);
    void free(Qelem& qelem);
    void free_signals(Box& box);
    void add_to_chain(Perform perform);
    void say(const std::string& sentence);

    /// Notes a breach if a box is being freed whose signals are not yet at an end.
    void check_order(const std::string& what);

private:
    void serve_qelems();
    bool keep(const Outlet& outlet, Sent& sent);
    bool send_to_attribute(Box& box, const std::string& selector, std::vector<t_atom>& atoms);
    void check_freed_memory() const;

    std::mutex m_mutex;  ///< Of all that several threads come to.
    std::map<std::string, std::unique_ptr<t_class>> m_classes;
    std::vector<std::unique_ptr<Box>> m_boxes;
    std::vector<std::unique_ptr<Qelem>> m_qelems;
    std::vector<std::string> m_console;
    std::vector<std::filesystem::path> m_search_path;
    std::vector<Perform> m_chain;
    Box* m_removed = nullptr;  ///< Being freed now.
    TimerThread m_timer;
    AudioThread m_audio;
};

/// An atom list as one writes it.
std::vector<t_atom> atoms_of(const std::string& text);
std::string text_of(const t_atom* atoms, long n_atoms);

}  // namespace max_host
