#include "flow_object.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <system_error>
#include <thread>
#include <utility>
#include <variant>

#include "ending.h"
#include "flow_synth/model_file.h"
#include "loader_thread.h"

namespace flow_synth {
namespace {

constexpr std::chrono::milliseconds k_nap{1};
constexpr const char* k_suffix = ".flow.ts";

bool is_file(const std::filesystem::path& path) {
    std::error_code error;
    return std::filesystem::is_regular_file(path, error);
}

}  // namespace

FlowObject::FlowObject(Host& host, std::filesystem::path folder)
    : m_host(host), m_folder(std::move(folder)) {
    end_in_order();
}

FlowObject::~FlowObject() = default;

void FlowObject::prepare(double sample_rate_hz) {
    const int rate_hz = static_cast<int>(std::lround(sample_rate_hz));
    if (rate_hz == m_sample_rate_hz) {
        return;  // Hosts prepare whenever a patch is edited; what sounds goes on.
    }
    m_sample_rate_hz = rate_hz;
    Status status = m_controller->prepare(rate_hz);
    m_can_play = status.is_ok();
    if (status.is_ok()) {
        status = m_matcher.restart();
    }
    if (!status.is_ok()) {
        m_console.complain(status.reason());
    }
}

void FlowObject::process(std::span<const float> input, std::span<float> left,
                         std::span<float> right) noexcept FLOW_SYNTH_REALTIME {
    if (m_can_play) {
        m_controller->process(input, left, right);
    } else {
        std::ranges::fill(left, 0.0F);
        std::ranges::fill(right, 0.0F);
    }
}

// --- What a model is found and loaded by ---

std::string FlowObject::find(const std::string& name) {
    for (const std::string& each : {name, name + k_suffix}) {
        std::string path = m_host.find_file(each);
        if (is_file(path_of(path))) {
            return path;
        }
        // `absolute / path` is the path where that is absolute itself.
        const std::filesystem::path beside = m_folder / path_of(each);
        if (is_file(beside)) {
            return utf8(beside);
        }
    }
    return m_host.find_file(name);
}

Status FlowObject::load(const std::string& path) {
    m_wanted_path = path;
    m_is_loading = true;
    const std::uint64_t number = ++m_inbox->newest_load;
    // One after the other, so that between them a host may end.
    LoaderThread::instance().post(
        [inbox = m_inbox, number, path] { load_model(*inbox, number, path); });
    LoaderThread::instance().post(
        [inbox = m_inbox, number, folder = m_folder] { open_engine(*inbox, number, folder); });
    return {};
}

Status FlowObject::reload() {
    if (m_wanted_path.empty()) {
        return Status::refused("there is no model to load again; say 'load' and a file");
    }
    return load(m_wanted_path);
}

void FlowObject::take(const LoadedModel& loaded) {
    if (loaded.number != m_inbox->newest_load) {
        return;  // Another was asked for since.
    }
    m_is_loading = false;
    if (!loaded.status.is_ok()) {
        m_console.complain(loaded.status.reason());
        return;
    }
    m_path = loaded.path;
    m_playing_load = loaded.number;
    m_explorer.set_model(loaded.model);
    m_matcher.expect_engine();
    m_lines.push_back({.selector = "loaded", .atoms = {m_path}});
}

void FlowObject::take(const OpenedEngine& opened) {
    // Whatever was asked for since, and may be no model.
    if (opened.number == m_playing_load) {
        m_matcher.set_engine(opened.status, opened.library, m_path);
    }
}

// --- Sounds ---

Status FlowObject::analyze(const std::string& path) {
    m_is_reading = true;
    m_matcher.expect_sound();
    LoaderThread::instance().post([inbox = m_inbox, number = ++m_inbox->newest_sound, path] {
        read_sound(*inbox, number, path);
    });
    return {};
}

void FlowObject::take(ReadSound& sound) {
    if (sound.number != m_inbox->newest_sound) {
        return;
    }
    m_is_reading = false;
    if (sound.status.is_ok()) {
        sound.status = m_matcher.hear(std::move(sound.recording));
    } else {
        m_matcher.give_up_sound();
    }
    if (!sound.status.is_ok()) {
        m_console.complain(sound.status.reason());
    }
}

Status FlowObject::reset() {
    if (Status status = m_controller->all_notes_off(); !status.is_ok()) {
        return status;
    }
    if (Status status = m_matcher.record(false); !status.is_ok()) {
        return status;
    }
    return m_explorer.reset();
}

// --- Going on ---

bool FlowObject::is_busy() const noexcept {
    return m_is_loading || m_is_reading || m_matcher.is_busy();
}

void FlowObject::advance() {
    for (Loaded& loaded : m_inbox->take()) {
        std::visit([this](auto& each) { take(each); }, loaded);
    }
    m_explorer.follow();
    m_matcher.poll(m_console);
    if (m_matcher.take_found()) {
        report_candidates(m_matcher.candidates(), m_lines);
    }
    collect();
}

void FlowObject::collect() {
    if (m_controller->has_retired()) {
        LoaderThread::instance().post([controller = m_controller] { controller->collect(); });
    }
}

void FlowObject::message(const std::string& selector, std::span<const Atom> atoms) {
    if (const Status status = understand(selector, atoms); !status.is_ok()) {
        m_console.complain(status.reason());
    }
    while (m_is_blocking && is_busy()) {
        std::this_thread::sleep_for(k_nap);
        advance();
    }
}

void FlowObject::poll() {
    advance();
    send_lines();
    m_console.flush(m_host);
    send_moves();
}

void FlowObject::send_lines() {
    // What the host does with them may come back as messages.
    for (const Line& line : std::exchange(m_lines, {})) {
        m_host.send_info(line.selector, line.atoms);
    }
}

void FlowObject::send_moves() {
    const bool has_moved = m_explorer.take_move();
    if (!std::exchange(m_must_send, false) && !has_moved) {
        return;
    }
    const auto units = m_explorer.units();
    const std::vector<float> params(units.begin(), units.end());
    const std::vector<float> latent(m_explorer.z().begin(), m_explorer.z().end());
    if (!latent.empty()) {
        m_host.send_latent(latent);
    }
    if (!params.empty()) {
        m_host.send_params(params);
    }
}

}  // namespace flow_synth
