#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace flow_synth {

/// The discrete Fourier transform of a power of two of complex numbers.
class Fourier {
public:
    /// Real and imaginary parts.
    struct Numbers {
        std::vector<double> real;
        std::vector<double> imaginary;

        explicit Numbers(std::size_t n) : real(n), imaginary(n) {}
    };

    /// [any-thread, allocates] `n` is a power of two, 4 at least.
    explicit Fourier(std::size_t n);

    std::size_t size() const noexcept { return m_n; }

    /// [any-thread] X_k = sum_t x_t exp(-2 pi i k t / n), in place; `other` is for passing.
    void transform(Numbers& numbers, Numbers& other) const noexcept;

private:
    std::size_t m_n;
    std::vector<double> m_cosine;  ///< of 2 pi k / n, for k from 0 to n,
    std::vector<double> m_sine;    ///< and its sine.
};

}  // namespace flow_synth
