"""Writes docs/semantic-tags.md: what the tags are, and how far presets' names bear them out.

python python/experiments/check_tags.py DATASET TAGS OTHER_DATASET OTHER_TAGS PAGE

Both datasets hold the same presets, the first at middle C and the other at other notes; the tags
are what `flow-synth tags` wrote of each.
"""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from flow_synth.dataset import Dataset
from flow_synth.dataset_description import REFERENCE_PITCH
from flow_synth.error import InputError
from flow_synth.score import INTERVAL_PERCENT, RESAMPLES
from flow_synth.tag import AXES, GATE_DB, Axis
from flow_synth.tag_file import TagFile

#: Whole words of names, in lower case.
GROUPS: Mapping[str, str] = {
    "pad": "pad pads string strings choir ensemble",
    "pluck": "pluck plucks plucked bell bells mbells perc percussion percussive marimba xylophone "
    "glock kalimba vibes harp pizz guitar clav clavinet drum kick snare tom hat hihat hit",
    "organ": "organ organs hammond",
    "bass": "bass basses basss",
    "lead or bright": "lead leads bright brite sharp shiny brilliant crystal glass",
    "bright": "bright brite sharp shiny brilliant crystal glass",
    "dark": "dark darker dull muted muffled mellow soft warm deep",
    "hard": "hard dist distorted distortion acid aggressive aggressor metal metallic metalic "
    "harsh angry evil scream screaming nasty fuzz industrial crunch crunchy noisy noise dirty "
    "grit gritty rude",
    "soft": "soft mellow calm warm gentle smooth sweet dream dreamy quiet",
    "moving": "sweep sweeps sweeping swept lfo wobble wobbly wah trem tremolo vibrato vib siren "
    "motion moving pulsing pulsating trill helicopter alarm evolve evolving swirl swirling phaser "
    "phase flanged flanger flutter seq sequence random wow bubble arp rotary leslie",
    "still": "organ organs hammond ep piano rhodes bass basses flute brass horn horns trumpet "
    "clarinet accordian reed sine square pipe",
}

#: Axis, the group expected on its high side, the group expected on its low side.
EXPECTED = (
    ("brightness", "bright", "dark"),
    ("brightness", "lead or bright", "bass"),
    ("brightness", "hard", "soft"),
    ("movement", "moving", "still"),
    ("dirt", "hard", "soft"),
    ("sustain", "pad", "pluck"),
    ("sustain", "organ", "pluck"),
    ("attack", "pad", "pluck"),
    ("attack", "pad", "organ"),
    ("tail", "pad", "pluck"),
    ("tail", "pad", "organ"),
    ("aggression", "hard", "soft"),
)

EQUATIONS: Mapping[str, str] = {
    "brightness": "S = 0.11 Σ N'(z) g(z) z / Σ N'(z), with g(z) = 1 up to 15.8 Bark and "
    "0.15 exp(0.42 (z - 15.8)) + 0.85 above (DIN 45692). N'(z) is the mean over time of "
    "(E / max E)^0.23 in 23 critical bands: Zwicker's specific loudness without masking.",
    "movement": "sqrt(Σ w_b mean_t (L_b(t) - c t - mean)² / Σ w_b), L_b the level of critical "
    "band b in dB while it is above the gate, c the slope of the regression of the whole level "
    "on time, w_b the mean specific loudness of the band; from 0.5 s after note on to note off.",
    "dirt": "Σ E(f) over |f / (f0/2) - k| > 1/4 for every whole k, divided by Σ E(f) over "
    "f > f0/8; only windows wholly inside the sound. White noise has a half. An octave below the "
    "note is clean, and so is a fifth above it.",
    "sustain": "20 log10(RMS of the last third of the held note / RMS of its loudest third).",
    "attack": "The first t with e(t) >= 0.8 max e, e the RMS under a Hann window of 23 ms.",
    "tail": "The last t after note off with e(t) > e_off / 10^(30/20), e_off the RMS of the last "
    "0.25 s before note off. The recording ends a second after note off, and so does the scale.",
    "aggression": "sqrt(S² + (5 R)²), S as above; R is the depth of modulation at 20 to 150 Hz in "
    "critical bands, averaged by their amplitude. Zwicker and Fastl's psychoacoustic annoyance "
    "joins sharpness and roughness in the same way.",
}

Values = NDArray[np.float64]
Members = NDArray[np.bool_]


@dataclass(frozen=True)
class TaggedBank:
    """The presets of a dataset with what was computed of them."""

    dataset: Dataset
    file: TagFile

    @classmethod
    def open(cls, dataset: str, tags: str) -> Self:
        """Opens a dataset and its tags.

        Raises:
            InputError: they do not belong together.
        """
        opened, file = Dataset.open(Path(dataset)), TagFile.read(Path(tags))
        file.check_dataset(opened)
        if file.axes != AXES:
            raise InputError(f"{tags} has other axes; run 'flow-synth tags' again")
        return cls(opened, file)

    def column(self, axis: str) -> Values:
        """[N] descriptors of one axis."""
        index = [each.name for each in AXES].index(axis)
        return self.file.descriptors[:, index].astype(np.float64)


@dataclass(frozen=True)
class Separation:
    """How often a preset of one group lies above a preset of another, ties counting half."""

    n_high: int
    n_low: int
    auc: float
    low: float
    high: float


def words(name: str) -> frozenset[str]:
    """The words of a preset's name in lower case: 'SoftPad2' has two."""
    found = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
    return frozenset(word.lower() for word in found)


def members(names: Sequence[str], group: str) -> Members:
    """[N] whether a name has a word of the group."""
    wanted = frozenset(GROUPS[group].split())
    return np.array([bool(words(name) & wanted) for name in names])


def ranks(values: Values) -> Values:
    """[N] ranks from 1, equal values sharing their mean rank."""
    _, index, count = np.unique(values, return_inverse=True, return_counts=True)
    mean: Values = (np.cumsum(count) - (count - 1) / 2)[index]
    return mean


def rank_correlation(left: Values, right: Values) -> float:
    """Spearman's, over the rows where both are numbers."""
    known = ~(np.isnan(left) | np.isnan(right))
    return float(np.corrcoef(ranks(left[known]), ranks(right[known]))[0, 1])


def separation(
    values: Values, high: Members, low: Members, families: NDArray[np.int64]
) -> Separation:
    """Mann-Whitney's U over its maximum (AUC), with a bootstrap interval over families.

    Presets of both groups, and those that cannot be measured, are left out.
    """
    known = ~np.isnan(values) & (high != low)
    above, below = np.flatnonzero(known & high), np.flatnonzero(known & low)
    wins = np.sign(values[above, None] - values[below]) / 2 + 0.5
    labels, member = np.unique(families[[*above, *below]], return_inverse=True)
    even = np.full(len(labels), 1 / len(labels))
    draws = np.random.default_rng(0).multinomial(len(labels), even, RESAMPLES)[:, member]
    of_above, of_below = np.split(draws, [len(above)], axis=1)
    pairs = of_above.sum(1) * of_below.sum(1)
    drawn = ((of_above @ wins) * of_below).sum(1)[pairs > 0] / pairs[pairs > 0]
    tail = (100.0 - INTERVAL_PERCENT) / 2
    ends = np.percentile(drawn, [tail, 100.0 - tail])
    return Separation(len(above), len(below), float(wins.mean()), float(ends[0]), float(ends[1]))


def page(reference: TaggedBank, other: TaggedBank) -> str:
    """The whole page in Markdown."""
    parts = [
        _head(reference),
        "## The axes",
        _axes_table(AXES),
        *(f"**{axis.name}**: {axis.definition}. {EQUATIONS[axis.name]}" for axis in AXES),
        "## What is left untagged",
        _gating(reference),
        "## How many",
        _count_table(reference),
        "## Names",
        _names(reference),
        "## How the axes hang together",
        f"Rank correlations over the {len(reference.dataset)} sounds at middle C.",
        _correlation_table(reference),
        _aggression(reference),
        "## Other notes",
        _other_notes(reference, other),
        "## Limits",
        _LIMITS,
        "## To make this page again",
        _COMMANDS,
    ]
    return "\n\n".join(parts) + "\n"


def _head(bank: TaggedBank) -> str:
    recipe = bank.dataset.manifest.recipe
    return f"""# Semantic tags

`flow-synth tags` gives every sound of a dataset a side on seven axes, or none. **The tags are
computed from the audio; no person has listened.** Each axis is one descriptor with two fixed
thresholds: at or below the first a sound has the low tag, at or above the second the high tag, and
the middle is untagged. The thresholds were chosen once: for attack and sustain by meaning, for the
others as about the outer thirds of the training split of amsynth's presets at middle C. They
belong to the definition and are not computed again for another dataset, so that a tag is a
property of a sound.

Measured on `{recipe.synth_identity}` {recipe.synth_version}, dataset `{recipe.digest[:12]}`. This
page is written by `python/experiments/check_tags.py`; no number of its tables is typed by hand."""


def _axes_table(axes: Iterable[Axis]) -> str:
    rows = (
        [
            axis.name,
            axis.descriptor,
            f"{axis.low} <= {axis.low_threshold:g} {axis.unit}",
            f"{axis.high} >= {axis.high_threshold:g} {axis.unit}",
        ]
        for axis in axes
    )
    return _table(["Axis", "Measured", "Low", "High"], rows)


def _gating(bank: TaggedBank) -> str:
    unmeasured = {
        axis.name: count.unmeasured for axis, count in zip(AXES, bank.file.counts, strict=True)
    }
    return f"""Every sound is brought to a peak of 1 first, so a gain changes nothing. In
brightness and movement, what lies more than {GATE_DB:g} dB below a sound's own maximum is not
measured, and roughness leaves out bands as faint. A descriptor that says nothing of a sound is
null in the file, and its tag 0:

- of silence (a peak below 1e-5), all of them;
- movement, of what sounds for less than half a second between 0.5 s and note off: here
  {unmeasured["movement"]} of {len(bank.dataset)} sounds;
- tail, of what is more than 30 dB below its maximum when the note ends, so that less than the
  tail's 30 dB is left above the gate: here {unmeasured["tail"]} sounds. A pluck that has faded
  before the key is let go is neither dry nor long."""


def _count_table(bank: TaggedBank) -> str:
    rows = (
        [f"{axis.low} / {axis.high}", str(count.low), str(count.untagged), str(count.high)]
        for axis, count in zip(AXES, bank.file.counts, strict=True)
    )
    return _table(["Axis", "Low", "Untagged", "High"], rows)


def _names(bank: TaggedBank) -> str:
    names = [row.name for row in bank.dataset.manifest.rows]
    groups = {group: members(names, group) for group in GROUPS}
    matching = np.any(list(groups.values()), axis=0)
    families = bank.dataset.families
    found = [
        (axis, high, low, separation(bank.column(axis), groups[high], groups[low], families))
        for axis, high, low in EXPECTED
    ]
    rows = (
        [axis, f"{high} ({s.n_high})", f"{low} ({s.n_low})", f"{s.auc:.2f}", _interval(s)]
        for axis, high, low, s in found
    )
    doubtful = "; ".join(
        f"{axis}, *{high}* against *{low}*" for axis, high, low, s in found if s.low <= 0.5
    )
    table = _table(["Axis", "Expected higher", "Expected lower", "AUC", "95 %"], rows)
    lists = "\n".join(f"- *{group}*: {text}" for group, text in GROUPS.items())
    return f"""Only {int(matching.sum())} of {len(names)} presets ({matching.mean():.0%}) have a
name with any of the words below, and people name sounds for many reasons. AUC is the chance that a
preset of the first group lies above one of the second (0.5: the names tell nothing), with its
{INTERVAL_PERCENT:g} % bootstrap interval over families of near-duplicates. In brackets the presets
that have a word of one group and not of the other, and can be measured.

{table}

Where the interval does not lie above 0.5 the names do not bear the axis out: {doubtful or "none"}.

Several descriptors of an axis were compared on such names before one was chosen, and two were
chosen by them: sharpness rather than the centroid of the power spectrum, and for aggression
sharpness and roughness rather than either. So these AUCs flatter a little. The others were chosen
by their meaning: a tail in proportion to the sound's maximum would tell pads from plucks, but so
does sustain already.

{lists}"""


def _interval(found: Separation) -> str:
    return f"{found.low:.2f} to {found.high:.2f}"


def _correlation_table(bank: TaggedBank) -> str:
    columns = {axis.name: bank.column(axis.name) for axis in AXES}
    rows = (
        [name, *(f"{rank_correlation(values, other):.2f}" for other in columns.values())]
        for name, values in columns.items()
    )
    return _table(["", *columns], rows)


def _aggression(bank: TaggedBank) -> str:
    """How much of its own the axis says that is made of two causes."""
    names = [axis.name for axis in AXES]
    sides = bank.file.tags
    bright, dirty, aggressive = (
        sides[:, names.index(name)] == 1 for name in ("brightness", "dirt", "aggression")
    )
    sharpness, both = bank.column("brightness"), bank.column("aggression")
    roughness = np.sqrt(np.maximum(both**2 - sharpness**2, 0))
    return f"""Aggression is made of sharpness and roughness, and weighs them so that both count
alike: its rank correlation is {rank_correlation(both, sharpness):.2f} with the one and
{rank_correlation(both, roughness):.2f} with the other, which have
{rank_correlation(sharpness, roughness):.2f} with each other. Of the aggressive sounds
{bright[aggressive].mean():.0%} are also tagged bright, {dirty[aggressive].mean():.0%} dirty and
{(~bright & ~dirty)[aggressive].mean():.0%} neither; of the bright ones
{aggressive[bright].mean():.0%} are aggressive. By the names above aggression is not told apart
from brightness: their intervals for *hard* and *soft* overlap widely."""


def _other_notes(reference: TaggedBank, other: TaggedBank) -> str:
    """The same presets at other notes, row by row."""
    pitch = other.dataset.pitch.astype(np.float64)
    rows = []
    for index, axis in enumerate(AXES):
        here, there = reference.file.tags[:, index], other.file.tags[:, index]
        tagged = here != 0
        rows.append(
            [
                f"{axis.low} / {axis.high}",
                f"{(here == there)[tagged].mean():.0%}",
                f"{(here == -there)[tagged].mean():.1%}",
                f"{rank_correlation(reference.column(axis.name), other.column(axis.name)):.2f}",
                f"{rank_correlation(other.column(axis.name), pitch):.2f}",
            ]
        )
    header = ["Axis", "same tag", "opposite tag", "correlation with middle C", "with the pitch"]
    return f"""The same {len(pitch)} presets were played at notes {pitch.min():.0f} to
{pitch.max():.0f}, one each. Of the presets with a tag at middle C, the share that has the same tag
at the other note and the share that has the opposite one (the rest is untagged there); then rank
correlations of the descriptor with that at middle C, and with the note.

{_table(header, rows)}

Brightness, dirt and aggression are measured as if the note were taken to middle C, by scaling
windows and bands (up to three octaves either way). As heard, high notes are brighter: listeners
follow the centroid in Hz and not its ratio to the pitch (Schubert and Wolfe 2006, "Does timbral
brightness scale with frequency and spectral centroid?"). But knobs do not hold the key, so a tag
that is to steer knobs must speak of the preset. The highest notes lose, above 11025 Hz, part of
what makes them bright at middle C, so that some are tagged darker and calmer."""


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rule = ["---", *("---:" for _ in header[1:])]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rule, *rows))


_LIMITS = """- The tags are functions of the audio, not judgements of listeners, and a model that
  learns them learns these functions. That it separates them is no evidence that people hear it so.
- Dirt counts whatever lies between overtones: noise, ring modulation, bells, beats and vibrato.
  Distortion of a single note adds overtones only, and makes it brighter rather than dirtier.
- Movement knows no difference between an LFO, a slow sweep and an envelope that bends.
- Attack is measured from note on and tail until the end of the recording: neither is meant for
  recordings that begin or end elsewhere.
- A tag needs the pitch of the note. Sounds without one can be given middle C's frequency; their
  dirt then says only how evenly their energy lies."""

_COMMANDS = """```console
flow-synth render python/experiments/amsynth_41_dataset.toml --out data/amsynth-41
flow-synth render python/experiments/amsynth_41_other_notes_dataset.toml --out data/other-notes
flow-synth tags data/amsynth-41 --out middle-c.json
flow-synth tags data/other-notes --out other-notes.json
python python/experiments/check_tags.py data/amsynth-41 middle-c.json \\
    data/other-notes other-notes.json docs/semantic-tags.md
```

Presets with noise sound a little different in every render, so that a few counts may differ."""


def main(arguments: Sequence[str]) -> None:
    """Reads two datasets with their tags and writes the page."""
    reference, other = TaggedBank.open(*arguments[0:2]), TaggedBank.open(*arguments[2:4])
    rows = (reference.dataset.manifest.rows, other.dataset.manifest.rows)
    if any(here.identity != there.identity for here, there in zip(*rows, strict=True)):
        raise InputError("the datasets hold other presets; render both from the same bank")
    if (reference.dataset.pitch != REFERENCE_PITCH).any():
        raise InputError(f"{arguments[0]} has notes other than middle C; give it second")
    Path(arguments[4]).write_text(page(reference, other), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
