"""The picture of tags shows where presets lie, and its number says how well they are parted."""

import io

import numpy as np
import pytest
from PIL import Image

from flow_synth.library import FlowSynth, model_path
from flow_synth.model_interface import SemanticAxis
from flow_synth.preset_map import UNIT_SCALE, PresetMap
from flow_synth.site_tag_map import TagView, draw_tags, tag_views

AXIS = SemanticAxis(name="brightness", low="dark", high="bright", direction=(1.0, 0.0))


def view(along: list[float], sides: list[int]) -> TagView:
    return TagView(AXIS, np.array(along), np.zeros(len(along)), 1, np.array(sides))


@pytest.mark.parametrize(
    ("along", "sides", "auroc"),
    [
        ([-1, 0, 1, 2], [-1, 0, 1, 1], 1.0),
        ([2, 1, 0, -1], [-1, 0, 1, 1], 0.0),
        ([0, 5, 0, 0], [-1, 0, 1, 1], 0.5),
        # Of the four pairs one stands the wrong way round.
        ([0, 2, 1, 3], [-1, -1, 1, 1], 0.75),
    ],
)
def test_auroc_is_the_share_of_pairs_in_order(
    along: list[float], sides: list[int], auroc: float
) -> None:
    assert view(along, sides).auroc == pytest.approx(auroc)


def test_a_shipped_model_stands_where_its_sliders_say() -> None:
    flow_synth = FlowSynth.load("builtin")
    with model_path("builtin") as path:
        read = PresetMap.read(path.with_name("builtin.map.json"))
    few = read.model_copy(update={"presets": read.presets[::16]})
    views = tag_views(flow_synth, few)
    axes = flow_synth.description.semantic_axes
    assert [one.axis for one in views] == list(axes)
    units = np.array([preset.units for preset in few.presets], np.float32) / UNIT_SCALE
    z = flow_synth.locate(units)
    for number, one in enumerate(views):
        moved = z + one.along[:, None] * -np.array(axes[number].direction)
        # Back by its own position, a preset stands at the middle of the slider.
        assert moved @ np.array(axes[number].direction) == pytest.approx(np.zeros(40), abs=1e-5)
        assert one.up == pytest.approx(z[:, one.up_number], abs=1e-6)
        assert not np.array(axes[number].direction)[one.up_number]
        assert one.sides.tolist() == [preset.tags[number] for preset in few.presets]


def test_words_that_no_preset_has_are_left_out() -> None:
    with model_path("builtin") as path:
        read = PresetMap.read(path.with_name("builtin.map.json"))
    untagged = read.presets[0].model_copy(update={"tags": (1,) * len(read.axes)})
    alone = read.model_copy(update={"presets": (untagged,)})
    assert tag_views(FlowSynth.load("builtin"), alone) == []


def test_the_picture_lies_on_nothing() -> None:
    with Image.open(io.BytesIO(draw_tags(view([-1, 0, 1], [-1, 0, 1])))) as image:
        assert image.size == (640, 500)
        pixels = np.asarray(image.convert("RGBA"))
    assert (pixels[..., 3] == 0).mean() > 0.5
    assert (pixels[..., 3] > 200).any()
