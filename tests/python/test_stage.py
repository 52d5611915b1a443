"""Presets played for a match, by real worker processes that presets end."""

import numpy as np
import pytest
import torch
from synths_for_tests import SineSynth, open_test_synth

from flow_synth.error import InputError
from flow_synth.features import LogMel, Resampler
from flow_synth.preset import Preset
from flow_synth.stage import play_on_workers
from flow_synth.synth import SAMPLE_RATE_HZ, Note, SynthError

NOTE = Note(total_seconds=4.0)


@pytest.mark.slow
def test_what_fails_is_none_and_all_others_are_played() -> None:
    presets = np.random.default_rng(0).random((12, 6), np.float32)
    kinds = {1: "crash", 4: "error", 5: "nan", 6: "exception", 9: "crash"}
    faults = (f"{kind}={Preset('', presets[number]).identity}" for number, kind in kinds.items())
    described = " ".join(("sine", *faults))
    with play_on_workers(SineSynth(), described, opener=open_test_synth, workers=2) as stage:
        sounds = stage.sounds(presets, NOTE)
        again = stage.sounds(presets[[0, 2]], NOTE)
        rendered = stage.render(presets[3], NOTE)
        for number in (1, 4, 5):
            with pytest.raises(SynthError):
                stage.render(presets[number], NOTE)
    np.testing.assert_allclose(rendered, SineSynth().render(presets[3], NOTE), atol=1e-6)
    assert {number for number, sound in enumerate(sounds) if sound is None} == set(kinds)
    for number, sound in [(0, again[0]), (2, again[1]), *enumerate(sounds)]:
        if sound is None:
            continue
        audio, mel = sound
        played = SineSynth().render(presets[number], NOTE).mean(0, dtype=np.float32)
        expected = Resampler()(torch.from_numpy(played)[None], SAMPLE_RATE_HZ)
        np.testing.assert_allclose(audio, expected, atol=1e-6)
        np.testing.assert_allclose(mel, LogMel()(expected), atol=1e-3)


def test_a_synth_that_crashes_when_it_is_opened_is_refused() -> None:
    with (
        pytest.raises(InputError, match="crashes when it is opened"),
        play_on_workers(SineSynth(), "crash-when-opened", opener=open_test_synth, workers=1),
    ):
        pass
