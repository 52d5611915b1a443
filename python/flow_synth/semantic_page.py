"""Controls as Markdown: ``python -m flow_synth.semantic_page PAGE.md RESULT.json ...``."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from flow_synth.control import (
    CONTAINED_SHARE,
    NEGLIGIBLE_MOVEMENT,
    PASSING_CORRELATION,
    AxisScore,
    Interval,
    MacroScore,
    Smoothness,
    Unevenness,
)
from flow_synth.control_picture import ControlPicture
from flow_synth.latent_sweep import MACRO_EVERY, N_STEPS
from flow_synth.page import write_page
from flow_synth.score import INTERVAL_PERCENT, RESAMPLES
from flow_synth.score_page import table
from flow_synth.semantic import Controls
from flow_synth.tag import AXES, SLIDER_END

#: Of all presets, those that a slider must pass on.
REQUIRED_SHARE = 0.9
#: A descriptor that moves less than this with a macro knob, in deviations, is not named.
NAMED_CHANGE = 0.3

UNEVENNESS = {
    Unevenness.MEAN_STEP: "mean step of the descriptors, deviations",
    Unevenness.LARGEST_STEP: "largest step of the descriptors, deviations",
    Unevenness.MEAN_BEND: "mean second difference of the descriptors, deviations",
    Unevenness.MEAN_STEP_DB: "mean step of the sound, dB of MSS",
    Unevenness.LARGEST_STEP_DB: "largest step of the sound, dB of MSS",
}


def semantic_page(results: Mapping[str, Controls]) -> str:
    """The whole page.

    Args:
        results: by the path of their files without suffix, as seen from the page; the pictures of
            each lie beside its file.
    """
    parts = [_HEAD, *(_section(path, found) for path, found in results.items()), _HOW, _COMMANDS]
    return "\n\n".join(parts) + "\n"


def _section(path: str, found: Controls) -> str:
    intro = f"""## {found.synth}

{found.n_presets} presets of the {found.split} split, of {found.n_families} families of
near-duplicates; macro knobs around {found.n_macro_presets} of them, {found.n_pairs} pairs.
Training run `{found.model_run}`, dataset `{found.dataset[:12]}`, rotation {found.rotation}, synth
version `{found.synth_version}`, seed {found.seed}. {found.n_failed} presets of the sweeps could
not be played."""
    sliders = _sliders(path, found) if found.axes else "This model has no semantic sliders."
    return "\n\n".join([intro, sliders, _macros(path, found), _pairs(found)])


def _sliders(path: str, found: Controls) -> str:
    return f"""### Sliders

{_verdict(found.axes)}

{_slider_table(found.axes)}

{_picture(path, ControlPicture.SLIDERS, "Own descriptor of every slider")}

The line is the median over presets and the band their middle half, dotted the thresholds of the
tags. Then how far every descriptor moves with every slider, as a share of the slider's own:

{_cross_talk_table(found.axes)}

{_picture(path, ControlPicture.CROSS_TALK, "Cross-talk between sliders and descriptors")}

The first preset under every slider, from {-SLIDER_END:g} to {SLIDER_END:g}:

{_picture(path, ControlPicture.SLIDER_SOUNDS, "Spectrograms along every slider")}"""


def _verdict(axes: Iterable[AxisScore]) -> str:
    """What was asked for and what was found, axis by axis."""
    return "\n".join(
        f"- **{axis.name}** follows its slider on {_followed(axis)}; {_cross_talk(axis)}."
        for axis in axes
    )


def _followed(axis: AxisScore) -> str:
    passes = "at least" if axis.passed.mean >= REQUIRED_SHARE else "less than"
    text = f"{axis.passed.mean:.0%} of the presets, {passes} {REQUIRED_SHARE:.0%}"
    if not 0 < axis.n_measured < axis.n_presets:
        return text
    share = axis.passed.mean * axis.n_presets / axis.n_measured
    return f"{text} ({share:.0%} of the {axis.n_measured} at which it can be measured)"


def _cross_talk(axis: AxisScore) -> str:
    """Which other descriptor moves most."""
    others = {
        other.name: share
        for other, share in zip(AXES, axis.shares, strict=True)
        if other.name != axis.name and share is not None
    }
    if not others:
        return "of the others none can be measured"
    most = max(others, key=lambda name: others[name])
    bound = "no more" if others[most] <= CONTAINED_SHARE else "more"
    return (
        f"of the others {most} moves most, {others[most]:.2f} times as far, {bound} than a third"
    )


def _slider_table(axes: Iterable[AxisScore]) -> str:
    header = [
        "Slider",
        f"correlation >= {PASSING_CORRELATION:g}",
        "measured",
        "correlation, quartiles",
        "moves, deviations",
        "way begins and ends at",
        "contained",
        "step, dB of MSS",
    ]
    return table(header, (_slider_row(axis) for axis in axes))


def _slider_row(axis: AxisScore) -> list[str]:
    own = [known.name for known in AXES].index(axis.name)
    quartiles = " / ".join(f"{one:.2f}" for one in axis.correlations or ())
    return [
        f"{axis.name}: {axis.low} to {axis.high}",
        _percent(axis.passed),
        f"{axis.n_measured} of {axis.n_presets}",
        quartiles,
        _number(axis.movements[own]),
        f"{axis.reach[0]:+.1f}, {axis.reach[1]:+.1f}" if axis.reach else "",
        _percent(axis.contained),
        _number(axis.change_db),
    ]


def _cross_talk_table(axes: Iterable[AxisScore]) -> str:
    rows = ([axis.name, *map(_number, axis.shares)] for axis in axes)
    return table(["Slider", *(axis.name for axis in AXES)], rows)


def _macros(path: str, found: Controls) -> str:
    return f"""### Macro knobs

{_strongest(found.macros)}{_smoother(found.macro_smoothness)}

Every dimension of the audio space, z0 the first, from the largest effect on sound to the smallest.
Effect: MSS between one standard deviation below the dimension's mean and one above, the other
dimensions being those of a preset; on knobs, the root mean square change in unit space. Last the
largest step of the descriptors on the way from the dimension's minimum to its maximum, and on the
straight line of knobs between the same two presets.

{_macro_table(found.macros)}

{_picture(path, ControlPicture.MACROS, "Knobs and descriptors along the strongest dimensions")}

Medians over presets: above, the knobs that move most; below, the descriptors, in standard
deviations from the mean of training sounds. The first preset along the same dimensions:

{_picture(path, ControlPicture.MACRO_SOUNDS, "Spectrograms along the strongest dimensions")}

Over all dimensions, preset by preset:

{_smoothness_table(found.macro_smoothness)}"""


def _strongest(macros: Sequence[MacroScore]) -> str:
    """How far the first and the last knob change the sound, and how many change no descriptor."""
    effects = {f"z{one.dimension}": one.effect_db.mean for one in macros if one.effect_db}
    if not effects:
        return ""
    most, least = (choose(effects, key=lambda name: effects[name]) for choose in (max, min))
    n_unnamed = sum(not _named(one) for one in macros)
    return (
        f"{most} changes the sound most, by {effects[most]:.3g} dB, {least} least, by "
        f"{effects[least]:.3g} dB; {n_unnamed} of {len(macros)} knobs move no descriptor by "
        f"{NAMED_CHANGE:g} deviations. "
    )


def _macro_table(macros: Iterable[MacroScore]) -> str:
    header = [
        "Dimension",
        "effect on sound, dB",
        "effect on knobs",
        "moves most, deviations",
        "largest step",
        "on the line of knobs",
    ]
    return table(header, map(_macro_row, macros))


def _macro_row(macro: MacroScore) -> list[str]:
    largest = macro.smoothness[Unevenness.LARGEST_STEP]
    return [
        f"z{macro.dimension}",
        _interval(macro.effect_db),
        f"{macro.knob_effect:.3f}",
        _named(macro),
        _number(largest.path.mean if largest else None),
        _number(largest.line.mean if largest else None),
    ]


def _named(macro: MacroScore) -> str:
    """The two descriptors that move most: how far, and in which direction on the whole."""
    sizes = [size or 0.0 for size in macro.moves]
    order = sorted(range(len(AXES)), key=lambda axis: -sizes[axis])[:2]
    return ", ".join(
        f"{AXES[axis].name} {sizes[axis]:.2f} ({macro.changes[axis] or 0.0:+.2f})"
        for axis in order
        if sizes[axis] >= NAMED_CHANGE
    )


def _pairs(found: Controls) -> str:
    return f"""### Interpolation

{_smoother(found.pair_smoothness)}

From one preset to another through the audio space, beside the straight line of knobs between the
same two presets as the model decodes them; {found.n_pairs} pairs.

{_smoothness_table(found.pair_smoothness)}"""


def _smoother(smoothness: Smoothness) -> str:
    """In which measures the way through the audio space is the smoother one."""
    known = {UNEVENNESS[kind]: one.difference for kind, one in smoothness.items() if one}
    if not known:
        return ""
    found = {
        "it is **smoother** in": [name for name, one in known.items() if one.high < 0],
        "it is **less smooth** in": [name for name, one in known.items() if one.low > 0],
        "it **cannot be told** in": [n for n, one in known.items() if one.low <= 0 <= one.high],
    }
    texts = (f"{side} {_listed(names, len(known))}" for side, names in found.items())
    return (
        "Is the way through the audio space smoother than the straight line of knobs? By the "
        f"intervals of the paired difference: {', '.join(texts)}."
    )


def _listed(names: Sequence[str], n_all: int) -> str:
    listed = "; ".join(name.partition(",")[0] for name in names)
    return f"{len(names)} of {n_all} measures ({listed})" if names else "none"


def _smoothness_table(smoothness: Smoothness) -> str:
    rows = (
        [
            UNEVENNESS[kind],
            _interval(found.path),
            _interval(found.line),
            _interval(found.difference),
            f"{found.wins:.0%}",
        ]
        for kind, found in smoothness.items()
        if found
    )
    return table(
        ["", "audio space", "line of knobs", "difference", "audio space is smoother"], rows
    )


def _picture(path: str, picture: ControlPicture, title: str) -> str:
    return f"![{title}]({picture.beside(Path(path + '.json')).as_posix()})"


def _percent(share: Interval) -> str:
    return f"{share.mean:.0%} [{share.low:.0%}, {share.high:.0%}]"


def _interval(found: Interval | None) -> str:
    return f"{found.mean:.3g} [{found.low:.3g}, {found.high:.3g}]" if found else ""


def _number(number: float | None) -> str:
    return "" if number is None else f"{number:.2f}"


_HEAD = f"""# What the controls do to sound

Sliders, macro knobs and interpolation, swept around presets that the model was not trained on,
played by the synth and measured by the descriptors of the [semantic tags](semantic-tags.md). **The
descriptors are computed from the audio; no person has listened.** Brackets hold
{INTERVAL_PERCENT:g} % bootstrap intervals of the mean over {RESAMPLES} draws of whole families of
near-duplicate presets.

Generated from the results of `flow-synth semantic` by `python -m flow_synth.semantic_page`;
nothing here is typed by hand."""

_HOW = f"""## How it is measured

- A preset's z is what the model encodes of its sound. A slider at s adds s times its direction to
  z; s goes from {-SLIDER_END:g} to {SLIDER_END:g} in {N_STEPS} steps while everything else stays.
  Each z is decoded, stepped knobs are put on their steps, and the synth plays the preset's note.
- **Correlation**: Spearman's, of s and the slider's own descriptor over the steps of one preset. A
  descriptor that moves less than {NEGLIGIBLE_MOVEMENT:g} standard deviations correlates by 0.
- **Measured**: a descriptor can say nothing of a sound, as the tail of what has faded before the
  key is let go. Such steps are left out; a preset with more than half of them is not measured, and
  counts as not passed and not contained.
- **Moves**: largest less smallest value along a sweep, in standard deviations of the descriptor
  over the training split. A share is the mean of it divided by that of the slider's own
  descriptor, over presets at which both can be measured. Noise moves descriptors, too.
- **Contained**: presets at which no other descriptor moves more than a third as far as the own.
- **Way**: the sum of the own descriptor's absolute changes. It begins where 5 % of it are done and
  ends where 95 % are (medians over presets): beyond, the slider hardly does anything.
- Macro knobs are swept around every {MACRO_EVERY}th preset, from the first to the last percentile
  of the training sounds in {N_STEPS} steps.
- **Step**: absolute difference of neighbours on a sweep; the mean or the largest of a sweep, then
  the mean over descriptors, each in its standard deviations. Both ways between two presets have
  the same ends and as many steps, so that a smaller largest step is a more even way."""

_COMMANDS = """## To make this page again

```console
flow-synth tags DATASET --out tags.json
flow-synth semantic MODEL --dataset DATASET --tags tags.json --out docs/semantic/NAME.json
python -m flow_synth.semantic_page docs/semantic.md docs/semantic/NAME.json ...
```"""


def main() -> None:
    """Writes the page given first from the results given after it."""
    write_page(semantic_page, Controls.read)


if __name__ == "__main__":
    main()
