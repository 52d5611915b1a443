#include "message.h"

#include <algorithm>
#include <cmath>

#include "number_text.h"

namespace flow_synth {
namespace {

constexpr std::size_t k_most_characters = 60;
constexpr double k_largest_whole = 1e6;

bool has_form(char form, const Atom& atom) {
    const double* const number = std::get_if<double>(&atom);
    switch (form) {
        case 'n':
            return number != nullptr;
        case 'i':
            return number != nullptr && std::abs(*number) <= k_largest_whole &&
                   std::trunc(*number) == *number;
        case 's':
            return number != nullptr && (*number == 0.0 || *number == 1.0);
        default:
            return number == nullptr;
    }
}

bool has_form(std::string_view forms, std::span<const Atom> atoms) {
    if (forms == "*") {
        return !atoms.empty() &&
               std::ranges::all_of(atoms, [](const Atom& atom) { return has_form('n', atom); });
    }
    return std::ranges::equal(forms, atoms,
                              [](char form, const Atom& atom) { return has_form(form, atom); });
}

}  // namespace

std::vector<float> Arguments::numbers() const {
    std::vector<float> numbers;
    numbers.reserve(m_atoms.size());
    for (const Atom& atom : m_atoms) {
        numbers.push_back(static_cast<float>(std::get<double>(atom)));
    }
    return numbers;
}

std::string text_of(std::string_view selector, std::span<const Atom> atoms) {
    std::string text(selector);
    for (const Atom& atom : atoms) {
        const double* const number = std::get_if<double>(&atom);
        text += ' ';
        text += number != nullptr ? number_text(*number) : std::get<std::string>(atom);
        if (text.size() > k_most_characters) {
            text.resize(k_most_characters);
            text += " ...";
            break;
        }
    }
    return text;
}

Status check_form(const MessageForm& form, std::span<const Atom> atoms) {
    if (has_form(form.arguments, atoms)) {
        return {};
    }
    return Status::refused(std::string("'") + text_of(form.selector, atoms) +
                           "' is not understood; say it like '" + std::string(form.example) + "'");
}

}  // namespace flow_synth
