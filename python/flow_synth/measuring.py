"""The commands that measure models: what they hear, and what their controls do."""

# Each command imports what it needs when it runs, so that --help does not wait for torch.
import sys
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from flow_synth.error import InputError
from flow_synth.options import (
    MODEL_HELP,
    SEED,
    USER_ERROR,
    FolderOption,
    JsonOption,
    SchedulerOption,
    ValidationOption,
    WorkersOption,
)
from flow_synth.terminal import (
    complain,
    finish,
    print_controls,
    print_evaluation,
    print_json,
    progress_bar,
    say,
)


def evaluate(
    dataset: Annotated[Path, typer.Option(help="Folder of the dataset it was trained on.")],
    out: Annotated[Path, typer.Option("--out", help="JSON file to write; a picture beside it.")],
    model: Annotated[
        str | None, typer.Argument(help=f"{MODEL_HELP}; none with --baselines.")
    ] = None,
    sounds: Annotated[
        Path | None, typer.Option(help="Folder of sounds to imitate instead of held-out notes.")
    ] = None,
    validation: ValidationOption = False,
    baselines: Annotated[bool, typer.Option("--baselines", help="Score no model.")] = False,
    search: Annotated[
        bool, typer.Option("--search", help="Score CMA-ES, too: 400 renders a target.")
    ] = False,
    matching: Annotated[
        bool,
        typer.Option("--matching", help="Score candidates and refinement: 200 renders a target."),
    ] = False,
    seed: Annotated[int, typer.Option(help="Of the candidates.", min=0)] = SEED,
    targets: Annotated[int, typer.Option(help="At most so many sounds to imitate.", min=1)] = 300,
    scheduler: SchedulerOption = None,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Score a model beside retrieval, mean and random presets; if killed, run it again."""
    from flow_synth.atomic_file import check_writable, write_atomically
    from flow_synth.dataset import Dataset
    from flow_synth.evaluation import FORMAT
    from flow_synth.evaluation import evaluate as score
    from flow_synth.fold import Split
    from flow_synth.json_file import check_format, check_name
    from flow_synth.library import load_native_model, model_path
    from flow_synth.match_picture import draw_matching
    from flow_synth.model_file import OptionalMethod
    from flow_synth.score_picture import draw_scores
    from flow_synth.synths import open_synth
    from flow_synth.target import Targets
    from flow_synth.trial_stage import MatchPlan
    from flow_synth.workplace import Workplace

    if bool(model) == baselines:
        raise InputError(
            "no model is to be scored; name one, or give --baselines"
            if model is None
            else f"--baselines scores no model, but {model} is given; leave one of them out"
        )
    if sounds and validation:
        raise InputError(f"{sounds} has no validation notes; leave out --sounds or --validation")
    check_name(out, what="scores")
    picture = out.with_suffix(".png")
    course = out.with_name(f"{out.stem}-matching.png")
    for file in (out, picture, course):
        check_writable(file)
    check_format(out, FORMAT)
    opened = load_native_model(model) if model else None
    if opened and matching and OptionalMethod.SAMPLE not in opened.info()["methods"]:
        raise InputError(
            f"{model} draws no candidates; leave out --matching, or name a model of family "
            "'flow_class'"
        )
    if matching and not model:
        raise InputError("--matching scores a model's candidates; name a model")
    known = Dataset.open(dataset, opened.info()["rotation"] if opened else 0)
    known.check_presets()
    known.verify()
    split = Split.VALIDATION if validation else Split.TEST
    chosen = (
        Targets.of_folder(sounds, targets, SEED)
        if sounds
        else Targets.of_rows(known, split, targets, SEED)
    )
    workplace = Workplace(out.with_name(f"{out.name}.trials"), open_synth, scheduler, workers)
    with progress_bar("evaluating") as show, ExitStack() as stack:
        plan = (
            MatchPlan(stack.enter_context(model_path(model)).absolute(), seed)
            if model and matching
            else None
        )
        result = score(
            known,
            chosen,
            workplace,
            model=opened,
            search=search,
            matching=plan,
            seed=SEED,
            progress=show,
        )
    write_atomically(picture, draw_scores(result))
    if result.matching:
        write_atomically(course, draw_matching(result))
    result.write(out)
    workplace.clear()
    if as_json:
        print_json(file=str(out), scores=result.scores)
    else:
        print_evaluation(result)
        pictures = [picture, *([course] if result.matching else [])]
        say(f"Wrote {out} and {', '.join(file.name for file in pictures)}")


def evaluate_grid(
    grid: Annotated[Path, typer.Argument(help="List of experiments (.toml).")],
    runs: Annotated[Path, typer.Option(help="Folder in which 'train --grid' trained them.")],
    out: FolderOption,
    sounds: Annotated[
        Path | None, typer.Option(help="Folder of sounds to imitate beside held-out notes.")
    ] = None,
    targets: Annotated[int, typer.Option(help="At most so many sounds of each.", min=1)] = 1000,
    scheduler: SchedulerOption = None,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Score every trained model of a grid on the same sounds; if killed, run it again."""
    from flow_synth.grid import Grid
    from flow_synth.grid_answers import answer_grid
    from flow_synth.grid_evaluation import evaluate_grid as score
    from flow_synth.synths import open_synth
    from flow_synth.workplace import Workplace

    listed = Grid.read(grid).runs()
    workplace = Workplace(runs / "trials", open_synth, scheduler, workers)
    with progress_bar("evaluating") as show:
        result = score(
            listed,
            runs,
            out,
            workplace,
            sounds=sounds,
            n_targets=targets,
            seed=SEED,
            progress=show,
        )
        finished = [run for run in listed if run.name not in result.unfinished]
        answers = answer_grid(finished, runs, out, seed=SEED)
    for name in result.unfinished:
        complain(f"{name} is not trained to its end; run 'flow-synth train --grid' again")
    finish(
        as_json,
        {"folder": str(out), **asdict(result), "answers": [str(file) for file in answers]},
        f"Wrote {len(result.evaluated)} results to {out}; {len(result.skipped)} were there "
        f"before, {len(result.unfinished)} runs are not finished",
    )
    if result.unfinished:
        sys.exit(USER_ERROR)


def semantic(
    model: Annotated[str, typer.Argument(help="'builtin', or a .flow.ts file.")],
    dataset: Annotated[Path, typer.Option(help="Folder of the dataset it was trained on.")],
    out: Annotated[Path, typer.Option("--out", help="JSON file to write; pictures beside it.")],
    tags: Annotated[
        Path | None, typer.Option(help="What 'tags' wrote of the dataset; else measured anew.")
    ] = None,
    validation: ValidationOption = False,
    presets: Annotated[int, typer.Option(help="Held-out presets, at most.", min=2)] = 100,
    scheduler: SchedulerOption = None,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure what a model's sliders and macro knobs do to sound; if killed, run it again."""
    from flow_synth.atomic_file import check_writable, write_together
    from flow_synth.control import Scale
    from flow_synth.control_picture import draw_controls
    from flow_synth.dataset import Dataset
    from flow_synth.fold import Split
    from flow_synth.json_file import check_format, check_name
    from flow_synth.library import load_native_model
    from flow_synth.model_file import ModelDescription
    from flow_synth.semantic import FORMAT, measure_controls
    from flow_synth.synths import open_synth
    from flow_synth.tag_file import TagFile
    from flow_synth.target import Targets
    from flow_synth.workplace import Workplace

    check_name(out, what="scores")
    check_writable(out)
    check_format(out, FORMAT)
    opened = load_native_model(model)
    description = ModelDescription.model_validate(opened.info())
    known = Dataset.open(dataset, description.rotation)
    known.check_presets()
    known.verify()
    split = Split.VALIDATION if validation else Split.TEST
    chosen = Targets.of_rows(known, split, presets, SEED)
    with progress_bar("tagging") as show:
        tagged = TagFile.read(tags) if tags else TagFile.of(known, show)
    tagged.check_dataset(known)
    scale = Scale.of(tagged.descriptors[known.rows(Split.TRAIN)])
    workplace = Workplace(out.with_name(f"{out.name}.sweeps"), open_synth, scheduler, workers)
    with progress_bar("sweeping") as show:
        measured = measure_controls(
            opened, description, known, chosen, scale, workplace, seed=SEED, progress=show
        )
    pictures = {
        picture.beside(out): content for picture, content in draw_controls(measured).items()
    }
    write_together({**pictures, out: measured.controls.content})
    workplace.clear()
    if as_json:
        print_json(**measured.controls.model_dump(mode="json"))
    else:
        print_controls(measured.controls)
        say(f"Wrote {out} and {', '.join(picture.name for picture in pictures)}")
