"""A file of answers that nobody gave."""

from collections.abc import Sequence

from flow_synth.answers import Answers, AskedPreset, ModelAnswers
from flow_synth.metric import Measure
from flow_synth.preset import Preset
from flow_synth.score import Score

SCORE = Score(mean=10.0, low=9.0, high=11.0, median=8.0)


def answered(
    bank: Sequence[Preset], synth: str, models: Sequence[str] = ("mlp",), n_asked: int = 2
) -> Answers:
    """Each model answers with the next preset of the bank, and retrieval with the two after it."""
    numbers = range(n_asked)
    return Answers(
        dataset="abcd",
        rotation=0,
        seed=0,
        synth=synth,
        synth_version="1",
        asked=tuple(
            AskedPreset(name=bank[one].name, identity=bank[one].identity, pitch=60.0, velocity=100)
            for one in numbers
        ),
        models={
            name: ModelAnswers(
                run=f"run of {name}",
                presets=tuple(units(bank[one + 1]) for one in numbers),
                scores=dict.fromkeys(Measure, SCORE),
            )
            for name in models
        },
        neighbours=tuple((units(bank[one + 2]), units(bank[one])) for one in numbers),
    )


def units(preset: Preset) -> tuple[float, ...]:
    return tuple(map(float, preset.values))
