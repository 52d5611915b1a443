#pragma once

namespace flow_synth {

/// [control-thread] Makes this process, when its main thread ends it, first wait until nothing is
/// loaded or heard any more. While a library is opened or runs, its static objects must not be
/// destroyed, and programs end without a word to the objects in them.
void end_in_order();

}  // namespace flow_synth
