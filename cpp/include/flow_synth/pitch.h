#pragma once

#include <optional>
#include <span>

namespace flow_synth {

/// [any-thread, allocates] The pitch that sounds for most of the first 4 s of a mono recording, as
/// a MIDI note number with its fraction; none for noise, most drums and whatever else has no pitch,
/// and none beyond the range of a piano.
///
/// A. de Cheveigné, H. Kawahara, 2002: YIN, a fundamental frequency estimator for speech and music.
/// Journal of the Acoustical Society of America 111(4).
std::optional<double> detect_pitch(std::span<const float> audio, int sample_rate_hz);

}  // namespace flow_synth
