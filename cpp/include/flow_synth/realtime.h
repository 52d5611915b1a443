#pragma once

/// Marks what the audio thread calls. Clang then warns where it might allocate, lock or throw, and
/// RealtimeSanitizer stops the program where it does.
#if defined(__has_cpp_attribute)
#if __has_cpp_attribute(clang::nonblocking)
#define FLOW_SYNTH_REALTIME [[clang::nonblocking]]
#endif
#endif
#if !defined(FLOW_SYNTH_REALTIME)
#define FLOW_SYNTH_REALTIME
#endif
