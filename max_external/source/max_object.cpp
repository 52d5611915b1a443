#include "max_object.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>
#include <variant>

#include "max_method.h"
#include "own_folder.h"

namespace flow_synth {
namespace {

constexpr double k_poll_ms = 10.0;
/// The messages that ask Max for files, which it finds on its main thread only.
constexpr std::array<std::string_view, 3> k_with_files{"load", "model", "analyze"};

/// Where the engine and models lie: in the package's folder `support`, which is beside the folder
/// of externals; in a bundle of macOS the object itself lies three folders deeper. Beside the
/// object where there is no such folder.
std::filesystem::path support_folder() {
    std::filesystem::path own = own_folder();
    for (const char* const way : {"../support", "../../../../support"}) {
        std::error_code error;
        std::filesystem::path folder = (own / way).lexically_normal();
        if (std::filesystem::is_directory(folder, error)) {
            return folder;
        }
    }
    return own;
}

t_atom max_atom(const Atom& atom) {
    t_atom own{};
    if (const double* const number = std::get_if<double>(&atom)) {
        atom_setfloat(&own, *number);
    } else {
        atom_setsym(&own, gensym(std::get<std::string>(atom).c_str()));
    }
    return own;
}

std::vector<Atom> atoms_of(std::span<const float> numbers) {
    return {numbers.begin(), numbers.end()};
}

}  // namespace

MaxObject::MaxObject(t_object& head)
    : m_head(head),
      m_info(outlet_new(&head, nullptr)),
      m_latent(outlet_new(&head, "list")),
      m_params(outlet_new(&head, "list")),
      m_clock(clock_new(this, max_method(tick))),
      m_qelem(qelem_new(this, max_method(serve))),
      m_object(*this, support_folder()) {
    outlet_new(&head, "signal");
    outlet_new(&head, "signal");
    // Where Max itself sends what attributes are.
    object_obex_store(&head, gensym("dumpout"), static_cast<t_object*>(m_info));
}

MaxObject::~MaxObject() {
    {
        const std::scoped_lock lock(m_ending);
        m_is_ending = true;
    }
    clock_unset(m_clock);
    object_free(m_clock);
    qelem_free(m_qelem);
}

void MaxObject::begin(std::span<const Atom> arguments) {
    {
        const std::scoped_lock lock(m_mutex);
        m_object.begin(arguments);
    }
    clock_fdelay(m_clock, k_poll_ms);
}

void MaxObject::message(const std::string& selector, std::span<const Atom> atoms) {
    {
        const std::scoped_lock lock(m_mutex);
        if (std::ranges::find(k_with_files, selector) != k_with_files.end() &&
            systhread_ismainthread() == 0) {
            m_postponed.push_back({.selector = selector, .atoms = {atoms.begin(), atoms.end()}});
        } else {
            m_object.message(selector, atoms);
        }
    }
    qelem_set(m_qelem);
}

Atom MaxObject::attribute(const std::string& name) {
    const std::scoped_lock lock(m_mutex);
    // Asked for as by a message; the answer is taken from what would be sent.
    m_object.message(name, {});
    m_object.poll();
    const auto answer =
        std::ranges::find(m_outputs.rbegin(), m_outputs.rend(), name, &Output::selector);
    Atom value = 0.0;
    if (answer != m_outputs.rend()) {
        value = answer->atoms.front();
        m_outputs.erase(std::prev(answer.base()));
    }
    return value;
}

void MaxObject::prepare(double sample_rate_hz) {
    const std::scoped_lock lock(m_mutex);
    m_object.prepare(sample_rate_hz);
}

void MaxObject::process(std::span<const double> input, std::span<double> left,
                        std::span<double> right) noexcept {
    for (std::size_t begin = 0; begin < input.size(); begin += k_chunk_samples) {
        const std::size_t n = std::min(k_chunk_samples, input.size() - begin);
        std::ranges::transform(input.subspan(begin, n), m_input.begin(),
                               [](double sample) { return static_cast<float>(sample); });
        m_object.process({m_input.data(), n}, {m_left.data(), n}, {m_right.data(), n});
        std::copy_n(m_left.begin(), n, left.subspan(begin).begin());
        std::copy_n(m_right.begin(), n, right.subspan(begin).begin());
    }
}

// --- What the object asks of its host, with the lock held ---

std::string MaxObject::find_file(const std::string& name) {
    // Max writes into the name what it has found.
    std::array<char, MAX_PATH_CHARS> found{};
    if (name.size() >= found.size()) {
        return name;
    }
    std::memcpy(found.data(), name.c_str(), name.size());
    short folder = 0;
    t_fourcc type = 0;
    std::array<char, MAX_PATH_CHARS> path{};
    if (locatefile_extended(found.data(), &folder, &type, nullptr, 0) != 0 ||
        path_toabsolutesystempath(folder, found.data(), path.data()) != MAX_ERR_NONE) {
        return name;
    }
    return path.data();
}

void MaxObject::send_params(std::span<const float> units) {
    m_outputs.push_back({.outlet = m_params, .selector = "list", .atoms = atoms_of(units)});
}

void MaxObject::send_latent(std::span<const float> z) {
    m_outputs.push_back({.outlet = m_latent, .selector = "list", .atoms = atoms_of(z)});
}

void MaxObject::send_info(const std::string& selector, std::span<const Atom> atoms) {
    m_outputs.push_back(
        {.outlet = m_info, .selector = selector, .atoms = {atoms.begin(), atoms.end()}});
}

void MaxObject::complain(const std::string& sentence) {
    m_outputs.push_back({.outlet = nullptr, .selector = sentence, .atoms = {}});
}

// --- Going on ---

void MaxObject::tick(MaxObject* self) {
    // Max's queue runs it once however often it is set.
    qelem_set(self->m_qelem);
    // Not while it is being freed.
    const std::scoped_lock lock(self->m_ending);
    if (!self->m_is_ending) {
        clock_fdelay(self->m_clock, k_poll_ms);
    }
}

void MaxObject::serve(MaxObject* self) {
    for (const Output& output : self->advance()) {
        self->send(output);
    }
}

std::vector<MaxObject::Output> MaxObject::advance() {
    const std::scoped_lock lock(m_mutex);
    for (const Message& message : std::exchange(m_postponed, {})) {
        m_object.message(message.selector, message.atoms);
    }
    m_object.poll();
    return std::exchange(m_outputs, {});
}

void MaxObject::send(const Output& output) {
    if (output.outlet == nullptr) {
        object_error(&m_head, "%s", output.selector.c_str());
        return;
    }
    std::vector<t_atom> atoms(output.atoms.size());
    std::ranges::transform(output.atoms, atoms.begin(), max_atom);
    const auto n_atoms = static_cast<short>(atoms.size());
    t_symbol* const selector = gensym(output.selector.c_str());
    if (output.outlet == m_info) {
        outlet_anything(output.outlet, selector, n_atoms, atoms.data());
    } else {
        outlet_list(output.outlet, selector, n_atoms, atoms.data());
    }
}

}  // namespace flow_synth
