#pragma once

#if defined(__has_feature)
#if __has_feature(realtime_sanitizer)
#include <sanitizer/rtsan_interface.h>
#define FLOW_SYNTH_HAS_RTSAN
#endif
#endif

namespace flow_synth {

#if defined(FLOW_SYNTH_HAS_RTSAN)
/// While it lives, the processing thread may wait: RealtimeSanitizer looks away.
using BlockingAllowed = __rtsan::ScopedDisabler;
#else
/// While it lives, the processing thread may wait.
struct BlockingAllowed {};
#endif

}  // namespace flow_synth
