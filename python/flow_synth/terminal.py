"""What the command line shows: progress, tables, JSON and sentences."""

import json
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

# Imported when they are shown, so that --help does not wait for torch.
if TYPE_CHECKING:
    from flow_synth.evaluation import Evaluation
    from flow_synth.match_files import MatchedSound
    from flow_synth.semantic import Controls
    from flow_synth.tag_file import TagFile


class Bar:
    """What is done of how much, and a word on what goes on."""

    def __init__(self, progress: Progress, task: str) -> None:
        self._progress = progress
        self._task = task
        self._bar = progress.add_task(task, total=None)

    def __call__(self, done: int, total: int) -> None:
        """So many things are done of so many."""
        self._progress.update(self._bar, completed=done, total=total)

    def tell(self, news: str) -> None:
        """What goes on now."""
        self._progress.update(self._bar, description=f"{self._task}, {news}")


@contextmanager
def progress_bar(task: str) -> Iterator[Bar]:
    """A bar on the error stream, so that results can be redirected."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield Bar(progress, task)


@contextmanager
def interrupted_softly() -> Iterator[Callable[[], bool]]:
    """Tells whether Ctrl-C was pressed, instead of ending the program; a second one ends it."""
    pressed = False

    def note(_number: int, _frame: object) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)


def print_matches(matched: "Sequence[MatchedSound]") -> None:
    """How near every sound came, and where to listen to it."""
    from flow_synth.matching import describe_pitch

    table = Table("Sound", "Played", "Similar", "SC", "MSE nat²", "MSS dB", "level dB")
    rows = [(result, *row) for result in matched for row in enumerate(result.matches, 1)]
    for result, number, found in rows:
        table.add_row(
            f"{result.sound.name} {number}" if number > 1 else result.sound.name,
            describe_pitch(found.note.pitch),
            f"{found.measures.similarity_percent:.0f} %",
            f"{found.measures.sc:.2f}",
            f"{found.measures.log_mel_mse:.2f}",
            f"{found.measures.mss_db:.1f}",
            f"{found.measures.level_db:+.1f}",
        )
    print_table(table)
    for result in matched:
        for remark in result.matches[0].remarks:
            say(f"{result.sound.name}: {remark}")
    say("Listen to, and look at:")
    for result in matched:
        sound, preset, audio, picture = (
            result.sound,
            *(result.files[suffix] for suffix in (".preset.json", ".wav", ".png")),
        )
        say(f"  {sound} -> {audio}  {picture}  {preset}")


def print_evaluation(result: "Evaluation") -> None:
    """The mean of every measure over all targets, by method."""
    from flow_synth.target import GroupName

    scores = result.groups[GroupName.ALL].scores
    table = Table("Mean", *next(iter(scores.values())))
    for method, measured in scores.items():
        table.add_row(method, *(f"{score.mean:.3g}" for score in measured.values()))
    print_table(table)


def print_recipe(recipe: Mapping[str, Any]) -> None:
    """The experiment that a model was trained by; nothing if it says none."""
    if not recipe:
        return
    table = Table("Trained with", "Value")
    for key, value in recipe.items():
        parts = value.items() if isinstance(value, dict) else [("", value)]
        shown = (f"{name} {json.dumps(part)}".lstrip() for name, part in parts)
        table.add_row(key, ", ".join(shown))
    print_table(table)


def print_controls(controls: "Controls") -> None:
    """What sliders do to sound, and the order of the macro knobs."""
    sliders = Table("Slider", "Passed", "Measured", "Correlation", "Most cross-talk")
    for axis in controls.axes:
        sliders.add_row(
            axis.name,
            f"{axis.passed.mean:.0%} [{axis.passed.low:.0%}, {axis.passed.high:.0%}]",
            f"{axis.n_measured} of {axis.n_presets}",
            f"{axis.correlations[1]:.2f}" if axis.correlations else "",
            f"{axis.most_cross_talk:.2f}",
        )
    if controls.axes:
        print_table(sliders)
    order = ", ".join(f"z{macro.dimension}" for macro in controls.macros)
    say(f"Macro knobs from the largest effect on sound to the smallest: {order}")


def print_scores(scores: Mapping[str, Mapping[str, float]]) -> None:
    """Every measure on held-out presets, by method; nothing without scores."""
    if not scores:
        return
    table = Table("On held-out presets", *scores)
    for measure in next(iter(scores.values())):
        table.add_row(measure, *(f"{score[measure]:.3g}" for score in scores.values()))
    print_table(table)


def print_tags(tagged: "TagFile") -> None:
    """How every axis is measured, and how many sounds lie where on it."""
    table = Table("Axis", "Measured", "Tags", "Low", "Untagged", "High")
    for axis, count in zip(tagged.axes, tagged.counts, strict=True):
        table.add_row(
            axis.name,
            axis.definition,
            f"{axis.low} <= {axis.low_threshold:g} {axis.unit}\n"
            f"{axis.high} >= {axis.high_threshold:g} {axis.unit}",
            *(str(n) for n in (count.low, count.untagged, count.high)),
        )
    print_table(table)


def print_table(table: Table) -> None:
    """Prints names as they are: brackets and colons in them are no commands to rich."""
    Console(markup=False, emoji=False).print(table)


def finish(as_json: bool, result: dict[str, Any], sentence: str) -> None:
    """A result as JSON, or in one sentence."""
    if as_json:
        print_json(**result)
    else:
        say(sentence)


def print_json(**result: Any) -> None:  # noqa: ANN401  # JSON holds anything.
    """One object, for programs."""
    typer.echo(json.dumps(result, indent=2))


def say(line: str) -> None:
    """One line of a result."""
    typer.echo(line)


def complain(sentence: str) -> None:
    """One sentence on the error stream."""
    typer.echo(f"flow-synth: {sentence}", err=True)
