// `bad~ RULE` breaks one rule of Max when it performs, is told `break`, or is freed.

// NOLINTBEGIN(misc-const-correctness): the types of these functions are Max's.

#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "max_api.h"
#include "max_method.h"

namespace {

t_class* s_class = nullptr;
std::mutex s_mutex;
// The compiler must not see that what is allocated is of no use.
void* volatile s_memory = nullptr;

struct Bad {
    t_pxobject head;
    t_symbol* rule;
    t_outlet* outlet;
    t_outlet* signal;
    t_qelem* qelem;
    t_clock* clock;
};

using Breach = std::function<void(Bad&)>;

void send(Bad& it) { outlet_anything(it.outlet, it.rule, 0, nullptr); }

const std::map<std::string, Breach>& in_perform() {
    static const std::map<std::string, Breach> k_breaches{
        {"audio-outlet", send},
        {"audio-qelem", [](Bad& it) { qelem_set(it.qelem); }},
        {"new",
         [](Bad&) {
             s_memory = ::operator new(8);
             ::operator delete(s_memory);
         }},
        {"malloc",
         [](Bad&) {
             s_memory = std::malloc(8);
             std::free(s_memory);
         }},
        {"lock", [](Bad&) { const std::scoped_lock lock(s_mutex); }},
        {"audio-clock", [](Bad& it) { clock_fdelay(it.clock, 1.0); }},  // This one is allowed.
    };
    return k_breaches;
}

const std::map<std::string, Breach>& when_told() {
    static const std::map<std::string, Breach> k_breaches{
        {"foreign-outlet", [](Bad& it) { std::thread([&it] { send(it); }).join(); }},
        {"held-outlet",
         [](Bad& it) {
             const std::scoped_lock lock(s_mutex);
             send(it);
         }},
        {"signal-outlet", [](Bad& it) { outlet_list(it.signal, gensym("list"), 0, nullptr); }},
        {"file",
         [](Bad&) {
             std::string name = "any";
             short folder = 0;
             t_fourcc type = 0;
             locatefile_extended(name.data(), &folder, &type, nullptr, 0);
         }},
        {"fine", send},
    };
    return k_breaches;
}

void run(const std::map<std::string, Breach>& breaches, Bad& it) {
    if (const auto found = breaches.find(it.rule->s_name); found != breaches.end()) {
        found->second(it);
    }
}

void tick(Bad* /*it*/) {}

void* create(t_symbol* /*name*/, long /*n_atoms*/, t_atom* atoms) {
    auto* const it = static_cast<Bad*>(object_alloc(s_class));
    it->rule = atoms[0].a_w.w_sym;
    z_dsp_setup(&it->head, 1);
    it->outlet = outlet_new(it, nullptr);
    it->signal = outlet_new(it, "signal");
    it->qelem = qelem_new(it, max_method(tick));
    it->clock = clock_new(it, max_method(tick));
    return it;
}

void free_parts(const Bad& it, const std::string& rule) {
    if (rule != "leave-qelem") {
        qelem_free(it.qelem);
    }
    if (rule == "freed-qelem") {
        qelem_set(it.qelem);
    }
    if (rule != "leave-clock") {
        object_free(it.clock);
    }
    if (rule == "freed-clock") {
        clock_fdelay(it.clock, 1.0);
    }
}

void destroy(Bad* it) {
    const std::string rule = it->rule->s_name;
    if (rule == "late-dsp-free") {
        free_parts(*it, rule);
        z_dsp_free(&it->head);
        return;
    }
    if (rule != "no-dsp-free") {
        z_dsp_free(&it->head);
    }
    free_parts(*it, rule);
    s_memory = rule == "freed-memory" || rule == "freed-outlet" ? it : nullptr;
    if (rule == "freed-outlet") {
        s_memory = it->outlet;
    }
}

/// What somebody does who has kept something for too long.
void come_back(Bad* it) {
    if (it->rule == gensym("write")) {
        static_cast<Bad*>(s_memory)->outlet = nullptr;
    } else {
        outlet_anything(s_memory, gensym("bad"), 0, nullptr);
    }
}

void take_message(Bad* it, t_symbol* selector, long /*n_atoms*/, t_atom* /*atoms*/) {
    if (selector == gensym("back")) {
        come_back(it);
    } else {
        run(when_told(), *it);
    }
}

void perform(Bad* it, void* /*dsp*/, double** /*inputs*/, long /*n_inputs*/, double** /*outputs*/,
             long /*n_outputs*/, long /*n_samples*/, long /*flags*/, void* /*own*/) {
    run(in_perform(), *it);
}

void prepare(Bad* it, void* dsp, short* /*are_connected*/, double /*rate*/, long /*n_samples*/,
             long /*flags*/) {
    in_perform();  // So that it is not made while performing.
    object_method_imp(dsp, gensym("dsp_add64"), it, reinterpret_cast<void*>(max_method(perform)),
                      nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
}

}  // namespace

extern "C" C74_EXPORT void ext_main(void* /*nothing*/) {
    s_class = class_new("bad~", max_method(create), max_method(destroy), sizeof(Bad), nullptr,
                        A_GIMME, 0);
    class_addmethod(s_class, max_method(prepare), "dsp64", A_CANT, 0);
    class_addmethod(s_class, max_method(take_message), "anything", A_GIMME, 0);
    class_dspinit(s_class);
    class_register(gensym("box"), s_class);
}

// NOLINTEND(misc-const-correctness)
