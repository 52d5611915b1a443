// Max's C interface, or what `flow_synth~` uses of it, over a `World`.

// NOLINTBEGIN(misc-const-correctness): the types of these functions are Max's.

#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "max_api.h"
#include "world.h"

using max_host::breach;
using max_host::Outlet;
using max_host::Qelem;
using max_host::Role;
using max_host::World;

#define MAX_FUNCTION extern "C" __attribute__((visibility("default")))

// --- Classes, objects and attributes ---

MAX_FUNCTION t_class* class_new(const char* name, method create, method destroy, long size,
                                method /*menu*/, short /*type*/, ...) {
    return &World::current().add_class({.name = name,
                                        .create = create,
                                        .destroy = destroy,
                                        .n_bytes = static_cast<std::size_t>(size),
                                        .methods = {},
                                        .attributes = {}});
}

MAX_FUNCTION t_max_err class_addmethod(t_class* c, method m, const char* name, ...) {
    c->methods[name] = m;
    return MAX_ERR_NONE;
}

MAX_FUNCTION t_object* attribute_new(const char* name, t_symbol* type, long flags, method get,
                                     method set) {
    return reinterpret_cast<t_object*>(new t_class::Attribute{.name = name,
                                                              .type = type->s_name,
                                                              .flags = flags,
                                                              .get = get,
                                                              .set = set,
                                                              .properties = {}});
}

MAX_FUNCTION t_max_err class_addattr(t_class* c, t_object* attribute) {
    c->attributes.emplace_back(reinterpret_cast<t_class::Attribute*>(attribute));
    return MAX_ERR_NONE;
}

MAX_FUNCTION t_max_err class_attr_addattr_format(t_class* c, const char* attribute,
                                                 const char* property, const t_symbol* /*type*/,
                                                 long /*flags*/, const char* format, ...) {
    std::va_list arguments;
    va_start(arguments, format);
    const t_symbol* const content = va_arg(arguments, const t_symbol*);
    va_end(arguments);
    for (const auto& each : c->attributes) {
        if (each->name == attribute) {
            each->properties[property] = content->s_name;
            return MAX_ERR_NONE;
        }
    }
    return MAX_ERR_GENERIC;
}

MAX_FUNCTION t_max_err class_register(t_symbol* /*name_space*/, t_class* /*c*/) {
    return MAX_ERR_NONE;
}

MAX_FUNCTION void class_dspinit(t_class* c) { c->is_dsp = true; }

MAX_FUNCTION void* object_alloc(t_class* c) { return World::current().allocate(*c); }

MAX_FUNCTION t_max_err object_free(void* object) {
    if (!World::current().timer().has(object)) {
        return MAX_ERR_GENERIC;
    }
    World::current().check_order("a clock");
    World::current().timer().free(*static_cast<max_host::Clock*>(object));
    return MAX_ERR_NONE;
}

MAX_FUNCTION void* object_method_imp(void* object, void* selector, void* p1, void* p2, void* p3,
                                     void* p4, void* /*p5*/, void* /*p6*/, void* /*p7*/,
                                     void* /*p8*/) {
    if (object == &World::current() && selector == gensym("dsp_add64") && p3 == nullptr) {
        World::current().add_to_chain({.object = p1,
                                       .function = reinterpret_cast<method>(p2),
                                       .own = p4,
                                       .n_inputs = 0,
                                       .n_outputs = 0});
    }
    return nullptr;
}

MAX_FUNCTION t_max_err object_obex_store(void* object, t_symbol* key, t_object* content) {
    if (key != gensym("dumpout")) {
        return MAX_ERR_GENERIC;
    }
    World::current().box_of(object).dumpout = content;
    return MAX_ERR_NONE;
}

MAX_FUNCTION void object_error(t_object* /*object*/, const char* format, ...) {
    std::array<char, 4096> text{};
    std::va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(text.data(), text.size(), format, arguments);
    va_end(arguments);
    World::current().say(text.data());
}

// --- Words and lists ---

MAX_FUNCTION t_symbol* gensym(const char* name) {
    static std::mutex s_mutex;
    static auto& s_symbols = *new std::map<std::string, t_symbol>;  // Never freed, as in Max.
    const std::scoped_lock lock(s_mutex);
    const auto [found, is_new] = s_symbols.try_emplace(name);
    if (is_new) {
        found->second.s_name = const_cast<char*>(found->first.c_str());
    }
    return &found->second;
}

MAX_FUNCTION t_max_err atom_alloc(long* n_atoms, t_atom** atoms, char* is_allocated) {
    *is_allocated = 0;
    if (*n_atoms == 0 || *atoms == nullptr) {
        *atoms = static_cast<t_atom*>(std::calloc(1, sizeof(t_atom)));
        *is_allocated = 1;
    }
    *n_atoms = 1;
    return MAX_ERR_NONE;
}

MAX_FUNCTION t_max_err atom_setlong(t_atom* atom, t_atom_long number) {
    atom->a_type = A_LONG;
    atom->a_w.w_long = number;
    return MAX_ERR_NONE;
}

MAX_FUNCTION t_max_err atom_setfloat(t_atom* atom, double number) {
    atom->a_type = A_FLOAT;
    atom->a_w.w_float = number;
    return MAX_ERR_NONE;
}

MAX_FUNCTION t_max_err atom_setsym(t_atom* atom, t_symbol* word) {
    atom->a_type = A_SYM;
    atom->a_w.w_sym = word;
    return MAX_ERR_NONE;
}

// --- Outlets ---

MAX_FUNCTION void* outlet_new(void* object, const char* type) {
    return World::current().add_outlet(object, type);
}

MAX_FUNCTION void* outlet_anything(t_outlet* outlet, t_symbol* selector, short n_atoms,
                                   t_atom* atoms) {
    World::current().come_out(*static_cast<Outlet*>(outlet), selector->s_name, atoms, n_atoms);
    return nullptr;
}

MAX_FUNCTION void* outlet_list(t_outlet* outlet, t_symbol* /*selector*/, short n_atoms,
                               t_atom* atoms) {
    World::current().come_out(*static_cast<Outlet*>(outlet), "list", atoms, n_atoms);
    return nullptr;
}

// --- Times and threads ---

MAX_FUNCTION t_clock* clock_new(void* object, method tick) {
    return reinterpret_cast<t_clock*>(World::current().timer().add(object, tick));
}

MAX_FUNCTION void clock_fdelay(t_clock* clock, double milliseconds) {
    World::current().timer().set(*reinterpret_cast<max_host::Clock*>(clock), milliseconds);
}

MAX_FUNCTION void clock_unset(t_clock* clock) {
    World::current().timer().unset(*reinterpret_cast<max_host::Clock*>(clock));
}

MAX_FUNCTION void* qelem_new(void* object, method serve) {
    return World::current().add_qelem(object, serve);
}

MAX_FUNCTION void qelem_set(t_qelem* qelem) { World::current().set(*static_cast<Qelem*>(qelem)); }

MAX_FUNCTION void qelem_free(t_qelem* qelem) { World::current().free(*static_cast<Qelem*>(qelem)); }

MAX_FUNCTION short systhread_ismainthread() { return max_host::role() == Role::main ? 1 : 0; }

// --- Files ---

MAX_FUNCTION short locatefile_extended(char* name, short* folder, t_fourcc* /*type*/,
                                       const t_fourcc* /*types*/, short /*n_types*/) {
    if (max_host::role() != Role::main) {
        breach("a file is sought on another than the main thread");
    }
    const auto& folders = World::current().search_path();
    for (std::size_t index = 0; index < folders.size(); ++index) {
        if (std::filesystem::is_regular_file(folders[index] / name)) {
            *folder = static_cast<short>(index);
            return 0;
        }
    }
    return 1;
}

MAX_FUNCTION t_max_err path_toabsolutesystempath(short folder, const char* name, char* path) {
    const auto found = World::current().search_path()[static_cast<std::size_t>(folder)] / name;
    std::strncpy(path, found.c_str(), MAX_PATH_CHARS - 1);
    return MAX_ERR_NONE;
}

// --- Signals ---

MAX_FUNCTION void z_dsp_setup(t_pxobject* object, long n_signals) {
    World::current().box_of(object).n_inputs = static_cast<std::size_t>(n_signals);
}

MAX_FUNCTION void z_dsp_free(t_pxobject* object) {
    World& world = World::current();
    world.free_signals(world.box_of(object));
}

// NOLINTEND(misc-const-correctness)
