#pragma once

/// How often this thread has asked for memory by `new`.
int n_allocations() noexcept;
