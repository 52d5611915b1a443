"""Knobs: round trips between human values and unit space, and what is refused."""

import math

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from flow_synth.error import InputError
from flow_synth.parameter import Curve, Kind, Parameter, ParameterTable
from flow_synth.synths.builtin import builtin_table

finite = st.floats(-1e6, 1e6)
unit = st.floats(0, 1)


@st.composite
def parameters(draw: st.DrawFn) -> Parameter:
    kind = draw(st.sampled_from(list(Kind)))
    if kind is Kind.CATEGORICAL:
        choices = draw(st.lists(st.text(min_size=1), min_size=2, max_size=9, unique=True))
        return Parameter(
            name="knob",
            label="Knob",
            minimum=0,
            maximum=len(choices) - 1,
            default=0,
            kind=kind,
            choices=tuple(choices),
        )
    minimum = draw(finite)
    if kind is Kind.ORDINAL:
        step = draw(st.sampled_from([0.5, 1.0, 3.0]))
        maximum = minimum + step * draw(st.integers(1, 40))
        return Parameter(
            name="knob",
            label="Knob",
            minimum=minimum,
            maximum=maximum,
            default=minimum,
            kind=kind,
            step=step,
        )
    maximum = draw(finite)
    assume(maximum - minimum > 1e-3 * max(1.0, abs(minimum)))
    curve = draw(st.sampled_from(list(Curve))) if minimum > 1e-3 else Curve.LINEAR
    assume(curve is Curve.LINEAR or maximum / minimum > 1.01)
    return Parameter(
        name="knob", label="Knob", minimum=minimum, maximum=maximum, default=minimum, curve=curve
    )


#: Whose end the formula of the curve rounds up to 58.86200000000001.
ROUNDED_UP = Parameter(
    name="knob", label="Knob", minimum=0.0142, maximum=58.862, default=1, curve=Curve.LOG
)


@given(parameters(), unit)
@example(ROUNDED_UP, 1.0)
def test_unit_to_human_and_back(parameter: Parameter, value: float) -> None:
    human = parameter.to_human(value)
    assert parameter.minimum <= human <= parameter.maximum
    back = parameter.to_unit(human)
    tolerance = 0.5 / (parameter.n_values - 1) + 1e-9 if parameter.n_values else 1e-6
    assert back == pytest.approx(value, abs=tolerance)


@given(parameters(), unit, unit)
def test_a_knob_never_turns_back(parameter: Parameter, first: float, second: float) -> None:
    low, high = sorted((first, second))
    assert parameter.to_human(low) <= parameter.to_human(high)


@given(parameters(), unit)
def test_a_stepped_knob_lands_on_a_step(parameter: Parameter, value: float) -> None:
    assume(parameter.n_values)
    steps = (parameter.to_human(value) - parameter.minimum) / parameter.step
    assert steps == pytest.approx(round(steps), abs=1e-6)


@given(parameters())
@example(ROUNDED_UP)
def test_the_ends_of_the_range_are_reached_and_read_back(parameter: Parameter) -> None:
    for end, human in ((0.0, parameter.minimum), (1.0, parameter.maximum)):
        assert parameter.to_human(end) == pytest.approx(human)
        assert parameter.to_unit(parameter.to_human(end)) == pytest.approx(end)


@given(st.lists(unit, min_size=40, max_size=40))
def test_a_table_round_trips_and_snaps_once(values: list[float]) -> None:
    table = builtin_table()
    snapped = table.snap(np.array(values))
    np.testing.assert_array_equal(table.snap(snapped), snapped)
    np.testing.assert_allclose(table.from_human(table.to_human(snapped)), snapped, atol=1e-6)


def test_a_table_survives_json() -> None:
    table = builtin_table()
    assert ParameterTable.model_validate_json(table.model_dump_json()) == table


def test_knobs_not_mentioned_stand_at_their_default() -> None:
    table = builtin_table()
    np.testing.assert_array_equal(table.from_human({}), table.defaults)


@pytest.mark.parametrize(
    ("human", "part"),
    [
        ({"filter_cutof": 100.0}, "unknown parameter 'filter_cutof'"),
        ({"filter_cutoff": 1e9}, "40 to 16000 Hz"),
        ({"filter_cutoff": math.nan}, "40 to 16000 Hz"),
        ({"filter_cutoff": "3"}, "is '3'; give a number from 40 to 16000 Hz"),
        ({"filter_mode": "notch"}, "lowpass, bandpass, highpass"),
        ({"filter_mode": True}, "0 to 2"),
    ],
)
def test_a_wrong_preset_is_refused_with_what_is_allowed(
    human: dict[str, float | str], part: str
) -> None:
    with pytest.raises(InputError, match=part):
        builtin_table().from_human(human)


@pytest.mark.parametrize(
    "wrong",
    [
        {"minimum": 1.0, "maximum": 1.0},
        {"default": 3.0},
        {"minimum": -1.0, "curve": "log"},
        {"maximum": math.inf},
        {"kind": "categorical"},
        {"choices": ("a", "b")},
        {"kind": "ordinal", "step": 0.3},
        {"kind": "ordinal", "step": 0.0},
        {"colour": "red"},
    ],
)
def test_a_wrong_knob_cannot_be_made(wrong: dict[str, object]) -> None:
    right: dict[str, object] = {
        "name": "a",
        "label": "A",
        "minimum": 0.0,
        "maximum": 2.0,
        "default": 1.0,
    }
    Parameter.model_validate(right)
    with pytest.raises(ValidationError):
        Parameter.model_validate(right | wrong)


def test_names_are_unique() -> None:
    knob = Parameter(name="a", label="A", minimum=0, maximum=1, default=0)
    with pytest.raises(ValidationError, match="unique"):
        ParameterTable((knob, knob))


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("filter_cutoff", 1.0, "16 kHz"),
        ("filter_cutoff", 0.0, "40 Hz"),
        ("amp_attack", 0.0, "1 ms"),
        ("filter_mode", 0.5, "bandpass"),
        ("osc2_octave", 0.0, "-2 octaves"),
        ("noise", 2.5e-8, "0"),
    ],
)
def test_a_value_reads_as_a_musician_would_say_it(name: str, value: float, text: str) -> None:
    table = builtin_table()
    assert table[table.names.index(name)].describe(value) == text
