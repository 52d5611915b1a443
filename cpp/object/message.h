#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atom.h"
#include "flow_synth/status.h"

namespace flow_synth {

/// What a message must look like: one letter each argument, `n` a number, `i` a whole one, `s`
/// 0 or 1, `w` a word; `*` stands for any list of numbers.
struct MessageForm {
    constexpr MessageForm(std::string_view its_selector, std::string_view its_arguments,
                          std::string_view an_example)
        : selector(its_selector), arguments(its_arguments), example(an_example) {}

    std::string_view selector;
    std::string_view arguments;
    std::string_view example;  ///< A message that is right.
};

/// The arguments of a message that has its form.
class Arguments {
public:
    explicit Arguments(std::span<const Atom> atoms) : m_atoms(atoms) {}

    /// [control-thread] By index.
    double number(std::size_t index) const { return std::get<double>(m_atoms[index]); }
    int whole(std::size_t index) const { return static_cast<int>(number(index)); }
    bool is_on(std::size_t index) const { return number(index) != 0.0; }
    const std::string& word(std::size_t index) const {
        return std::get<std::string>(m_atoms[index]);
    }

    /// [control-thread, allocates] All of them.
    std::vector<float> numbers() const;

private:
    std::span<const Atom> m_atoms;
};

/// [control-thread, allocates] Refuses a message of another form.
Status check_form(const MessageForm& form, std::span<const Atom> atoms);

/// [control-thread, allocates] A message as one writes it, cut where it is long.
std::string text_of(std::string_view selector, std::span<const Atom> atoms);

}  // namespace flow_synth
