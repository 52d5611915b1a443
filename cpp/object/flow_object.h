#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atom.h"
#include "console.h"
#include "flow_synth/controller.h"
#include "flow_synth/explorer.h"
#include "flow_synth/realtime.h"
#include "host.h"
#include "inbox.h"
#include "matcher.h"
#include "message.h"
#include "report.h"

namespace flow_synth {

/// `flow_synth~` in whatever host: what its messages do, and what comes out of it.
///
/// Messages answer at the next `poll`, so that a flood of them costs no more than is heard. Files
/// are read, and the engine is opened and runs, on other threads; only in blocking mode does a
/// message wait for them. A host whose messages come from several threads holds a lock of its own.
class FlowObject {
public:
    /// [control-thread, allocates] `host` must outlive it. The engine, and models that are named
    /// without a path, are sought in `folder`, where the host found the object.
    FlowObject(Host& host, std::filesystem::path folder);

    FlowObject(const FlowObject&) = delete;
    FlowObject& operator=(const FlowObject&) = delete;

    /// [control-thread, not while processing] What still loads for it is lost.
    ~FlowObject();

    /// [control-thread, allocates] Takes creation arguments: a model file, then `@name value`.
    void begin(std::span<const Atom> arguments);

    /// [control-thread, allocates] Does what a message says. In blocking mode it waits for what is
    /// loaded or heard.
    void message(const std::string& selector, std::span<const Atom> atoms);

    /// [control-thread, allocates] Sends out what has come of messages and of other threads. To be
    /// called after messages, and every few milliseconds.
    void poll();

    /// [control-thread, not while processing, allocates] Sets the sample rate; what cannot be
    /// played gives silence.
    void prepare(double sample_rate_hz);

    /// [audio-thread] See `Controller::process`.
    void process(std::span<const float> input, std::span<float> left,
                 std::span<float> right) noexcept FLOW_SYNTH_REALTIME;

private:
    struct Handler {
        using Handle = Status (*)(FlowObject&, const Arguments&);

        constexpr Handler(const MessageForm& its_form, Handle its_handle)
            : form(its_form), handle(its_handle) {}

        MessageForm form;
        Handle handle;
    };
    struct Attribute {
        using Value = Atom (*)(const FlowObject&);

        constexpr Attribute(std::string_view its_name, bool can_be_set, Value its_value)
            : name(its_name), is_settable(can_be_set), value(its_value) {}

        std::string_view name;
        bool is_settable;
        Value value;
    };

    static std::span<const Handler> handlers();
    static std::span<const Attribute> attributes();

    Status dispatch(const std::string& selector, std::span<const Atom> atoms);
    /// The same; what the system throws (a name that is no path, say) is a refusal, too.
    Status understand(const std::string& selector, std::span<const Atom> atoms);
    Status set_attribute(const std::string& name, std::span<const Atom> atoms);

    std::string find(const std::string& name);
    Status load(const std::string& path);
    Status reload();
    Status analyze(const std::string& path);
    Status reset();
    Status curve(int macro, int count);
    Status set_smooth(double milliseconds);
    void report_all();
    void report_attributes();

    void advance();
    void take(const LoadedModel& loaded);
    void take(const OpenedEngine& opened);
    void take(ReadSound& sound);
    void collect();
    bool is_busy() const noexcept;
    void send_lines();
    void send_moves();

    Host& m_host;
    std::filesystem::path m_folder;
    std::shared_ptr<Controller> m_controller = std::make_shared<Controller>();
    Explorer m_explorer{*m_controller};
    Console m_console;
    bool m_must_send = false;   ///< Whether somebody asked where everything stands.
    std::vector<Line> m_lines;  ///< What goes out of the info outlet next.

    std::shared_ptr<Inbox> m_inbox = std::make_shared<Inbox>();
    bool m_is_loading = false;
    std::uint64_t m_playing_load = 0;  ///< The number of what brought the model that plays.
    std::string m_path;                ///< Of the model that plays,
    std::string m_wanted_path;         ///< and of the one that was asked for last.
    bool m_is_reading = false;

    double m_smooth_ms = 20.0;
    bool m_is_voice_on = true;
    bool m_is_blocking = false;
    int m_sample_rate_hz = 0;
    bool m_can_play = true;

    Matcher m_matcher{*m_controller, m_explorer};
};

}  // namespace flow_synth
