#include "patch.h"

#include <algorithm>
#include <sstream>
#include <utility>

using max_host::Sent;

namespace {

constexpr double k_moment_s = 0.05;

}  // namespace

Patch::Patch(const std::string& arguments) {
    m_world.search_path() = {FLOW_SYNTH_SHIPPED};
    m_world.open(FLOW_SYNTH_MAX_EXTERNAL);
    m_box = m_world.create("flow_synth~ " + arguments);
}

void Patch::send(const std::string& text) { m_world.send(*m_box, text); }

void Patch::send_timed(const std::string& text) {
    m_world.timer().on_thread([&] { send(text); });
}

std::string Patch::wait_for(const std::string& selector, double seconds) {
    std::string found;
    m_world.run_until(
        [&] {
            for (const Sent& each : m_world.take_sent(*m_box)) {
                if (each.text.starts_with(selector)) {
                    found = each.text;
                }
            }
            return !found.empty();
        },
        seconds);
    return found;
}

bool Patch::is_ready() {
    const bool is_loaded = !wait_for("loaded").empty();
    const bool is_said = next_complaints().size() == 1;
    m_world.take_sent(*m_box);
    return is_loaded && is_said;
}

bool Patch::can_hear() {
    constexpr double k_much_s = 60.0;
    bool is_there = false;
    m_world.run_until(
        [&] {
            send("info");
            for (const Sent& each : m_world.take_sent(*m_box)) {
                is_there = is_there || each.text == "engine ready";
            }
            return is_there;
        },
        k_much_s);
    sent();
    return is_there;
}

std::vector<double> Patch::next_list(std::size_t outlet) {
    constexpr double k_much_s = 60.0;
    std::vector<double> numbers;
    m_world.run_until(
        [&] {
            for (const Sent& each : m_world.take_sent(*m_box)) {
                if (each.outlet == outlet) {
                    numbers = each.numbers;
                }
            }
            return !numbers.empty();
        },
        k_much_s);
    return numbers;
}

std::vector<std::string> Patch::next_complaints() {
    constexpr double k_much_s = 60.0;
    m_world.run_until([this] { return m_world.has_said_something(); }, k_much_s);
    return complaints();
}

std::vector<Sent> Patch::sent() {
    m_world.run_for(k_moment_s);
    return m_world.take_sent(*m_box);
}

std::vector<Sent> Patch::sent_from(std::size_t outlet) {
    auto all = sent();
    std::erase_if(all, [&](const Sent& each) { return each.outlet != outlet; });
    return all;
}

std::vector<std::string> Patch::complaints() {
    m_world.run_for(k_moment_s);
    return m_world.take_console();
}

std::vector<std::string> known_messages(Patch& patch) {
    patch.send("nonsense");
    const auto complaints = patch.next_complaints();
    std::string list = complaints.at(0);
    list.erase(0, list.find("say one of ") + std::string("say one of ").size());
    std::erase(list, ',');
    std::istringstream words(list);
    std::vector<std::string> known;
    for (std::string word; words >> word;) {
        known.push_back(word);
    }
    return known;
}

std::string message_of(const std::string& selector, std::size_t n, const std::string& number) {
    std::string text = selector;
    for (std::size_t index = 0; index < n; ++index) {
        text += " " + number;
    }
    return text;
}

const std::vector<std::pair<std::string, std::string>>& right_messages() {
    static const std::vector<std::pair<std::string, std::string>> k_messages{
        {"load builtin", "loaded"},
        {"model amsynth-32", "loaded"},
        {"model builtin", "loaded"},
        {"reload", "loaded"},
        {message_of("z", k_n_latent, "0.1"), "list"},
        {"macro 1 0.25", "list"},
        {"store 1", ""},
        {message_of("params", k_n_knobs, "0.5"), "list"},
        {"store 2", ""},
        {"recall 1", "list"},
        {"interpolate 1 2 0.5", "list"},
        {"mutate 0.3", "list"},
        {"curve 1 9", "curve"},
        {"note 60 100", ""},
        {"note 60 0", ""},
        {"record 1", ""},
        {"record 0", ""},
        {"reset", "list"},
        {"dump", "model"},
        {"info", "engine"},
        {"smooth 10", ""},
        {"voice 0", ""},
        {"voice 1", ""},
        {"blocking 1", ""},
        {"blocking 0", ""},
    };
    return k_messages;
}
