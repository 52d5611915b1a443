#pragma once

#include <string>
#include <variant>

namespace flow_synth {

/// What messages consist of, in Max as in Pd: a number or a word.
using Atom = std::variant<double, std::string>;

}  // namespace flow_synth
