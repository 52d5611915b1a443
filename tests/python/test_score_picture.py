"""The picture of an evaluation."""

import io

import numpy as np
import pytest
from evaluations_for_tests import made_up
from matplotlib import image

from flow_synth.score_picture import draw_scores


@pytest.mark.parametrize("has_search", [False, True])
@pytest.mark.parametrize("is_out_of_domain", [False, True])
def test_every_evaluation_has_a_small_picture(has_search: bool, is_out_of_domain: bool) -> None:
    evaluation = made_up(has_search=has_search, is_out_of_domain=is_out_of_domain)
    drawn = draw_scores(evaluation)
    assert len(drawn) < 80_000
    pixels = image.imread(io.BytesIO(drawn))
    assert pixels[..., :3].min() < 0.2 < 0.9 < np.median(pixels[..., :3])
    assert draw_scores(evaluation) == drawn


def test_a_search_has_a_panel_of_its_own() -> None:
    widths = [
        image.imread(io.BytesIO(draw_scores(made_up(has_search=has_search)))).shape[1]
        for has_search in (False, True)
    ]
    assert widths[1] == pytest.approx(1.5 * widths[0], abs=1)


def test_a_score_that_moves_changes_the_picture() -> None:
    evaluation = made_up()
    moved = evaluation.model_copy(update={"groups": made_up(has_search=True).groups})
    assert draw_scores(moved) != draw_scores(evaluation)
