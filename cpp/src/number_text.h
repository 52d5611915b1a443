#pragma once

#include <array>
#include <cstdio>
#include <string>

namespace flow_synth {

/// [any-thread, allocates] A number as a person writes it, for messages.
inline std::string number_text(double number) {
    constexpr std::size_t k_most_characters = 32;
    std::array<char, k_most_characters> text{};
    std::snprintf(text.data(), text.size(), "%g", number);
    return text.data();
}

}  // namespace flow_synth
