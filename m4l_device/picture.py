"""Pictures of every page of the devices: ``python m4l_device/picture.py build/m4l``.

They are drawn from the patchers that were built, with colours near those of Live's light and dark
themes. What scripts draw is an empty display here.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import matplotlib
from amxd import unpack
from controls import PAGES
from device_files import DEVICES, unfrozen
from patcher import HEIGHT
from patcher_file import Attributes, PatcherFile
from PIL import Image, ImageDraw, ImageFont

SCALE = 2
#: So high that a letter is as wide as one of Live's font of ten points.
_FONT_SIZE = 8.6
_FONT = Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf"


@dataclass(frozen=True)
class Theme:
    """Colours that a device takes from Live."""

    surface: str
    control: str
    control_text: str
    text: str
    display: str
    display_text: str
    frame: str
    accent: str


THEMES: Mapping[str, Theme] = {
    "light": Theme(
        "#a5a5a5", "#c3c3c3", "#1a1a1a", "#141414", "#1e1e1e", "#b4b4b4", "#6e6e6e", "#ff9c2a"
    ),
    "dark": Theme(
        "#363636", "#1e1e1e", "#c8c8c8", "#b5b5b5", "#181818", "#a0a0a0", "#0e0e0e", "#ffad56"
    ),
}

Box = tuple[float, float, float, float]


class Picture:
    """One page of a device in one theme."""

    def __init__(self, patcher: PatcherFile, page: int, theme: Theme) -> None:
        self._patcher = patcher
        self._page = page
        self._theme = theme
        width = int(patcher.patcher["openrect"][2])
        self._image = Image.new("RGB", (width * SCALE, HEIGHT * SCALE), theme.surface)
        self._draw = ImageDraw.Draw(self._image)
        self._font = ImageFont.truetype(str(_FONT), _FONT_SIZE * SCALE)

    def draw(self, boxes: Iterable[Attributes]) -> Image.Image:
        """Draws boxes; gives the picture."""
        for box in boxes:
            x, y, width, height = (float(each) * SCALE for each in box["presentation_rect"])
            self._draw_box(box, (x, y, x + width - 1, y + height - 1))
        return self._image

    def _draw_box(self, box: Attributes, area: Box) -> None:
        theme = self._theme
        kind = str(box["maxclass"])
        if kind == "live.comment":
            self._text(str(box["text"]) or "(status)", area, theme.text, is_centred=False)
        elif kind in ("v8ui", "textedit", "live.drop", "live.meter~"):
            self._fill(area, theme.display)
            words = {"v8ui": box.get("varname"), "live.drop": box.get("legend")}
            self._text(str(words.get(kind) or ""), area, theme.display_text)
        elif kind == "live.tab":
            chosen = self._page if box["varname"] == "page" else 0
            self._tab(self._choices(box), chosen, area)
        elif kind == "live.dial":
            self._dial(box, area)
        elif kind == "live.slider":
            self._slider(area)
        elif kind == "live.gain~":
            self._fill(area, theme.control)
            self._text("Level", (*area[:3], area[1] + 12 * SCALE), theme.control_text)
        else:
            self._fill(area, theme.control)
            self._text(self._value(box), area, theme.control_text)

    def _value(self, box: Attributes) -> str:
        if box["maxclass"] == "live.text":
            return max(str(box["text"]), str(box.get("texton", "")), key=len)
        if box["maxclass"] == "live.menu":
            # The longest must fit beside the triangle.
            return max(self._choices(box), key=len) + " \N{BLACK DOWN-POINTING SMALL TRIANGLE}"
        parameter = self._patcher.parameters[str(box["id"])]
        value = parameter["parameter_mmax"]
        if parameter["parameter_unitstyle"] == 9:
            return str(parameter["parameter_units"] % value)
        units = {2: f"{value:g} ms", 8: "G#-1", 1: f"{value:.2f}"}
        return units.get(parameter["parameter_unitstyle"], f"{value:g}")

    def _choices(self, box: Attributes) -> list[str]:
        return list(self._patcher.parameters[str(box["id"])]["parameter_enum"])

    def _tab(self, choices: list[str], chosen: int, area: Box) -> None:
        width = (area[2] - area[0] + 1) / len(choices)
        for index, choice in enumerate(choices):
            left = area[0] + index * width
            part = (left, area[1], left + width - SCALE, area[3])
            self._fill(part, self._theme.accent if index == chosen else self._theme.control)
            self._text(choice, part, "#141414" if index == chosen else self._theme.control_text)

    def _dial(self, box: Attributes, area: Box) -> None:
        name = str(self._patcher.parameters[str(box["id"])]["parameter_shortname"])
        line = 12 * SCALE
        self._text(name, (area[0], area[1], area[2], area[1] + line), self._theme.text)
        self._text("0.50", (area[0], area[3] - line, area[2], area[3]), self._theme.text)
        middle, radius = (area[0] + area[2]) / 2, 11 * SCALE
        centre = (area[1] + area[3]) / 2
        ring = (middle - radius, centre - radius, middle + radius, centre + radius)
        self._draw.arc(ring, 135, 405, fill=self._theme.frame, width=2 * SCALE)
        self._draw.arc(ring, 135, 270, fill=self._theme.accent, width=2 * SCALE)

    def _slider(self, area: Box) -> None:
        middle = (area[1] + area[3]) / 2
        self._draw.line((area[0], middle, area[2], middle), self._theme.frame, 2 * SCALE)
        x = (area[0] + area[2]) / 2
        size = 4 * SCALE
        points = [(x - size, area[3]), (x + size, area[3]), (x, middle)]
        self._draw.polygon(points, fill=self._theme.accent)

    def _fill(self, area: Box, colour: str) -> None:
        self._draw.rectangle(area, fill=colour, outline=self._theme.frame)

    def _text(self, text: str, area: Box, colour: str, *, is_centred: bool = True) -> None:
        """Text that does not fit is red."""
        width = self._draw.textlength(text, font=self._font)
        if width > area[2] - area[0] + 1:
            colour = "#ff0000"
        x = (area[0] + area[2] - width) / 2 if is_centred else area[0]
        y = (area[1] + area[3]) / 2
        self._draw.text((x, y), text, fill=colour, font=self._font, anchor="lm")


def write_pictures(out: Path) -> list[Path]:
    """Writes one picture of every page of every device in every theme."""
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for device in DEVICES:
        patcher = PatcherFile.read(unpack(unfrozen(device)).patcher_text)
        for number, page in enumerate(patcher.pages or ({},)):
            boxes = [box for box in patcher.shown if page.get(str(box["varname"]), True)]
            title = f" {PAGES[number]}" if patcher.pages else ""
            for name, theme in THEMES.items():
                path = out / f"{device.name}{title} {name}.png"
                Picture(patcher, number, theme).draw(boxes).save(path)
                written.append(path)
    return written


if __name__ == "__main__":
    for path in write_pictures(Path(sys.argv[1])):
        sys.stdout.write(f"{path}\n")
