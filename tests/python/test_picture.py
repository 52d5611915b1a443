import io
from itertools import groupby

import matplotlib.image
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from flow_synth.features import LOG_FLOOR, N_FRAMES, N_MELS
from flow_synth.matching import Match, Measures, imitating_note
from flow_synth.parameter import Parameter
from flow_synth.picture import COLUMNS, LONGEST_GROUP, arrange, draw_match
from flow_synth.preset import Preset
from flow_synth.synths.builtin import builtin_table

SILENCE = np.full((N_MELS, N_FRAMES), np.log(LOG_FLOOR), np.float32)
TABLE = builtin_table()


def a_match(
    target: NDArray[np.float32], imitation: NDArray[np.float32], values: NDArray[np.float32]
) -> Match:
    nothing = np.zeros(1, np.float32)
    return Match(
        preset=Preset("test", values),
        latent=nothing,
        pitch=None,
        note=imitating_note(None),
        target=nothing,
        imitation=nothing,
        target_mel=target,
        imitation_mel=imitation,
        audio=nothing,
        measures=Measures(sc=0.5, log_mel_mse=1.0, mss_db=5.0, level_db=-3.0),
        intervals=None,
        remarks=(),
    )


def pixels(match: Match, title: str = "title") -> NDArray[np.float32]:
    return matplotlib.image.imread(io.BytesIO(draw_match(match, TABLE, title)))[..., :3]


def a_tone() -> NDArray[np.float32]:
    mel = SILENCE.copy()
    mel[40:44] = 3.0
    return mel


def test_same_match_gives_the_same_bytes() -> None:
    match = a_match(a_tone(), SILENCE, TABLE.defaults)
    assert draw_match(match, TABLE, "a") == draw_match(match, TABLE, "a")


def test_target_stands_left_and_imitation_right() -> None:
    left = pixels(a_match(a_tone(), SILENCE, TABLE.defaults))
    both = pixels(a_match(a_tone(), a_tone(), TABLE.defaults))
    changed = (left != both).any((0, 2)).nonzero()[0]
    middle = left.shape[1] // 2
    assert changed.min() > middle
    # Only dark ink can make a white panel darker.
    assert both[:, middle:].sum() < left[:, middle:].sum()


def test_mel_bands_rise_in_equal_steps() -> None:
    loud = SILENCE.copy()
    loud[N_MELS - 1] = 3.0
    before = pixels(a_match(loud, SILENCE, TABLE.defaults))
    rows = []
    for band in (20, 60, 100):
        tone = loud.copy()
        tone[band] = 3.0
        changed = before != pixels(a_match(tone, SILENCE, TABLE.defaults))
        rows.append(np.median(changed.any(2).nonzero()[0]))
    assert rows[0] > rows[1] > rows[2]
    assert rows[0] - rows[1] == pytest.approx(rows[1] - rows[2], abs=1)


def test_each_knob_moves_its_own_bar_and_value() -> None:
    before = pixels(a_match(SILENCE, SILENCE, np.zeros(len(TABLE), np.float32)))
    places = []
    for knob in range(0, len(TABLE), 13):
        values = np.zeros(len(TABLE), np.float32)
        values[knob] = 1.0
        rows, columns, _ = (before != pixels(a_match(SILENCE, SILENCE, values))).nonzero()
        places.append((rows.min(), columns.min()))
        # One row of one column of knobs.
        assert np.ptp(rows) < 25
        assert np.ptp(columns) < before.shape[1] / COLUMNS
    assert len(set(places)) == len(places)


@pytest.mark.parametrize("title", ["$x_$ \\frac", "録音.wav", "a\nb", "x" * 300, "\udcff.wav"])
def test_any_file_name_can_be_a_title(title: str) -> None:
    assert pixels(a_match(a_tone(), SILENCE, TABLE.defaults), title).shape == (
        pixels(a_match(a_tone(), SILENCE, TABLE.defaults)).shape
    )


WORDS = st.lists(
    st.sampled_from(["Osc", "Filter", "Amp", "LFO", "Noise"]), min_size=1, max_size=60
)


@given(WORDS)
def test_knobs_are_arranged_in_order_and_groups_stay_whole(words: list[str]) -> None:
    knobs = [
        Parameter(name=str(n), label=f"{word} {n}", minimum=0, maximum=1, default=0)
        for n, word in enumerate(words)
    ]
    columns = arrange(knobs)
    assert len(columns) <= COLUMNS
    assert [knob for column in columns for knob in column if knob] == knobs
    for column in columns:
        assert column[0] is not None
        assert column[-1] is not None
    assert max(map(len, columns)) <= max(LONGEST_GROUP, 2 * len(knobs) / COLUMNS + LONGEST_GROUP)
    place = {
        knob.name: (left, row)
        for left, column in enumerate(columns)
        for row, knob in enumerate(column)
        if knob
    }
    for _, group in groupby(knobs, lambda knob: knob.label.split()[0]):
        (first, top), *others = [place[knob.name] for knob in group]
        assert len(others) >= LONGEST_GROUP or others == [
            (first, top + n) for n in range(1, len(others) + 1)
        ]
