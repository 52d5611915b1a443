#include "fourier.h"

#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <numbers>
#include <utility>

// The autosorting algorithm of Stockham by radix 4 (Van Loan, "Computational Frameworks for the
// Fast Fourier Transform", sections 1.7 and 2.4): each pass reads one place and writes another, so
// that nothing need be sorted, and its inner loop runs over neighbours.

namespace flow_synth {
namespace {

/// Where a pass reads or writes.
struct Place {
    double* real;
    double* imaginary;

    Place operator+(std::size_t offset) const noexcept {
        return {.real = real + offset, .imaginary = imaginary + offset};
    }
};

Place place_of(Fourier::Numbers& numbers) noexcept {
    return {.real = numbers.real.data(), .imaginary = numbers.imaginary.data()};
}

/// exp(-i a) of an angle.
struct Turn {
    double cosine;
    double sine;
};

/// Four transforms of a quarter become one, `width` times side by side.
void join_quarters(Place from, Place to, std::size_t quarter, std::size_t width,
                   const std::array<Turn, 3>& turns) noexcept {
    const double* const ar = from.real;
    const double* const ai = from.imaginary;
    const double* const br = ar + quarter;
    const double* const bi = ai + quarter;
    const double* const cr = br + quarter;
    const double* const ci = bi + quarter;
    const double* const dr = cr + quarter;
    const double* const di = ci + quarter;
    double* const r0 = to.real;
    double* const i0 = to.imaginary;
    double* const r1 = r0 + width;
    double* const i1 = i0 + width;
    double* const r2 = r1 + width;
    double* const i2 = i1 + width;
    double* const r3 = r2 + width;
    double* const i3 = i2 + width;
    const auto [first, second, third] = turns;
    for (std::size_t q = 0; q < width; ++q) {
        const double even_r = ar[q] + cr[q];
        const double even_i = ai[q] + ci[q];
        const double odd_r = br[q] + dr[q];
        const double odd_i = bi[q] + di[q];
        const double apart_r = ar[q] - cr[q];
        const double apart_i = ai[q] - ci[q];
        // -i (b - d)
        const double turned_r = bi[q] - di[q];
        const double turned_i = dr[q] - br[q];
        r0[q] = even_r + odd_r;
        i0[q] = even_i + odd_i;
        const double x1 = apart_r + turned_r;
        const double y1 = apart_i + turned_i;
        r1[q] = x1 * first.cosine + y1 * first.sine;
        i1[q] = y1 * first.cosine - x1 * first.sine;
        const double x2 = even_r - odd_r;
        const double y2 = even_i - odd_i;
        r2[q] = x2 * second.cosine + y2 * second.sine;
        i2[q] = y2 * second.cosine - x2 * second.sine;
        const double x3 = apart_r - turned_r;
        const double y3 = apart_i - turned_i;
        r3[q] = x3 * third.cosine + y3 * third.sine;
        i3[q] = y3 * third.cosine - x3 * third.sine;
    }
}

/// The last pass of a size that is no power of four.
void join_halves(Place from, Place to, std::size_t half) noexcept {
    for (std::size_t q = 0; q < half; ++q) {
        to.real[q] = from.real[q] + from.real[q + half];
        to.imaginary[q] = from.imaginary[q] + from.imaginary[q + half];
        to.real[q + half] = from.real[q] - from.real[q + half];
        to.imaginary[q + half] = from.imaginary[q] - from.imaginary[q + half];
    }
}

}  // namespace

Fourier::Fourier(std::size_t n) : m_n(n), m_cosine(n), m_sine(n) {
    assert(n >= 4 && std::has_single_bit(n));
    for (std::size_t k = 0; k < n; ++k) {
        const double angle =
            2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n);
        m_cosine[k] = std::cos(angle);
        m_sine[k] = std::sin(angle);
    }
}

void Fourier::transform(Numbers& numbers, Numbers& other) const noexcept {
    Place from = place_of(numbers);
    Place to = place_of(other);
    std::size_t width = 1;
    for (std::size_t length = m_n; length > 1; std::swap(from, to)) {
        if (length == 2) {
            join_halves(from, to, width);
            length = 1;
            continue;
        }
        const std::size_t quarter = m_n / 4;
        for (std::size_t p = 0; p < length / 4; ++p) {
            std::array<Turn, 3> turns;
            for (std::size_t power = 0; power < turns.size(); ++power) {
                const std::size_t step = (power + 1) * p * width;
                turns[power] = {.cosine = m_cosine[step], .sine = m_sine[step]};
            }
            join_quarters(from + p * width, to + 4 * p * width, quarter, width, turns);
        }
        width *= 4;
        length /= 4;
    }
    if (from.real != numbers.real.data()) {
        std::swap(numbers, other);
    }
}

}  // namespace flow_synth
