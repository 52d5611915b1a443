"""Answers sound beside the preset that was asked, and are as far from it as is measured."""

import numpy as np
import pytest
from answers_for_tests import answered
from synths_for_tests import SineSynth

from flow_synth.answers import Answers
from flow_synth.error import InputError
from flow_synth.library import FlowSynth
from flow_synth.site_answers import AnsweredPreset, AnswerPlayer
from flow_synth.site_sounds import Plan, SoundMaker


@pytest.fixture(scope="module")
def maker(model: str) -> SoundMaker:
    return SoundMaker(FlowSynth.load(model), Plan())


@pytest.fixture(scope="module")
def answers(maker: SoundMaker) -> Answers:
    return answered(maker.flow_synth.synth.presets(), "builtin", ("new", "mlp"), n_asked=1)


@pytest.fixture(scope="module")
def preset(maker: SoundMaker, answers: Answers) -> AnsweredPreset:
    (preset,) = AnswerPlayer(maker, answers).play()
    return preset


def test_models_come_in_the_order_of_the_table(preset: AnsweredPreset) -> None:
    assert [one.key for one in preset.answers] == ["mlp", "new", "one_pass", "best", "nn1", "nn16"]
    assert preset.measured["distances"].keys() == {one.key for one in preset.answers}


def test_what_sounds_is_what_was_answered(preset: AnsweredPreset, maker: SoundMaker) -> None:
    bank = maker.flow_synth.synth.presets()
    found = {one.key: one.played.values for one in preset.answers}
    assert preset.original.values == pytest.approx(bank[0].values, abs=1e-4)
    for key, number in {"mlp": 1, "new": 1, "nn1": 2}.items():
        assert found[key] == pytest.approx(bank[number].values, abs=1e-4)


def test_the_nearest_of_the_neighbours_counts(preset: AnsweredPreset) -> None:
    nearest, best = (one for one in preset.answers if one.key.startswith("nn"))
    # The second neighbour is the preset itself.
    assert best.distance.mss_db == pytest.approx(0, abs=1e-3)
    assert best.distance.sc == pytest.approx(0, abs=1e-3)
    assert nearest.distance.mss_db > 1
    assert np.array_equal(preset.answers[0].played.mel, preset.answers[1].played.mel)


def test_presets_of_another_bank_are_refused(maker: SoundMaker, answers: Answers) -> None:
    elsewhere = answered(SineSynth().presets(), "builtin", n_asked=1)
    with pytest.raises(InputError, match="has no preset 'Factory 0' as it was"):
        AnswerPlayer(maker, elsewhere).play()
    few = {"mlp": answers.models["mlp"].model_copy(update={"presets": ((0.5, 0.5),)})}
    with pytest.raises(InputError, match="answered with 2 knobs"):
        AnswerPlayer(maker, answers.model_copy(update={"models": few})).play()
