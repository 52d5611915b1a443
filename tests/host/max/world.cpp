#include "world.h"

#include <dlfcn.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

#include "as_function.h"

namespace max_host {
namespace {

World* s_current = nullptr;

[[maybe_unused]] constexpr unsigned char k_freed = 0xDB;

using Create = void*(t_symbol* name, long n_atoms, t_atom* atoms);
using Destroy = void(void* object);
using Take = void(void* object, t_symbol* selector, long n_atoms, t_atom* atoms);
using Prepare = void(void* object, void* dsp, short* are_connected, double rate_hz, long n_samples,
                     long flags);
using Get = t_max_err(void* object, void* attribute, long* n_atoms, t_atom** atoms);
using Set = t_max_err(void* object, void* attribute, long n_atoms, t_atom* atoms);

t_atom atom_of(const std::string& word) {
    t_atom atom{};
    const char* const end = word.data() + word.size();
    t_atom_long whole = 0;
    double number = 0.0;
    if (const auto read = std::from_chars(word.data(), end, whole); read.ptr == end) {
        atom_setlong(&atom, whole);
    } else if (const auto float_read = std::from_chars(word.data(), end, number);
               float_read.ptr == end) {
        atom_setfloat(&atom, number);
    } else {
        atom_setsym(&atom, gensym(word.c_str()));
    }
    return atom;
}

std::string first_word(const std::string& text) { return text.substr(0, text.find(' ')); }

}  // namespace

std::vector<t_atom> atoms_of(const std::string& text) {
    std::istringstream words(text);
    std::vector<t_atom> atoms;
    for (std::string word; words >> word;) {
        atoms.push_back(atom_of(word));
    }
    return atoms;
}

std::string text_of(const t_atom* atoms, long n_atoms) {
    std::ostringstream text;
    text.precision(9);
    for (long index = 0; index < n_atoms; ++index) {
        text << (index > 0 ? " " : "");
        const t_atom& atom = atoms[index];
        if (atom.a_type == A_SYM) {
            text << atom.a_w.w_sym->s_name;
        } else if (atom.a_type == A_LONG) {
            text << atom.a_w.w_long;
        } else {
            text << atom.a_w.w_float;
        }
    }
    return text.str();
}

World::World() {
    set_role(Role::main);
    s_current = this;
    take_breaches();
}

World::~World() {
    m_audio.set_running(false);
    for (const auto& box : m_boxes) {
        if (!box->is_free) {
            remove(*box);
        }
    }
    if (m_timer.n_left() > 0) {
        breach("a clock is never freed");
    }
    if (std::ranges::any_of(m_qelems, [](const auto& each) { return !each->is_free; })) {
        breach("a qelem is never freed");
    }
    check_freed_memory();
#if !defined(FLOW_SYNTH_SANITIZED)
    for (const auto& box : m_boxes) {
        std::free(box->memory);
    }
#endif
    s_current = nullptr;
    set_role(Role::foreign);
}

World& World::current() { return *s_current; }

// --- What a person does ---

void World::open(const std::filesystem::path& library) {
    // Stays open, as in Max, so that its threads may end when they like.
    void* const opened = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (opened == nullptr) {
        throw std::runtime_error(dlerror());
    }
    reinterpret_cast<void (*)(void*)>(dlsym(opened, "ext_main"))(nullptr);
}

Box* World::create(const std::string& text) {
    const auto of = m_classes.find(first_word(text));
    if (of == m_classes.end()) {
        throw std::runtime_error("there is no class for " + text);
    }
    auto atoms = atoms_of(text);
    const auto object = as_function<Create>(of->second->create)(
        gensym(of->first.c_str()), static_cast<long>(atoms.size()) - 1, atoms.data() + 1);
    return object != nullptr ? &box_of(object) : nullptr;
}

void World::remove(Box& box) {
    m_removed = &box;
    as_function<Destroy>(box.of->destroy)(box.memory);
    m_removed = nullptr;
    if (box.of->is_dsp && !box.is_dsp_free) {
        breach("an object is freed without z_dsp_free");
        m_audio.forget(box.memory);
    }
    const std::scoped_lock lock(m_mutex);
    box.is_free = true;
    for (const auto& outlet : box.outlets) {
        outlet->is_free = true;
    }
#if defined(FLOW_SYNTH_SANITIZED)
    std::free(box.memory);  // The sanitizer sees whoever comes back to it.
#else
    std::memset(box.memory, k_freed, box.of->n_bytes);
#endif
}

void World::check_freed_memory() const {
#if !defined(FLOW_SYNTH_SANITIZED)
    for (const auto& box : m_boxes) {
        const auto* const bytes = static_cast<const unsigned char*>(box->memory);
        if (!std::all_of(bytes, bytes + box->of->n_bytes,
                         [](unsigned char byte) { return byte == k_freed; })) {
            breach("an object is written to after it was freed");
        }
    }
#endif
}

void World::send(Box& box, const std::string& text) {
    const std::string selector = first_word(text);
    auto atoms = atoms_of(text.substr(selector.size()));
    if (send_to_attribute(box, selector, atoms)) {
        return;
    }
    for (const std::string& name : {selector, std::string("anything")}) {
        const auto found = box.of->methods.find(name);
        if (found != box.of->methods.end()) {
            as_function<Take>(found->second)(box.memory, gensym(selector.c_str()),
                                             static_cast<long>(atoms.size()), atoms.data());
            return;
        }
    }
    say("doesn't understand \"" + selector + "\"");
}

bool World::send_to_attribute(Box& box, const std::string& selector, std::vector<t_atom>& atoms) {
    for (const auto& each : box.of->attributes) {
        if (selector == each->name && !atoms.empty() && each->flags != ATTR_SET_OPAQUE_USER) {
            as_function<Set>(each->set)(box.memory, each.get(), static_cast<long>(atoms.size()),
                                        atoms.data());
            return true;
        }
        if (selector == "get" + each->name) {
            long n_values = 0;
            t_atom* values = nullptr;
            as_function<Get>(each->get)(box.memory, each.get(), &n_values, &values);
            come_out(*static_cast<Outlet*>(box.dumpout), each->name, values, n_values);
            std::free(values);
            return true;
        }
    }
    return false;
}

void World::serve_qelems() {
    std::vector<Qelem*> set;
    {
        const std::scoped_lock lock(m_mutex);
        for (const auto& each : m_qelems) {
            if (std::exchange(each->is_set, false) && !each->is_free) {
                set.push_back(each.get());
            }
        }
    }
    for (const Qelem* const each : set) {
        as_function<void(void*)>(each->serve)(each->object);
    }
}

bool World::run_until(const std::function<bool()>& is_so, double seconds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    while (!is_so()) {
        if (std::chrono::steady_clock::now() > end) {
            return false;
        }
        serve_qelems();
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

void World::run_for(double seconds) {
    constexpr int k_n_turns = 5;  // However busy the machine is.
    for (int turn = 0; turn < k_n_turns; ++turn) {
        serve_qelems();
    }
    run_until([] { return false; }, seconds);
}

void World::start_dsp(double rate_hz, long n_samples) {
    m_audio.set_chain({}, 1);
    m_chain.clear();
    for (const auto& box : m_boxes) {
        if (!box->is_free && box->of->is_dsp) {
            short is_connected = 1;
            as_function<Prepare>(box->of->methods.at("dsp64"))(box->memory, this, &is_connected,
                                                               rate_hz, n_samples, 0);
        }
    }
    m_audio.set_chain(m_chain, static_cast<std::size_t>(n_samples));
}

bool World::has_said_something() {
    const std::scoped_lock lock(m_mutex);
    return !m_console.empty();
}

std::vector<std::string> World::take_console() {
    const std::scoped_lock lock(m_mutex);
    return std::exchange(m_console, {});
}

std::vector<Sent> World::take_sent(Box& box) {
    const std::scoped_lock lock(m_mutex);
    return std::exchange(box.sent, {});
}

// --- What an external asks for ---

t_class& World::add_class(t_class of) {
    const std::string name = of.name;
    return *(m_classes[name] = std::make_unique<t_class>(std::move(of)));
}

void* World::allocate(t_class& of) {
    const std::scoped_lock lock(m_mutex);
    auto box = std::make_unique<Box>();
    box->of = &of;
    box->memory = std::calloc(1, of.n_bytes);
    m_boxes.push_back(std::move(box));
    return m_boxes.back()->memory;
}

Box& World::box_of(const void* memory) {
    const std::scoped_lock lock(m_mutex);
    // The newest: what a sanitizer has freed may be somebody else's now.
    const auto found = std::ranges::find_if(
        m_boxes.rbegin(), m_boxes.rend(), [&](const auto& each) { return each->memory == memory; });
    if (found == m_boxes.rend()) {
        throw std::runtime_error("no object of this patch");
    }
    return **found;
}

Outlet* World::add_outlet(void* memory, const char* type) {
    Box& box = box_of(memory);
    box.outlets.push_back(
        std::make_unique<Outlet>(Outlet{.box = &box, .type = type != nullptr ? type : ""}));
    return box.outlets.back().get();
}

void World::come_out(Outlet& outlet, const std::string& selector, const t_atom* atoms,
                     long n_atoms) {
    if (role() == Role::audio) {
        breach("an outlet is used on the audio thread");
    }
    if (role() == Role::foreign) {
        breach("an outlet is used on a thread that is none of Max's");
    }
    if (n_locks_held() > 0) {
        breach("an outlet is used while a lock is held");
    }
    if (outlet.type == "signal" || (outlet.type == "list" && selector != "list")) {
        breach("an outlet sends what it was not made for");
    }
    const HostsOwn own;
    Sent sent{.outlet = 0, .text = selector, .numbers = {}, .role = role()};
    if (n_atoms > 0) {
        sent.text.append(1, ' ').append(text_of(atoms, n_atoms));
    }
    for (long index = 0; index < n_atoms; ++index) {
        if (atoms[index].a_type == A_FLOAT) {
            sent.numbers.push_back(atoms[index].a_w.w_float);
        }
    }
    if (keep(outlet, sent) && outlet.box->answer) {
        outlet.box->answer(sent);
    }
}

bool World::keep(const Outlet& outlet, Sent& sent) {
    const std::scoped_lock lock(m_mutex);
    if (outlet.is_free) {
        breach("an outlet is used after its object was freed");
        return false;
    }
    const auto& outlets = outlet.box->outlets;
    while (outlets[outlets.size() - 1 - sent.outlet].get() != &outlet) {
        ++sent.outlet;
    }
    outlet.box->sent.push_back(sent);
    return true;
}

Qelem* World::add_qelem(void* object, method serve) {
    const std::scoped_lock lock(m_mutex);
    m_qelems.push_back(std::make_unique<Qelem>(Qelem{.object = object, .serve = serve}));
    return m_qelems.back().get();
}

void World::set(Qelem& qelem) {
    if (role() == Role::audio) {
        breach("a qelem is set on the audio thread");
    }
    const HostsOwn own;
    const std::scoped_lock lock(m_mutex);
    if (qelem.is_free) {
        breach("a qelem is set after it was freed");
    }
    qelem.is_set = true;
}

void World::free(Qelem& qelem) {
    check_order("a qelem");
    const std::scoped_lock lock(m_mutex);
    qelem.is_free = true;
}

void World::free_signals(Box& box) {
    m_audio.forget(box.memory);
    box.is_dsp_free = true;
}

void World::add_to_chain(Perform perform) {
    const Box& box = box_of(perform.object);
    perform.n_inputs = box.n_inputs;
    perform.n_outputs = static_cast<std::size_t>(std::ranges::count_if(
        box.outlets, [](const auto& outlet) { return outlet->type == "signal"; }));
    m_chain.push_back(perform);
}

void World::check_order(const std::string& what) {
    if (m_removed != nullptr && m_removed->of->is_dsp && !m_removed->is_dsp_free) {
        breach(what + " is freed before z_dsp_free");
    }
}

void World::say(const std::string& sentence) {
    const HostsOwn own;
    const std::scoped_lock lock(m_mutex);
    m_console.push_back(sentence);
}

}  // namespace max_host
