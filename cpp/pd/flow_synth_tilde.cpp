// `flow_synth~` for Pure Data: what Pd asks of an object, and nothing else.

#include <m_pd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include "flow_object.h"
#include "host.h"
#include "own_folder.h"

namespace {

using flow_synth::Atom;
using flow_synth::FlowObject;

static_assert(std::is_same_v<t_sample, float>, "a Pd of double precision needs its own buffers");

constexpr double k_poll_ms = 10.0;
constexpr double k_pause_ms = 1.0;

t_class* s_class = nullptr;

std::vector<Atom> atoms_of(int n_atoms, const t_atom* atoms) {
    std::vector<Atom> own;
    for (const t_atom& atom : std::span(atoms, static_cast<std::size_t>(n_atoms))) {
        if (atom.a_type == A_FLOAT) {
            own.emplace_back(static_cast<double>(atom.a_w.w_float));
        } else {
            own.emplace_back(std::string(atom_getsymbol(&atom)->s_name));
        }
    }
    return own;
}

t_atom pd_atom(double number) {
    t_atom atom;
    SETFLOAT(&atom, static_cast<t_float>(number));
    return atom;
}

t_atom pd_atom(const std::string& word) {
    t_atom atom;
    SETSYMBOL(&atom, gensym(word.c_str()));
    return atom;
}

/// One object in a patch.
class PdObject final : public flow_synth::Host {
public:
    explicit PdObject(t_object& head)
        : m_head(head),
          m_canvas(canvas_getcurrent()),
          m_clock(clock_new(this, reinterpret_cast<t_method>(&PdObject::tick))),
          m_object(*this, flow_synth::own_folder()) {
        outlet_new(&head, &s_signal);
        outlet_new(&head, &s_signal);
        m_params = outlet_new(&head, &s_list);
        m_latent = outlet_new(&head, &s_list);
        m_info = outlet_new(&head, nullptr);
    }

    PdObject(const PdObject&) = delete;
    PdObject& operator=(const PdObject&) = delete;

    ~PdObject() override { clock_free(m_clock); }

    void begin(const std::vector<Atom>& arguments) {
        m_object.begin(arguments);
        clock_delay(m_clock, 0.0);
    }

    void message(const std::string& selector, const std::vector<Atom>& atoms) {
        m_object.message(selector, atoms);
        // At once, but never so often that a flood, or a patch that sends back what it gets, keeps
        // Pd from going on.
        if (!std::exchange(m_is_due, true)) {
            clock_delay(m_clock, std::max(0.0, k_pause_ms - clock_gettimesince(m_polled_at)));
        }
    }

    FlowObject& object() { return m_object; }

    std::string find_file(const std::string& name) override {
        std::array<char, MAXPDSTRING> folder{};
        canvas_makefilename(m_canvas, name.c_str(), folder.data(), MAXPDSTRING);
        if (std::error_code error; std::filesystem::is_other(folder.data(), error)) {
            return folder.data();  // Pd would open it, and a pipe may keep it waiting for ever.
        }
        char* found = nullptr;
        const int file =
            canvas_open(m_canvas, name.c_str(), "", folder.data(), &found, MAXPDSTRING, /*bin=*/1);
        if (file >= 0) {
            sys_close(file);
            return std::string(folder.data()) + "/" + found;
        }
        canvas_makefilename(m_canvas, name.c_str(), folder.data(), MAXPDSTRING);
        return folder.data();
    }

    void send_params(std::span<const float> units) override { send(m_params, units); }

    void send_latent(std::span<const float> z) override { send(m_latent, z); }

    void send_info(const std::string& selector, std::span<const Atom> atoms) override {
        std::vector<t_atom> list;
        for (const Atom& atom : atoms) {
            list.push_back(std::visit([](const auto& content) { return pd_atom(content); }, atom));
        }
        outlet_anything(m_info, gensym(selector.c_str()), static_cast<int>(list.size()),
                        list.data());
    }

    void complain(const std::string& sentence) override {
        pd_error(&m_head, "flow_synth~: %s", sentence.c_str());
    }

private:
    static void tick(PdObject* self) {
        self->m_is_due = false;
        self->m_polled_at = clock_getlogicaltime();
        clock_delay(self->m_clock, k_poll_ms);
        self->m_object.poll();
    }

    static void send(t_outlet* outlet, std::span<const float> numbers) {
        std::vector<t_atom> list;
        list.reserve(numbers.size());
        for (const float number : numbers) {
            list.push_back(pd_atom(static_cast<double>(number)));
        }
        outlet_list(outlet, &s_list, static_cast<int>(list.size()), list.data());
    }

    t_object& m_head;
    t_canvas* m_canvas;
    t_clock* m_clock;
    t_outlet* m_params = nullptr;
    t_outlet* m_latent = nullptr;
    t_outlet* m_info = nullptr;
    bool m_is_due = false;
    double m_polled_at = 0.0;
    FlowObject m_object;
};

/// What Pd allocates, and fills with zeros.
struct Shell {
    t_object head;
    t_float number;  ///< What comes in where no signal is connected.
    PdObject* object;
};

void* create(const t_symbol* /*name*/, int n_arguments, const t_atom* arguments) {
    auto* const shell = reinterpret_cast<Shell*>(pd_new(s_class));
    shell->object = std::make_unique<PdObject>(shell->head).release();
    shell->object->begin(atoms_of(n_arguments, arguments));
    return shell;
}

void destroy(const Shell* shell) { const std::unique_ptr<PdObject> owned(shell->object); }

void take_message(const Shell* shell, const t_symbol* selector, int n_atoms, const t_atom* atoms) {
    shell->object->message(selector->s_name, atoms_of(n_atoms, atoms));
}

// NOLINTBEGIN(performance-no-int-to-ptr): Pd hands over pointers as numbers.
t_int* perform(t_int* words) {
    auto* const object = reinterpret_cast<FlowObject*>(words[1]);
    const auto n_samples = static_cast<std::size_t>(words[5]);
    const auto vector = [words, n_samples](std::size_t index) {
        return std::span(reinterpret_cast<t_sample*>(words[index]), n_samples);
    };
    object->process(vector(2), vector(3), vector(4));
    return words + 6;
}
// NOLINTEND(performance-no-int-to-ptr)

void prepare(const Shell* shell, const t_signal* const* signals) {
    FlowObject& object = shell->object->object();
    object.prepare(static_cast<double>(signals[0]->s_sr));
    dsp_add(perform, 5, &object, signals[0]->s_vec, signals[1]->s_vec, signals[2]->s_vec,
            static_cast<t_int>(signals[0]->s_n));
}

}  // namespace

#if defined(_WIN32)
#define FLOW_SYNTH_EXPORT extern "C" __declspec(dllexport)
#else
#define FLOW_SYNTH_EXPORT extern "C" __attribute__((visibility("default")))
#endif

FLOW_SYNTH_EXPORT void flow_synth_tilde_setup() {
    // Pd knows functions of any kind by one type.
    auto* const any = reinterpret_cast<t_method>(create);
    s_class =
        class_new(gensym("flow_synth~"), reinterpret_cast<t_newmethod>(any),
                  reinterpret_cast<t_method>(destroy), sizeof(Shell), CLASS_DEFAULT, A_GIMME, 0);
    CLASS_MAINSIGNALIN(s_class, Shell, number);
    class_addmethod(s_class, reinterpret_cast<t_method>(prepare), gensym("dsp"), A_CANT, 0);
    class_addanything(s_class, take_message);
}

FLOW_SYNTH_EXPORT void setup_flow_synth_tilde() { flow_synth_tilde_setup(); }
