// As many numbers at once as one register holds, for one build of the kernels. The file that
// includes this names its build by FLOW_SYNTH_BUILD: what is compiled for one processor must not
// serve another, and so every build has a namespace of its own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numbers>

// MSVC has no type for them; tests compile what it compiles, by other compilers.
#if defined(__GNUC__) && !defined(FLOW_SYNTH_LANES)
#define FLOW_SYNTH_VECTORS
#endif

// MSVC has no macro for F16C; every processor with AVX2 has both.
#if defined(__F16C__) || (defined(_MSC_VER) && defined(__AVX2__))
#define FLOW_SYNTH_F16C
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#if defined(__GNUC__)
#define FLOW_SYNTH_INLINE [[gnu::always_inline]] inline
#else
#define FLOW_SYNTH_INLINE __forceinline
#endif

namespace flow_synth::FLOW_SYNTH_BUILD {

#if defined(__AVX2__)
inline constexpr std::size_t k_width = 8;
#else
inline constexpr std::size_t k_width = 4;
#endif

#if defined(FLOW_SYNTH_VECTORS)

using Vector [[gnu::vector_size(k_width * sizeof(float))]] = float;
using Integers [[gnu::vector_size(k_width * sizeof(float))]] = std::int32_t;

#else

template <typename Number>
struct Lanes {
    std::array<Number, k_width> lane;
    Number& operator[](std::size_t index) { return lane[index]; }
    Number operator[](std::size_t index) const { return lane[index]; }
};
using Vector = Lanes<float>;
using Integers = Lanes<std::int32_t>;

template <typename Number, typename Function>
FLOW_SYNTH_INLINE auto each(Function function) {
    Lanes<Number> result;
    for (std::size_t index = 0; index < k_width; ++index) {
        result[index] = function(index);
    }
    return result;
}

#define FLOW_SYNTH_OPERATOR(op)                                                     \
    template <typename Number>                                                      \
    FLOW_SYNTH_INLINE Lanes<Number> operator op(Lanes<Number> a, Lanes<Number> b) { \
        return each<Number>([&](std::size_t i) { return a[i] op b[i]; });           \
    }
FLOW_SYNTH_OPERATOR(+)
FLOW_SYNTH_OPERATOR(-)
FLOW_SYNTH_OPERATOR(*)
FLOW_SYNTH_OPERATOR(/)
#undef FLOW_SYNTH_OPERATOR

template <typename Number>
FLOW_SYNTH_INLINE Lanes<Number>& operator+=(Lanes<Number>& a, Lanes<Number> b) {
    return a = a + b;
}

#endif

FLOW_SYNTH_INLINE Vector broadcast(float x) {
#if defined(__AVX2__)
    return Vector{x, x, x, x, x, x, x, x};
#else
    return Vector{x, x, x, x};
#endif
}

FLOW_SYNTH_INLINE Vector load(const float* from) {
    Vector x;
    std::memcpy(&x, from, sizeof(x));
    return x;
}

#if defined(FLOW_SYNTH_F16C) || defined(__aarch64__)
inline constexpr bool k_reads_half = true;
#else
inline constexpr bool k_reads_half = false;
#endif

/// Half precision, which is exact in single precision. Builds that cannot read it never see it.
FLOW_SYNTH_INLINE Vector load([[maybe_unused]] const std::uint16_t* from) {
#if defined(FLOW_SYNTH_F16C)
    const __m256 x = _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
    Vector numbers;
    std::memcpy(&numbers, &x, sizeof(x));
    return numbers;
#elif defined(__aarch64__)
    const float32x4_t numbers = vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(from)));
    Vector x;
    std::memcpy(&x, &numbers, sizeof(x));
    return x;
#else
    return broadcast(0.0F);
#endif
}

FLOW_SYNTH_INLINE void store(Vector x, float* to) { std::memcpy(to, &x, sizeof(x)); }

/// `x` where that is larger, else `y`: also where `x` is no number.
FLOW_SYNTH_INLINE Vector larger(Vector x, Vector y) {
#if defined(FLOW_SYNTH_VECTORS)
    return x > y ? x : y;
#else
    return each<float>([&](std::size_t i) { return x[i] > y[i] ? x[i] : y[i]; });
#endif
}

/// `x` where that is smaller, else `y`: also where `x` is no number.
FLOW_SYNTH_INLINE Vector smaller(Vector x, Vector y) {
#if defined(FLOW_SYNTH_VECTORS)
    return x < y ? x : y;
#else
    return each<float>([&](std::size_t i) { return x[i] < y[i] ? x[i] : y[i]; });
#endif
}

/// x * 2^n, with n the whole number that `shifted` holds in its lowest bits.
FLOW_SYNTH_INLINE Vector scaled(Vector x, Vector shifted) {
    Integers exponent;
    Integers bits;
    std::memcpy(&exponent, &shifted, sizeof(exponent));
    std::memcpy(&bits, &x, sizeof(bits));
#if defined(FLOW_SYNTH_VECTORS)
    bits += exponent << 23;
#else
    bits = each<std::int32_t>([&](std::size_t i) {
        return static_cast<std::int32_t>(static_cast<std::uint32_t>(bits[i]) +
                                         (static_cast<std::uint32_t>(exponent[i]) << 23U));
    });
#endif
    std::memcpy(&x, &bits, sizeof(x));
    return x;
}

/// e^x within 2 units in the last place; x is drawn into [-87, 88], where that is a normal number.
/// Range reduction by Cody and Waite, then the polynomial of Cephes' expf.
FLOW_SYNTH_INLINE Vector exponential(Vector x) {
    // Adding it rounds to a whole number, in the lowest bits.
    const Vector shift = broadcast(12582912.0F);
    x = smaller(larger(x, broadcast(-87.0F)), broadcast(88.0F));
    const Vector shifted = x * broadcast(std::numbers::log2e_v<float>) + shift;
    const Vector n = shifted - shift;
    // ln 2 in two parts, of which the first has so few digits that its product is exact.
    constexpr float k_ln2_high = 355.0F / 512.0F;
    constexpr float k_ln2_low = -2.12194440e-4F;
    const Vector r = (x - n * broadcast(k_ln2_high)) - n * broadcast(k_ln2_low);
    Vector p = broadcast(1.9875691500e-4F);
    p = p * r + broadcast(1.3981999507e-3F);
    p = p * r + broadcast(8.3334519073e-3F);
    p = p * r + broadcast(4.1665795894e-2F);
    p = p * r + broadcast(1.6666665459e-1F);
    p = p * r + broadcast(5.0000001201e-1F);
    p = p * (r * r) + r + broadcast(1.0F);
    return scaled(p, shifted);
}

/// tanh x, within 1e-7.
FLOW_SYNTH_INLINE Vector hyperbolic_tangent(Vector x) {
    const Vector one = broadcast(1.0F);
    return one - broadcast(2.0F) / (exponential(x + x) + one);
}

}  // namespace flow_synth::FLOW_SYNTH_BUILD
