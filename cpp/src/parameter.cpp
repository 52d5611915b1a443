#include "flow_synth/parameter.h"

#include <algorithm>
#include <cmath>

namespace flow_synth {

double Range::snap(double unit) const noexcept {
    unit = std::clamp(unit, 0.0, 1.0);
    if (kind == Kind::continuous) {
        return unit;
    }
    const double last = std::round((maximum - minimum) / step);
    return std::floor(unit * last + 0.5) / last;
}

double Range::to_human(double unit) const noexcept {
    unit = snap(unit);
    const double human = curve == Curve::log ? minimum * std::pow(maximum / minimum, unit)
                                             : minimum + (maximum - minimum) * unit;
    return std::clamp(human, minimum, maximum);  // Rounding may lead out of it, even at its ends.
}

double Range::to_unit(double human) const noexcept {
    human = std::clamp(human, minimum, maximum);
    const double unit = curve == Curve::log
                            ? std::log(human / minimum) / std::log(maximum / minimum)
                            : (human - minimum) / (maximum - minimum);
    return std::clamp(unit, 0.0, 1.0);
}

}  // namespace flow_synth
