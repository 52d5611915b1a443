#pragma once

// The part of Max's C interface that `flow_synth~` uses, declared in our own words, so that it is
// built wherever a compiler is. Where FLOW_SYNTH_MAX_SDK is defined, Max's own headers are read
// instead; what is asserted below then proves that both say the same.

#include <cstddef>
#include <cstdint>

#if defined(FLOW_SYNTH_MAX_SDK)

// The order matters to them.
// clang-format off
#include "ext.h"
#include "ext_obex.h"
#include "ext_path.h"
#include "ext_systhread.h"
#include "z_dsp.h"
// clang-format on

#else

#if defined(_WIN32)
#define C74_EXPORT __declspec(dllexport)
#else
#define C74_EXPORT __attribute__((visibility("default")))
#endif

extern "C" {

using t_atom_long = std::intptr_t;
using t_max_err = t_atom_long;
using t_fourcc = std::uint32_t;
using t_outlet = void;
using t_qelem = void;
using method = void* (*)(void*);

struct t_class;

/// What stands at the beginning of everything that Max passes messages to.
struct t_object {
    void* o_messlist;
    std::intptr_t o_magic;
    void* o_inlet;
    void* o_outlet;
};

using t_clock = t_object;

/// The same for what processes signals.
struct t_pxobject {
    t_object z_ob;
    long z_in;
    void* z_proxy;
    long z_disabled;
    short z_count;
    short z_misc;
};

struct t_symbol {
    char* s_name;
    t_object* s_thing;
};

union word {
    t_atom_long w_long;
    double w_float;
    t_symbol* w_sym;
    t_object* w_obj;
};

struct t_atom {
    short a_type;
    word a_w;
};

enum { A_LONG = 1, A_FLOAT = 2, A_SYM = 3, A_GIMME = 8, A_CANT = 9 };
enum { MAX_ERR_NONE = 0, MAX_ERR_GENERIC = -1 };
enum { ASSIST_INLET = 1, ASSIST_OUTLET = 2 };
enum { MAX_PATH_CHARS = 2048 };
enum { ATTR_FLAGS_NONE = 0, ATTR_SET_OPAQUE_USER = 0x200 };

// Classes, objects and attributes.
t_class* class_new(const char* name, method create, method destroy, long size, method menu,
                   short type, ...);
t_max_err class_addmethod(t_class* c, method m, const char* name, ...);
t_max_err class_addattr(t_class* c, t_object* attribute);
t_max_err class_attr_addattr_format(t_class* c, const char* attribute, const char* property,
                                    const t_symbol* type, long flags, const char* format, ...);
t_max_err class_register(t_symbol* name_space, t_class* c);
t_object* attribute_new(const char* name, t_symbol* type, long flags, method get, method set);
void* object_alloc(t_class* c);
t_max_err object_free(void* object);
void* object_method_imp(void* object, void* selector, void* p1, void* p2, void* p3, void* p4,
                        void* p5, void* p6, void* p7, void* p8);
t_max_err object_obex_store(void* object, t_symbol* key, t_object* content);
void object_error(t_object* object, const char* format, ...);

// Words and lists.
t_symbol* gensym(const char* name);
t_max_err atom_alloc(long* n_atoms, t_atom** atoms, char* is_allocated);
t_max_err atom_setlong(t_atom* atom, t_atom_long number);
t_max_err atom_setfloat(t_atom* atom, double number);
t_max_err atom_setsym(t_atom* atom, t_symbol* word);

// Outlets.
void* outlet_new(void* object, const char* type);
void* outlet_list(t_outlet* outlet, t_symbol* selector, short n_atoms, t_atom* atoms);
void* outlet_anything(t_outlet* outlet, t_symbol* selector, short n_atoms, t_atom* atoms);

// Times and threads.
t_clock* clock_new(void* object, method tick);
void clock_fdelay(t_clock* clock, double milliseconds);
void clock_unset(t_clock* clock);
void* qelem_new(void* object, method serve);
void qelem_set(t_qelem* qelem);
void qelem_free(t_qelem* qelem);
short systhread_ismainthread();

// Files.
short locatefile_extended(char* name, short* folder, t_fourcc* type, const t_fourcc* types,
                          short n_types);
t_max_err path_toabsolutesystempath(short folder, const char* name, char* path);

// Signals.
void class_dspinit(t_class* c);
void z_dsp_setup(t_pxobject* object, long n_signals);
void z_dsp_free(t_pxobject* object);

}  // extern "C"

#endif

static_assert(sizeof(t_object) == 32 && offsetof(t_object, o_outlet) == 24);
static_assert(sizeof(t_pxobject) == (sizeof(long) == 8 ? 64 : 56));
static_assert(offsetof(t_pxobject, z_in) == 32 && offsetof(t_pxobject, z_proxy) == 40 &&
              offsetof(t_pxobject, z_disabled) == 48 &&
              offsetof(t_pxobject, z_count) == 48 + sizeof(long));
static_assert(sizeof(t_symbol) == 16 && offsetof(t_symbol, s_thing) == 8);
static_assert(sizeof(t_atom) == 16 && offsetof(t_atom, a_w) == 8);
static_assert(sizeof(t_atom_long) == 8 && sizeof(t_max_err) == 8 && sizeof(t_fourcc) == 4);
static_assert(sizeof(decltype(word::w_float)) == 8);
static_assert(A_LONG == 1 && A_FLOAT == 2 && A_SYM == 3 && A_GIMME == 8 && A_CANT == 9);
static_assert(ASSIST_INLET == 1 && ASSIST_OUTLET == 2 && MAX_PATH_CHARS == 2048);
static_assert(MAX_ERR_NONE == 0 && MAX_ERR_GENERIC == -1 && ATTR_SET_OPAQUE_USER == 0x200);
