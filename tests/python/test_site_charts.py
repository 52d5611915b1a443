"""Charts draw what they are given, and nothing that a name might smuggle in."""

import math
import re
from xml.etree import ElementTree

import pytest

from flow_synth.parameter import Parameter, ParameterTable
from flow_synth.site_charts import (
    answer_bars,
    interval_chart,
    knob_bars,
    line_chart,
    original_bars,
)

NAME = 'a <b> & "c"'


def numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?[\d.]+", text)]


def test_a_line_goes_through_its_points_and_leaves_out_what_is_unknown() -> None:
    chart = line_chart(
        {NAME: [0.0, 1.0, math.nan, 0.5]}, [0, 1, 2, 3], across="x <s>", up="y", limits=(0.0, 1.0)
    )
    root = ElementTree.fromstring(chart)
    (line,) = root.iter("polyline")
    x = numbers(line.attrib["points"])[::2]
    y = numbers(line.attrib["points"])[1::2]
    assert len(x) == 3
    assert x[1] - x[0] == pytest.approx((x[2] - x[1]) / 2, abs=1)
    assert y[2] == pytest.approx((y[0] + y[1]) / 2, abs=1)
    assert y[1] < y[0]
    texts = [one.text for one in root.iter("text")]
    assert {"x <s>", "y", "0", "1", "0.5", "3"} <= set(texts)
    assert root.attrib["aria-label"] == "y over x <s>"


@pytest.mark.parametrize("line", [[2.0, 2.0], [math.nan, math.nan]])
def test_a_line_that_says_little_is_drawn_all_the_same(line: list[float]) -> None:
    ElementTree.fromstring(line_chart({"a": line}, [0, 1], across="x", up="y"))


def test_intervals_lie_in_order_and_what_is_far_off_is_named() -> None:
    rows = {"near": (1.0, 0.8, 1.3), NAME: (2.0, 1.9, 2.1), "far": (900.0, 800.0, 1000.0)}
    root = ElementTree.fromstring(interval_chart(rows, ["near"], "dB"))
    near, middle = root.iter("circle")
    assert float(near.attrib["cx"]) < float(middle.attrib["cx"])
    assert "own" in near.attrib["class"]
    assert "other" in middle.attrib["class"]
    assert "900 →" in [one.text for one in root.iter("text")]


def test_bars_are_as_high_as_knobs_and_say_their_values() -> None:
    table = ParameterTable(
        tuple(
            Parameter(name=name, label=name, unit="Hz", minimum=0, maximum=100, default=0)
            for name in ("low", NAME)
        )
    )
    root = ElementTree.fromstring(knob_bars([0.25, 1.0], table))
    heights = [-numbers(bar.attrib["d"].partition("v")[2])[0] for bar in root.iter("path")]
    assert heights == pytest.approx([14, 56], abs=0.1)
    assert [one.text for one in root.iter("title")] == ["low: 25 Hz", f"{NAME}: 100 Hz"]


def test_bars_of_an_answer_stand_under_the_marks_of_the_original_and_name_what_is_off() -> None:
    table = ParameterTable(
        tuple(
            Parameter(name=name, label=name, unit="Hz", minimum=0, maximum=100, default=0)
            for name in ("same", "near", NAME)
        )
    )
    original, answer = [0.5, 0.5, 0.0], [0.5, 0.25, 1.0]
    beside = ElementTree.fromstring(original_bars(original, "one"))
    bars, mark = beside.iter("path")
    assert numbers(mark.attrib["d"])[1::3] == [28, 28, 56]
    assert [-one for one in numbers(bars.attrib["d"])[2::3]] == [28, 28, 1]
    assert mark.attrib["id"] == "one"
    root = ElementTree.fromstring(answer_bars(answer, original, table, "one"))
    (bars,) = root.iter("path")
    assert [-one for one in numbers(bars.attrib["d"])[2::3]] == [28, 14, 56]
    (title,) = root.iter("title")
    assert title.text == f"{NAME} 100 Hz, not 0 Hz; near 25 Hz, not 50 Hz"
    (use,) = root.iter("use")
    assert use.attrib["href"] == "#one"
