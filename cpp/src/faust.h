#pragma once

// What generated Faust code expects of its surroundings: three classes of these names in the global
// namespace (Faust manual, "Architecture files").
// NOLINTBEGIN(readability-identifier-naming): the names are Faust's.

#include <cstddef>
#include <vector>

/// Base of the generated class.
class dsp {};

/// Takes what the source declares about itself; nothing of it is needed.
struct Meta {
    void declare(const char* /*key*/, const char* /*value*/) {}
};

/// Takes the widgets in the order of their declaration and keeps where their values live.
struct UI {
    std::vector<float*> zones;

    void openVerticalBox(const char* /*label*/) {}
    void closeBox() {}
    void declare(float* /*zone*/, const char* /*key*/, const char* /*value*/) {}

    void addHorizontalSlider(const char* /*label*/, float* zone, float /*initial*/,
                             float /*minimum*/, float /*maximum*/, float /*step*/) {
        zones.push_back(zone);
    }

    void addNumEntry(const char* /*label*/, float* zone, float /*initial*/, float /*minimum*/,
                     float /*maximum*/, float /*step*/) {
        zones.push_back(zone);
    }
};
// NOLINTEND(readability-identifier-naming)
