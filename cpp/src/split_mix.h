#pragma once

#include <cstdint>

namespace flow_synth {

/// [any-thread] The next of the random numbers of a seed, which is what `state` begins as: the same
/// with every compiler.
///
/// G. L. Steele, D. Lea, C. H. Flood, 2014: Fast splittable pseudorandom number generators.
/// OOPSLA.
inline std::uint64_t split_mix(std::uint64_t& state) noexcept {
    state += 0x9E3779B97F4A7C15U;
    std::uint64_t bits = state;
    bits = (bits ^ (bits >> 30U)) * 0xBF58476D1CE4E5B9U;
    bits = (bits ^ (bits >> 27U)) * 0x94D049BB133111EBU;
    return bits ^ (bits >> 31U);
}

}  // namespace flow_synth
