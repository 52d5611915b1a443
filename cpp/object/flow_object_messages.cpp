// What `flow_synth~` understands.

#include <algorithm>
#include <array>
#include <exception>
#include <string>

#include "flow_object.h"

namespace flow_synth {
namespace {

constexpr double k_milliseconds = 1000.0;

}  // namespace

std::span<const FlowObject::Handler> FlowObject::handlers() {
    using Object = FlowObject;
    using Args = const Arguments;
    static constexpr std::array k_handlers{
        Handler{{"load", "w", "load builtin"},
                [](Object& it, Args& args) { return it.load(it.find(args.word(0))); }},
        Handler{{"model", "w", "model builtin"},
                [](Object& it, Args& args) { return it.load(it.find(args.word(0))); }},
        Handler{{"reload", "", "reload"}, [](Object& it, Args& /*args*/) { return it.reload(); }},
        Handler{{"z", "*", "z 0.5 -1 ..., one number each dimension"},
                [](Object& it, Args& args) { return it.m_explorer.go_to(args.numbers()); }},
        Handler{{"params", "*", "params 0.5 1 ..., one number each knob"},
                [](Object& it, Args& args) { return it.m_explorer.locate(args.numbers()); }},
        Handler{{"macro", "in", "macro 1 0.5"},
                [](Object& it, Args& args) {
                    return it.m_explorer.set_macro(args.whole(0), args.number(1));
                }},
        Handler{{"semantic", "wn", "semantic brightness 1.5"},
                [](Object& it, Args& args) {
                    return it.m_explorer.set_semantic(args.word(0), args.number(1));
                }},
        Handler{{"record", "s", "record 1"},
                [](Object& it, Args& args) { return it.m_matcher.record(args.is_on(0)); }},
        Handler{{"match", "", "match"},
                [](Object& it, Args& /*args*/) { return it.m_matcher.match(); }},
        Handler{
            {"analyze", "w", "analyze sound.wav"},
            [](Object& it, Args& args) { return it.analyze(it.m_host.find_file(args.word(0))); }},
        Handler{{"candidates", "i", "candidates 8"},
                [](Object& it, Args& args) { return it.m_matcher.find_candidates(args.whole(0)); }},
        Handler{{"candidate", "i", "candidate 1"},
                [](Object& it, Args& args) { return it.m_matcher.go_to_candidate(args.whole(0)); }},
        Handler{{"curve", "ii", "curve 1 9"},
                [](Object& it, Args& args) { return it.curve(args.whole(0), args.whole(1)); }},
        Handler{{"store", "i", "store 1"},
                [](Object& it, Args& args) { return it.m_explorer.store(args.whole(0)); }},
        Handler{{"recall", "i", "recall 1"},
                [](Object& it, Args& args) { return it.m_explorer.recall(args.whole(0)); }},
        Handler{{"interpolate", "iin", "interpolate 1 2 0.5"},
                [](Object& it, Args& args) {
                    return it.m_explorer.interpolate(args.whole(0), args.whole(1), args.number(2));
                }},
        Handler{{"mutate", "n", "mutate 0.3"},
                [](Object& it, Args& args) { return it.m_explorer.mutate(args.number(0)); }},
        Handler{
            {"lock", "ws", "lock filter_cutoff 1"},
            [](Object& it, Args& args) { return it.m_explorer.lock(args.word(0), args.is_on(1)); }},
        Handler{{"note", "ni", "note 60 100"},
                [](Object& it, Args& args) {
                    return it.m_controller->note(args.number(0), args.whole(1));
                }},
        Handler{{"reset", "", "reset"}, [](Object& it, Args& /*args*/) { return it.reset(); }},
        Handler{{"dump", "", "dump"},
                [](Object& it, Args& /*args*/) {
                    it.report_all();
                    return Status();
                }},
        Handler{{"info", "", "info"},
                [](Object& it, Args& /*args*/) {
                    it.report_attributes();
                    return Status();
                }},
        Handler{{"smooth", "n", "smooth 20"},
                [](Object& it, Args& args) { return it.set_smooth(args.number(0)); }},
        Handler{{"voice", "s", "voice 1"},
                [](Object& it, Args& args) {
                    it.m_is_voice_on = args.is_on(0);
                    it.m_controller->set_voice(it.m_is_voice_on);
                    return Status();
                }},
        Handler{{"blocking", "s", "blocking 0"},
                [](Object& it, Args& args) {
                    it.m_is_blocking = args.is_on(0);
                    it.m_controller->set_blocking(it.m_is_blocking);
                    return Status();
                }},
    };
    return k_handlers;
}

std::span<const FlowObject::Attribute> FlowObject::attributes() {
    using Object = const FlowObject;
    static constexpr std::array k_attributes{
        Attribute{"model", true, [](Object& it) -> Atom { return it.m_path; }},
        Attribute{"smooth", true, [](Object& it) -> Atom { return it.m_smooth_ms; }},
        Attribute{"voice", true, [](Object& it) -> Atom { return it.m_is_voice_on ? 1.0 : 0.0; }},
        Attribute{"blocking", true,
                  [](Object& it) -> Atom { return it.m_is_blocking ? 1.0 : 0.0; }},
        Attribute{"latency", false,
                  [](Object& it) -> Atom {
                      return static_cast<double>(it.m_controller->latency_samples());
                  }},
        Attribute{
            "late", false,
            [](Object& it) -> Atom { return static_cast<double>(it.m_controller->n_late()); }},
    };
    return k_attributes;
}

Status FlowObject::dispatch(const std::string& selector, std::span<const Atom> atoms) {
    const auto attribute = std::ranges::find(attributes(), selector, &Attribute::name);
    if (attribute != attributes().end() && atoms.empty()) {
        m_lines.push_back({.selector = selector, .atoms = {attribute->value(*this)}});
        return {};
    }
    if (attribute != attributes().end() && !attribute->is_settable) {
        return Status::refused("'" + selector + "' can only be read; say it alone");
    }
    const auto handler = std::ranges::find(handlers(), selector,
                                           [](const Handler& each) { return each.form.selector; });
    if (handler == handlers().end()) {
        std::string known;
        for (const Handler& each : handlers()) {
            known += (known.empty() ? "" : ", ") + std::string(each.form.selector);
        }
        return Status::refused("there is no message '" + text_of(selector, {}) + "'; say one of " +
                               known);
    }
    if (Status status = check_form(handler->form, atoms); !status.is_ok()) {
        return status;
    }
    return handler->handle(*this, Arguments(atoms));
}

Status FlowObject::understand(const std::string& selector, std::span<const Atom> atoms) {
    try {
        return dispatch(selector, atoms);
    } catch (const std::exception& error) {
        return Status::refused(std::string("'") + text_of(selector, atoms) + "' cannot be done (" +
                               error.what() + "); try something else");
    }
}

Status FlowObject::set_attribute(const std::string& name, std::span<const Atom> atoms) {
    const auto attribute = std::ranges::find(attributes(), name, &Attribute::name);
    if (attribute == attributes().end()) {
        std::string known;
        for (const Attribute& each : attributes()) {
            if (each.is_settable) {
                known += (known.empty() ? "@" : ", @") + std::string(each.name);
            }
        }
        return Status::refused("there is no attribute '@" + name + "'; give one of " + known);
    }
    if (atoms.empty() && attribute->is_settable) {
        return Status::refused("'@" + name + "' has no value; give one, or leave it out");
    }
    return understand(name, atoms);
}

void FlowObject::begin(std::span<const Atom> arguments) {
    const auto is_name = [](const Atom& atom) {
        const auto* const word = std::get_if<std::string>(&atom);
        return word != nullptr && word->starts_with('@');
    };
    auto end = std::ranges::find_if(arguments, is_name);
    std::vector<Atom> model(arguments.begin(), end);
    while (end != arguments.end()) {
        const std::string name = std::get<std::string>(*end).substr(1);
        const auto begin = end + 1;
        end = std::find_if(begin, arguments.end(), is_name);
        if (name == "model" && begin != end) {
            model.assign(begin, end);
        } else if (const Status status = set_attribute(name, {begin, end}); !status.is_ok()) {
            m_console.complain(status.reason());
        }
    }
    if (!model.empty()) {
        message("load", model);  // Last, as the attributes want it.
    }
}

Status FlowObject::curve(int macro, int count) {
    std::vector<std::vector<float>> presets;
    Status status = m_explorer.curve(macro, count, presets);
    if (status.is_ok()) {
        report_curve(macro, presets, m_lines);
    }
    return status;
}

Status FlowObject::set_smooth(double milliseconds) {
    Status status = m_controller->set_glide_seconds(milliseconds / k_milliseconds);
    if (status.is_ok()) {
        m_smooth_ms = milliseconds;
    }
    return status;
}

void FlowObject::report_attributes() {
    for (const Attribute& each : attributes()) {
        m_lines.push_back({.selector = std::string(each.name), .atoms = {each.value(*this)}});
    }
    m_lines.push_back({.selector = "engine", .atoms = {std::string(m_matcher.engine_word())}});
    if (m_explorer.model() != nullptr) {
        report_model(*m_explorer.model(), m_lines);
    }
}

void FlowObject::report_all() {
    report_attributes();
    if (m_explorer.model() != nullptr) {
        report_state(m_explorer, m_lines);
    }
    m_must_send = true;
}

}  // namespace flow_synth
