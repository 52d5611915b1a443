"""Errors of every target survive their file, which stays small."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from flow_synth.metric import Measure
from flow_synth.score import Method
from flow_synth.target_errors import TargetErrors


@given(
    st.lists(
        st.tuples(
            st.floats(0, 1e6), st.integers(0, 5000), st.text("0123456789abcdef", min_size=1)
        ),
        max_size=20,
    )
)
def test_what_is_read_back_is_what_was_written(rows: list[tuple[float, int, str]]) -> None:
    written = TargetErrors(
        targets=tuple(name for _, _, name in rows),
        families=tuple(family for _, family, _ in rows),
        errors={Method.NN1: {Measure.SC: tuple(float(f"{e:.4g}") for e, _, _ in rows)}},
    )
    assert TargetErrors.model_validate_json(written.model_dump_json(indent=1)) == written


def test_a_model_on_a_test_fold_and_its_baselines_take_little_room() -> None:
    generator, n_targets = np.random.default_rng(0), 300
    errors = TargetErrors(
        targets=tuple(f"{n:016x}" for n in range(n_targets)),
        families=tuple(range(n_targets)),
        errors={
            method: {measure: tuple(generator.gamma(2, size=n_targets)) for measure in Measure}
            for method in (*Method,)[:7]
        },
    )
    text = errors.model_dump_json(indent=1)
    assert len(text) < 150_000
    assert max(map(len, text.splitlines())) > n_targets  # A list is one line.


def test_lists_of_different_lengths_are_refused() -> None:
    content = {"targets": "a b", "families": "1 2", "errors": {"nn1": {"sc": "0.5"}}}
    with pytest.raises(ValidationError, match="more or fewer entries"):
        TargetErrors.model_validate_json(json.dumps(content))
