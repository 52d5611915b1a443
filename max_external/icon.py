"""The package's icon: rings of a normal distribution, as a flow bends them."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

SIZE = 500
#: Drawn so much larger first, which makes its edges smooth.
_SCALE = 4
_BACKGROUND, _INNER, _OUTER = (22, 26, 36), (255, 196, 92), (64, 156, 255)
_N_RINGS = 9


def rings() -> Iterator[tuple[float, NDArray[np.float64]]]:
    """From outside in: share of the way out, and points [73, 2] from -1 to 1."""
    angle = np.linspace(0, 2 * np.pi, 73)
    for share in np.linspace(1, 0.12, _N_RINGS):
        x, y = 0.62 * share * np.cos(angle), 0.62 * share * np.sin(angle)
        # Two coupling layers: each moves one coordinate by what the other is.
        y = y + 0.24 * np.sin(3.4 * x)
        x = x * np.exp(0.35 * y) - 0.1 * np.cos(4 * y) + 0.06
        yield float(share), np.stack([x, y], 1)


def draw_icon() -> Image.Image:
    """500 x 500 pixels with round corners."""
    side = SIZE * _SCALE
    image = Image.new("RGBA", (side, side))
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((0, 0, side - 1, side - 1), side // 6, fill=_BACKGROUND)
    for share, points in rings():
        colour = tuple(
            round(outer * share + inner * (1 - share))
            for outer, inner in zip(_OUTER, _INNER, strict=True)
        )
        line = [(float(x), float(y)) for x, y in (points + 1) * side / 2]
        pen.line(line, fill=colour, width=side // 60, joint="curve")
    return image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)
