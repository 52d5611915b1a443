#pragma once

#include "max_api.h"

/// [any-thread] A function as Max keeps it, which knows functions of any kind by one type.
template <typename Function>
method max_method(Function* function) noexcept {
    return reinterpret_cast<method>(reinterpret_cast<void (*)()>(function));
}
