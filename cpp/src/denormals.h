#pragma once

#include <cstdint>

#if defined(__SSE__) || defined(_M_X64)
#include <xmmintrin.h>
#define FLOW_SYNTH_HAS_MXCSR
#endif

namespace flow_synth {

/// While it lives, the calling thread takes denormal numbers for zero: a decaying reverb would
/// otherwise cost many times its price. WebAssembly offers no such switch.
class FlushDenormals {
public:
    FlushDenormals() noexcept : m_before(control()) { set_control(m_before | k_flush); }

    FlushDenormals(const FlushDenormals&) = delete;
    FlushDenormals& operator=(const FlushDenormals&) = delete;

    ~FlushDenormals() { set_control(m_before); }

private:
#if defined(FLOW_SYNTH_HAS_MXCSR)
    using Register = unsigned int;
    static constexpr Register k_flush = 0x8040;  // Results (FTZ) and operands (DAZ).
    static Register control() noexcept { return _mm_getcsr(); }
    static void set_control(Register value) noexcept { _mm_setcsr(value); }
#elif defined(__aarch64__)
    using Register = std::uint64_t;
    static constexpr Register k_flush = Register{1} << 24U;  // FPCR.FZ
    static Register control() noexcept {
        Register value = 0;
        __asm__ volatile("mrs %0, fpcr" : "=r"(value));
        return value;
    }
    static void set_control(Register value) noexcept {
        __asm__ volatile("msr fpcr, %0" : : "r"(value));
    }
#else
    using Register = unsigned int;
    static constexpr Register k_flush = 0;
    static Register control() noexcept { return 0; }
    static void set_control(Register /*value*/) noexcept {}
#endif

    Register m_before;
};

}  // namespace flow_synth
