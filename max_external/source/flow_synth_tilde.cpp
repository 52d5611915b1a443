// `flow_synth~` for Max: what Max asks of a class, and nothing else.

#include <array>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "max_api.h"
#include "max_method.h"
#include "max_object.h"

namespace {

using flow_synth::Atom;
using flow_synth::MaxObject;

t_class* s_class = nullptr;

/// What Max allocates, and fills with zeros.
struct Shell {
    t_pxobject head;
    MaxObject* object;
};

std::vector<Atom> atoms_of(long n_atoms, const t_atom* atoms) {
    std::vector<Atom> own;
    for (const t_atom& atom : std::span(atoms, static_cast<std::size_t>(n_atoms))) {
        switch (atom.a_type) {
            case A_LONG:
                own.emplace_back(static_cast<double>(atom.a_w.w_long));
                break;
            case A_FLOAT:
                own.emplace_back(atom.a_w.w_float);
                break;
            case A_SYM:
                own.emplace_back(std::string(atom.a_w.w_sym->s_name));
                break;
            default:
                own.emplace_back(std::string("?"));
        }
    }
    return own;
}

// --- Attributes ---

struct Attribute {
    const char* name;
    const char* type;
    long flags;
    const char* style;
    const char* label;
};

constexpr std::array k_attributes{
    Attribute{.name = "model",
              .type = "symbol",
              .flags = ATTR_FLAGS_NONE,
              .style = "file",
              .label = "Model"},
    Attribute{.name = "smooth",
              .type = "float64",
              .flags = ATTR_FLAGS_NONE,
              .style = "text",
              .label = "Glide (ms)"},
    Attribute{.name = "voice",
              .type = "long",
              .flags = ATTR_FLAGS_NONE,
              .style = "onoff",
              .label = "Built-in Voice"},
    Attribute{.name = "blocking",
              .type = "long",
              .flags = ATTR_FLAGS_NONE,
              .style = "onoff",
              .label = "Wait for Inference"},
    Attribute{.name = "latency",
              .type = "long",
              .flags = ATTR_SET_OPAQUE_USER,
              .style = "text",
              .label = "Latency (samples)"},
    Attribute{.name = "late",
              .type = "long",
              .flags = ATTR_SET_OPAQUE_USER,
              .style = "text",
              .label = "Late Answers"},
};

template <std::size_t index>
t_max_err get(Shell* shell, t_object* /*attribute*/, long* n_atoms, t_atom** atoms) {
    char is_allocated = 0;
    if (const t_max_err error = atom_alloc(n_atoms, atoms, &is_allocated); error != MAX_ERR_NONE) {
        return error;
    }
    const Atom value = shell->object->attribute(k_attributes[index].name);
    if (const auto* const word = std::get_if<std::string>(&value)) {
        return atom_setsym(*atoms, gensym(word->c_str()));
    }
    const double number = std::get<double>(value);
    return std::string_view(k_attributes[index].type) == "long"
               ? atom_setlong(*atoms, static_cast<t_atom_long>(number))
               : atom_setfloat(*atoms, number);
}

template <std::size_t index>
t_max_err set(Shell* shell, t_object* /*attribute*/, long n_atoms, t_atom* atoms) {
    shell->object->message(k_attributes[index].name, atoms_of(n_atoms, atoms));
    return MAX_ERR_NONE;
}

template <std::size_t index>
void add_attribute() {
    const Attribute& attribute = k_attributes[index];
    class_addattr(s_class, attribute_new(attribute.name, gensym(attribute.type), attribute.flags,
                                         max_method(get<index>), max_method(set<index>)));
    for (const auto& [property, content] :
         {std::pair("style", attribute.style), std::pair("label", attribute.label)}) {
        class_attr_addattr_format(s_class, attribute.name, property, gensym("symbol"), 0, "s",
                                  gensym(content));
    }
}

template <std::size_t... indices>
void add_attributes(std::index_sequence<indices...> /*of all*/) {
    (add_attribute<indices>(), ...);
}

// --- Methods ---

void* create(t_symbol* /*name*/, long n_arguments, const t_atom* arguments) {
    auto* const shell = static_cast<Shell*>(object_alloc(s_class));
    if (shell == nullptr) {
        return nullptr;
    }
    z_dsp_setup(&shell->head, 1);
    shell->object = std::make_unique<MaxObject>(shell->head.z_ob).release();
    shell->object->begin(atoms_of(n_arguments, arguments));
    return shell;
}

void destroy(Shell* shell) {
    z_dsp_free(&shell->head);  // First: no signals come after it.
    const std::unique_ptr<MaxObject> owned(shell->object);
}

void take_message(const Shell* shell, const t_symbol* selector, long n_atoms, const t_atom* atoms) {
    shell->object->message(selector->s_name, atoms_of(n_atoms, atoms));
}

void describe(Shell* /*shell*/, void* /*box*/, long kind, long index, char* text) {
    static constexpr std::array k_outlets{
        "(signal) built-in voice, left", "(signal) built-in voice, right",
        "(list) params: every knob from 0 to 1", "(list) latent: where in the audio space",
        "info and dump"};
    constexpr std::size_t k_most_characters = 100;  // Less than Max has room for.
    const bool is_inlet = kind == ASSIST_INLET;
    std::snprintf(text, k_most_characters, "%s",
                  is_inlet ? "(signal) sound to learn from; messages"
                           : k_outlets[static_cast<std::size_t>(index) % k_outlets.size()]);
}

void perform(const Shell* shell, t_object* /*dsp*/, double* const* inputs, long /*n_inputs*/,
             double* const* outputs, long /*n_outputs*/, long n_samples, long /*flags*/,
             void* /*nothing*/) {
    const auto n = static_cast<std::size_t>(n_samples);
    shell->object->process({inputs[0], n}, {outputs[0], n}, {outputs[1], n});
}

void prepare(Shell* shell, t_object* dsp, short* /*are_connected*/, double sample_rate_hz,
             long /*most_samples*/, long /*flags*/) {
    shell->object->prepare(sample_rate_hz);
    object_method_imp(dsp, gensym("dsp_add64"), shell, reinterpret_cast<void*>(max_method(perform)),
                      nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
}

}  // namespace

extern "C" C74_EXPORT void ext_main(void* /*nothing*/) {
    s_class = class_new("flow_synth~", max_method(create), max_method(destroy), sizeof(Shell),
                        nullptr, A_GIMME, 0);
    class_addmethod(s_class, max_method(prepare), "dsp64", A_CANT, 0);
    class_addmethod(s_class, max_method(describe), "assist", A_CANT, 0);
    class_addmethod(s_class, max_method(take_message), "list", A_GIMME, 0);
    class_addmethod(s_class, max_method(take_message), "anything", A_GIMME, 0);
    add_attributes(std::make_index_sequence<k_attributes.size()>());
    class_dspinit(s_class);
    class_register(gensym("box"), s_class);
}
