import json

import pytest
from amxd import DeviceError, DeviceKind
from objects import ports
from patcher import Bank, Patcher, Rectangle


def test_a_cord_to_an_outlet_that_is_not_there_is_refused() -> None:
    patcher = Patcher(200)
    first, second = patcher.add("t b i"), patcher.add("prepend x")
    patcher.wire(first, second, outlet=1)
    with pytest.raises(DeviceError, match="'t b i' has no outlet 2, it has 2"):
        patcher.wire(first, second, outlet=2)
    with pytest.raises(DeviceError, match="'prepend x' has no inlet 1, it has 1"):
        patcher.wire(first, second, inlet=1)


@pytest.mark.parametrize(("maxclass", "text"), [("newobj", "teleport~ 3"), ("jsui", "")])
def test_an_object_that_is_not_known_is_refused(maxclass: str, text: str) -> None:
    with pytest.raises(DeviceError, match=r"is not in objects\.py; add it with its ports"):
        ports(maxclass, text)


@pytest.mark.parametrize(
    ("text", "inlets", "outlets"),
    [
        ("t b 1 f l", 1, ("bang", "int", "float", "")),
        ("route a b", 3, ("", "", "")),
        ("sel 0 1", 3, ("bang", "bang", "")),
        ("gate 2 1", 2, ("", "")),
        ("pack 0 0.", 2, ("",)),
        ("unpack 0 0", 1, ("int", "int")),
        ("expr ($i1 + $f3) * 2", 3, ("",)),
        ("play~ ---sound 2", 1, ("signal", "signal", "bang")),
        ("zl.join @zlmaxsize 4097", 2, ("", "")),
    ],
)
def test_ports_follow_from_arguments(text: str, inlets: int, outlets: tuple[str, ...]) -> None:
    assert ports("newobj", text) == (inlets, outlets)


def test_a_bank_has_eight_places() -> None:
    patcher = Patcher(200)
    text = patcher.build(DeviceKind.AUDIO_EFFECT, [Bank("Few", ["Level"])])
    banks = json.loads(text[:-1])["patcher"]["parameters"]["parameterbanks"]
    assert banks["0"]["parameters"] == ["Level", *["-"] * 7]
    with pytest.raises(DeviceError, match="bank 'Many' has 9 parameters; Push shows eight"):
        patcher.build(DeviceKind.AUDIO_EFFECT, [Bank("Many", list("abcdefghi"))])


def test_rectangles_that_touch_do_not_overlap() -> None:
    assert not Rectangle(0, 0, 10, 10).overlaps(Rectangle(10, 0, 5, 10))
    assert Rectangle(0, 0, 10, 10).overlaps(Rectangle(9, 9, 5, 5))
