#include "flow_synth/parameter.h"

#include <algorithm>
#include <cmath>

namespace flow_synth {

double Range::to_human(double unit) const noexcept {
    unit = std::clamp(unit, 0.0, 1.0);
    if (kind != Kind::continuous) {
        const double last = std::round((maximum - minimum) / step);
        unit = std::floor(unit * last + 0.5) / last;
    }
    if (curve == Curve::log) {
        return minimum * std::pow(maximum / minimum, unit);
    }
    return minimum + (maximum - minimum) * unit;
}

}  // namespace flow_synth
