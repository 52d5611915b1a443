#pragma once

#include "max_api.h"

namespace max_host {

/// [any-thread] What Max keeps by one type, as the function that it is.
template <typename Function>
Function* as_function(method any) noexcept {
    return reinterpret_cast<Function*>(reinterpret_cast<void (*)()>(any));
}

}  // namespace max_host
