"""The ``flow-synth`` command line: arguments in, tables or JSON out."""

# Each command imports what it needs when it runs, so that --help does not wait for torch.
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from flow_synth.error import InputError
from flow_synth.measuring import evaluate, evaluate_grid, semantic
from flow_synth.options import (
    MODEL_HELP,
    SEED,
    USER_ERROR,
    FileOption,
    FolderOption,
    JsonOption,
    ModelOption,
    PluginOption,
    SchedulerOption,
    WorkersOption,
)
from flow_synth.terminal import (
    complain,
    finish,
    interrupted_softly,
    print_json,
    print_matches,
    print_recipe,
    print_scores,
    print_table,
    print_tags,
    progress_bar,
    say,
)

app = typer.Typer(
    name="flow-synth",
    help="Turn a sound into a synthesizer's knobs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs a command; what a user can mend ends with one sentence and exit code 2."""
    try:
        app(arguments)
    except InputError as error:
        complain(str(error))
    except OSError as error:
        if error.filename is None:
            raise
        complain(f"{error.filename}: {error.strerror}; give another path")
    sys.exit(USER_ERROR)


@app.command()
def match(
    sounds: Annotated[list[Path], typer.Argument(help="WAV, FLAC, AIFF, OGG or MP3 files.")],
    out: FolderOption,
    model: ModelOption = "builtin",
    synth: PluginOption = None,
    candidates: Annotated[
        int, typer.Option(help="Different presets to find for each sound.", min=1)
    ] = 1,
    refine: Annotated[
        str | None,
        typer.Option(
            help="Search for better ones: '10s', or a number of renders. Ctrl-C ends it early."
        ),
    ] = None,
    lock: Annotated[
        list[str] | None, typer.Option(help="Knob that stays: NAME=VALUE, or NAME at its default.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of all random choices.", min=0)] = 0,
    as_json: JsonOption = False,
) -> None:
    """Find the presets with which a synth imitates sounds."""
    from flow_synth.library import FlowSynth
    from flow_synth.lock import read_locks
    from flow_synth.match_files import RefusedSound, match_files
    from flow_synth.wishes import Budget, Wishes

    flow_synth = FlowSynth.load(model, synth)
    matched, refused = [], []
    with progress_bar("matching") as show, interrupted_softly() as is_interrupted:
        wishes = Wishes(
            n_candidates=candidates,
            budget=None if refine is None else Budget.parse(refine),
            locks=read_locks(flow_synth.synth.table, lock or []),
            seed=seed,
            is_cancelled=is_interrupted,
            progress=lambda played, total_db: show.tell(f"{played} played, {total_db:.1f} dB"),
        )
        for done, result in enumerate(match_files(flow_synth, sounds, out, wishes), 1):
            if isinstance(result, RefusedSound):
                refused.append(result)
                complain(result.reason)
            else:
                matched.append(result)
            show(done, len(sounds))
            if is_interrupted():
                break
    if as_json:
        print_json(
            folder=str(out),
            matches=[result.figures for result in matched],
            refused=[{"input": str(r.sound), "reason": r.reason} for r in refused],
        )
    elif matched:
        print_matches(matched)
    if refused:
        sys.exit(USER_ERROR)


@app.command()
def play(
    preset: Annotated[Path, typer.Argument(help="A .preset.json file.")],
    out: FileOption,
    synth: Annotated[str, typer.Option(help="'builtin', or a plug-in description.")] = "builtin",
    note: Annotated[float, typer.Option(help="MIDI note number; 60 is middle C.")] = 60.0,
    as_json: JsonOption = False,
) -> None:
    """Play a preset into a WAV file."""
    from flow_synth.audio_file import write_audio
    from flow_synth.preset import read_preset
    from flow_synth.synth import SAMPLE_RATE_HZ, Note, SynthError
    from flow_synth.synths import open_synth

    if out.suffix.lower() != ".wav":
        raise InputError(f"{out} is no name for a sound; let it end in '.wav'")
    if os.path.realpath(out) == os.path.realpath(preset):
        raise InputError(f"{out} is the preset itself; give another name for its sound")
    opened, played = open_synth(synth), Note(note)
    values = read_preset(preset, opened.table, opened.identity).values
    try:
        audio = opened.render(values, played)
    except SynthError as error:
        raise InputError(f"{preset} cannot be played: {error}; give another preset") from error
    write_audio(out, audio, SAMPLE_RATE_HZ)
    finish(as_json, {"file": str(out), "note": note}, f"Wrote {out}")


@app.command()
def render(
    dataset: Annotated[Path, typer.Argument(help="Dataset description (.toml).")],
    out: FolderOption,
    scheduler: SchedulerOption = None,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Render a dataset, or what is missing of it."""
    from flow_synth.dataset_description import DatasetDescription
    from flow_synth.rendering import render_dataset

    description = DatasetDescription.read(dataset)
    with progress_bar("rendering") as show:
        summary = render_dataset(
            description, out, scheduler=scheduler, workers=workers, progress=show
        )
    result = {
        "folder": str(out),
        "rows": summary.rows,
        "rendered": summary.rendered,
        "failed": [failure.model_dump() for failure in summary.failed],
        "shards": summary.shards,
        "seconds": summary.seconds,
    }
    finish(
        as_json,
        result,
        f"Wrote {summary.rows} notes in {summary.shards} shards to {out} "
        f"({len(summary.failed)} failed, {summary.notes_per_second:.1f} notes/s)",
    )


@app.command()
def tags(
    dataset: Annotated[Path, typer.Argument(help="Folder of a rendered dataset.")],
    out: FileOption,
    as_json: JsonOption = False,
) -> None:
    """Tag every sound of a dataset: dark or bright, percussive or sustained, and so on."""
    from flow_synth.atomic_file import check_writable
    from flow_synth.dataset import Dataset
    from flow_synth.json_file import check_name
    from flow_synth.tag_file import TagFile

    check_name(out, what="tags")
    check_writable(out)
    rows = Dataset.open(dataset)
    rows.check_apart(out)
    rows.verify()
    with progress_bar("tagging") as show:
        tagged = TagFile.of(rows, show)
    tagged.write(out)
    if as_json:
        counts = {
            axis.name: count.model_dump()
            for axis, count in zip(tagged.axes, tagged.counts, strict=True)
        }
        print_json(file=str(out), rows=len(tagged.rows), counts=counts)
    else:
        print_tags(tagged)
        say(f"Wrote the tags of {len(tagged.rows)} sounds, computed and not heard, to {out}")


@app.command(name="map")
def map_presets(
    model: Annotated[str, typer.Argument(help=MODEL_HELP)],
    out: Annotated[Path, typer.Option("--out", help="File to write, NAME.map.json.")],
    synth: PluginOption = None,
    scheduler: SchedulerOption = None,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lay out every preset of a model's synth by its sound; if killed, run it again."""
    from flow_synth.atomic_file import check_writable
    from flow_synth.export import SUFFIX
    from flow_synth.json_file import check_name
    from flow_synth.library import FlowSynth
    from flow_synth.map_maker import make_map
    from flow_synth.preset_map import check_place
    from flow_synth.synths import open_synth
    from flow_synth.workplace import Workplace

    check_name(out, what="a preset map")
    check_writable(out)
    check_place(out)
    opened = FlowSynth.load(model, synth)
    workplace = Workplace(out.with_name(f"{out.name}.sounds"), open_synth, scheduler, workers)
    with progress_bar("listening") as show:
        made = make_map(
            opened.model,
            Path(model).name.removesuffix(SUFFIX),
            opened.synth,
            synth or opened.synth.identity,
            workplace,
            seed=SEED,
            progress=show,
        )
    made.map.write(out)
    workplace.clear()
    figures = {
        "file": str(out),
        "bytes": out.stat().st_size,
        "presets": len(made.map.presets),
        "repeated": made.n_repeated,
        "silent": made.n_silent,
        "failed": made.n_failed,
    }
    finish(
        as_json,
        figures,
        f"Wrote a map of {len(made.map.presets)} presets to {out}; left out are "
        f"{made.n_repeated} that repeat another one's knobs, {made.n_silent} silent ones and "
        f"{made.n_failed} that could not be played",
    )


@app.command()
def propose(
    model: Annotated[str, typer.Argument(help=MODEL_HELP)],
    dataset: Annotated[Path, typer.Option(help="Folder of the dataset it was trained on.")],
    out: FileOption,
    count: Annotated[int, typer.Option(help="Presets to propose.", min=1)] = 20000,
    as_json: JsonOption = False,
) -> None:
    """Write presets that a model draws and moves, for judges to hear what it gets wrong."""
    from flow_synth.atomic_file import check_writable
    from flow_synth.dataset import Dataset
    from flow_synth.json_file import check_format, check_name
    from flow_synth.library import load_model
    from flow_synth.proposal import FORMAT
    from flow_synth.proposer import propose as propose_presets

    check_name(out, what="proposals")
    check_writable(out)
    check_format(out, FORMAT)
    opened = load_model(model)
    known = Dataset.open(dataset, opened.description.rotation)
    known.check_apart(out)
    known.verify()
    with progress_bar("proposing") as show:
        proposals = propose_presets(opened, known, count, seed=SEED, progress=show)
    proposals.write(out)
    finish(
        as_json,
        {"file": str(out), "presets": count, "run": proposals.model_run},
        f"Wrote {count} presets of run {proposals.model_run} to {out}",
    )


@app.command()
def train(
    out: Annotated[Path, typer.Option("--out", help="Folder of the run; a run in it goes on.")],
    experiment: Annotated[
        Path | None, typer.Argument(help="Experiment description (.toml); none with --grid.")
    ] = None,
    grid: Annotated[
        Path | None, typer.Option(help="List of experiments (.toml), each in a folder of --out.")
    ] = None,
    jobs: Annotated[int, typer.Option(help="Runs of the grid at once.", min=1)] = 1,
    accelerator: Annotated[str, typer.Option(help="cpu, cuda or auto.")] = "auto",
    devices: Annotated[int, typer.Option(help="Processes or GPUs.", min=1)] = 1,
    as_json: JsonOption = False,
) -> None:
    """Train a model, or all of a grid, or go on where it was stopped."""
    from flow_synth.experiment import Experiment
    from flow_synth.training import train as train_run

    if grid and not experiment:
        _train_grid(grid, out, jobs, accelerator, devices, as_json)
        return
    if grid or not experiment:
        raise InputError("give an experiment's description, or --grid and that of a grid")
    run = train_run(
        Experiment.read(experiment),
        out,
        devices=devices,
        accelerator=accelerator,
        show_progress=not as_json,
    )
    if int(os.environ.get("RANK", "0")) > 0:  # torchrun's other processes: one report is enough
        return
    best = run.history[run.best_epoch - 1]
    finish(
        as_json,
        {"folder": str(out), "run": run.identity, "best_epoch": run.best_epoch, "metrics": best},
        f"Wrote run {run.identity} to {out}: best epoch {run.best_epoch}, "
        f"validation loss {best['validation/loss']:.3f}",
    )


def _train_grid(
    grid: Path, out: Path, jobs: int, accelerator: str, devices: int, as_json: bool
) -> None:
    from flow_synth.grid import Grid
    from flow_synth.grid_training import train_grid

    runs = Grid.read(grid).runs()
    with progress_bar("training") as show:
        summary = train_grid(
            runs, out, jobs=jobs, accelerator=accelerator, devices=devices, progress=show
        )
    for failed in summary.failed:
        complain(f"{failed.name} failed: {failed.reason}")
    finish(
        as_json,
        {"folder": str(out), **asdict(summary)},
        f"Trained {len(summary.trained)} runs in {out}; {len(summary.skipped)} were finished "
        f"before, {len(summary.failed)} failed",
    )
    if summary.failed:
        sys.exit(USER_ERROR)


@app.command()
def export(
    run: Annotated[Path, typer.Argument(help="Folder of a training run.")],
    out: FileOption,
    evaluation: Annotated[
        Path | None, typer.Option(help="Scores to carry: what 'evaluate' wrote.")
    ] = None,
    reach: Annotated[
        Path | None,
        typer.Option(help="How far it reaches: what 'evaluate --validation --matching' wrote."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write the best model of a run as one model file."""
    from flow_synth.evaluation import Evaluation
    from flow_synth.export import export_run
    from flow_synth.training import load_run

    scores = own_missed_db = None
    if evaluation:
        evaluated = Evaluation.read(evaluation)
        evaluated.check_run(load_run(run).identity)
        scores = evaluated.scores
    if reach:
        validated = Evaluation.read(reach)
        own_missed_db = validated.own_missed_db
        validated.check_identity(load_run(run).identity)
    description = export_run(run, out, scores=scores, own_missed_db=own_missed_db)
    size = out.stat().st_size
    finish(
        as_json,
        {"file": str(out), "bytes": size, "run": description.training_run},
        f"Wrote {out} ({size / 1e6:.1f} MB)",
    )


app.command()(evaluate)
app.command()(evaluate_grid)
app.command()(semantic)


@app.command()
def out_of_domain(out: FolderOption, as_json: JsonOption = False) -> None:
    """Make sounds no model was trained on, from Debian's instruments, voices and synths."""
    from flow_synth.out_of_domain import make_sounds
    from flow_synth.sounds import Kind

    with progress_bar("making sounds") as show:
        result = make_sounds(out, progress=show)
    counts = {kind: sum(s.kind is kind for s in result.sounds.sounds) for kind in Kind}
    figures = {
        "folder": str(out),
        "sounds": counts,
        "made": result.made,
        "differing": result.differing,
        "packages": result.sounds.packages,
        "remark": result.remark,
    }
    wrote = ", ".join(f"{count} {kind}s" for kind, count in counts.items())
    finish(as_json, figures, f"Wrote {wrote} to {out} ({result.made} new). {result.remark}.")


@app.command()
def page(
    out: FolderOption,
    models: Annotated[
        list[str] | None, typer.Argument(help=f"{MODEL_HELP}; builtin if none is named.")
    ] = None,
    synth: PluginOption = None,
    sounds: Annotated[
        list[Path] | None, typer.Option("--sound", help="A recording to imitate, of many.")
    ] = None,
    voices: Annotated[
        list[Path] | None, typer.Option("--voice", help="A voice to imitate, of many.")
    ] = None,
    results: Annotated[
        Path | None, typer.Option(help="Folder of results; 'docs' of the source tree if none.")
    ] = None,
    dimensions: Annotated[
        int | None, typer.Option(help="Latent dimensions to play; all if not given.", min=1)
    ] = None,
    silent: Annotated[
        bool, typer.Option("--silent", help="Leave out the instrument to play.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write a page of sounds, pictures and tables that opens from disk, and that plays."""
    from flow_synth.site_builder import build_site, open_models
    from flow_synth.site_folder import check_place
    from flow_synth.site_sounds import Plan

    tree = Path(__file__).parents[2]
    given = bool(sounds or voices)
    recordings = sorted((tree / "examples").glob("*.flac"))
    check_place(out)
    plan = Plan(
        sounds=sounds or [] if given else [r for r in recordings if r.stem != "voice"],
        voices=voices or [] if given else [r for r in recordings if r.stem == "voice"],
        n_dimensions=dimensions,
    )
    with progress_bar("opening models") as show:
        sizes = build_site(
            open_models(models or ["builtin"], synth),
            out,
            results or tree / "docs",
            plan,
            silent=silent,
            tell=show.tell,
        )
    start, total = out / "index.html", sum(sizes.values())
    finish(
        as_json,
        {"page": str(start), "files": len(sizes), "bytes": total},
        f"Wrote {len(sizes)} files ({total / 1e6:.1f} MB); open {start} in a browser",
    )


@app.command()
def explore(
    model: Annotated[str, typer.Argument(help=f"{MODEL_HELP}.")] = "builtin",
    synth: PluginOption = None,
    host: Annotated[
        str, typer.Option(help="Address to listen at; any but this machine's own lets others in.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 takes a free one.", min=0, max=65535)] = 8642,
) -> None:
    """Serve a page that matches sounds and explores a synth; Ctrl-C ends it."""
    from flow_synth.explorer.guard import LOOPBACK
    from flow_synth.explorer.server import address, listening, open_explorer, serve

    with listening(host, port) as listener, ExitStack() as stack:
        with progress_bar("opening the model and its synth"):
            explorer = stack.enter_context(open_explorer(model, synth))
        say(address(listener))
        if host not in LOOPBACK:
            complain(f"anyone who reaches {host} over the network can use this")
        serve(explorer, listener, host)


@app.command()
def info(
    model: Annotated[str, typer.Argument(help=f"{MODEL_HELP}.")],
    as_json: JsonOption = False,
) -> None:
    """Describe a model file."""
    from flow_synth.library import model_path
    from flow_synth.model_file import read_model_file

    with model_path(model) as path:
        description = read_model_file(path).description
    if as_json:
        print_json(**description.model_dump(mode="json"))
        return
    table = Table("Knob", "Default", "Range")
    for knob in description.parameters.parameters():
        ends = ", ".join(knob.choices) or f"{knob.describe(0.0)} to {knob.describe(1.0)}"
        table.add_row(knob.label, knob.describe(knob.to_unit(knob.default)), ends)
    print_table(table)
    print_recipe(description.recipe)
    print_scores(description.scores)
    methods = ", ".join(("encode", "decode", *description.methods))
    say(
        f"{model}: family {description.family}, can {methods}; "
        f"synth {description.synth} {description.synth_version}, "
        f"{len(description.latent)} latent dimensions, training run {description.training_run}, "
        f"licence {description.licence}"
    )


@app.command()
def bench(
    name: Annotated[str, typer.Argument(help="'match', 'render' or 'native'.")] = "match",
    as_json: JsonOption = False,
) -> None:
    """Measure how fast this machine is; needs the source tree."""
    script = Path(__file__).parents[1] / "benchmarks" / f"{name}.py"
    if not script.is_file():
        raise InputError(
            f"there is no {script}; clone the repository, and give the name of a file there"
        )
    command = [sys.executable, str(script), *(["--json"] if as_json else [])]
    sys.exit(subprocess.run(command, check=False).returncode)


if __name__ == "__main__":
    main()
