"""How fast the native core is, beside LibTorch in C++ and in Python, one thread each.

python python/benchmarks/native.py [--page docs/performance.md] [--json]

Needs the programs that ``make setup`` builds.
"""

import argparse
import json
import platform
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch

from flow_synth.export import Model, export_model
from flow_synth.features import MEL_SHAPE
from flow_synth.flow import FlowKind
from flow_synth.library import model_path, shipped_models
from flow_synth.models import Family, ModelSettings, new_model
from flow_synth.models.settings import FlowSettings
from flow_synth.parameter import Parameter, ParameterTable

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "build" / "python" / "cpp" / "flow_synth_bench"
DIMENSIONS = (16, 32, 64)
KINDS = (FlowKind.IAF, FlowKind.COUPLING)
N_PYTHON_CALLS = 200

Result = Mapping[str, Any]


def main() -> None:
    """Prints the table, or all numbers, and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--page", type=Path, help="Markdown to write")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        results = measured(Path(folder))
    page = performance_page(results)
    if arguments.page:
        arguments.page.write_text(page, encoding="utf-8")
    print(json.dumps(results, indent=2) if arguments.json else page)


def measured(folder: Path) -> dict[str, Result]:
    """What every model took, by its name."""
    paths = {f"{kind}-{n}": folder / f"{kind}-{n}.flow.ts" for kind in KINDS for n in DIMENSIONS}
    for name, path in paths.items():
        kind, n_dimensions = name.split("-")
        export_untrained(path, FlowKind(kind), int(n_dimensions))
    for name in shipped_models():
        with model_path(name) as shipped:
            paths[name] = shipped
    command = [PROGRAM, *paths.values()]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    results = dict(zip(paths, json.loads(output), strict=True))
    for name, path in paths.items():
        results[name]["python_decode"] = python_decode_us(path)
    return results


def export_untrained(path: Path, kind: FlowKind, n_dimensions: int) -> None:
    """A model of 16 layers of 128 hidden units, away from where a flow begins."""
    torch.manual_seed(0)
    settings = ModelSettings(regression_flow=FlowSettings(kind=kind))
    model = new_model(n_dimensions, settings).eval()
    with torch.no_grad():
        for parameter in model.regressor.parameters():
            parameter.add_(0.02 * torch.randn_like(parameter))
    model.regressor.fit(torch.rand(64, n_dimensions))
    model.normalisation.fit(-6.0, 2.0)
    knobs = (
        Parameter(name=f"knob{index}", label="", minimum=0, maximum=1, default=0.5)
        for index in range(n_dimensions)
    )
    export_model(
        model,
        path,
        family=Family.FLOW_POST,
        synth=("none", "1"),
        table=ParameterTable(tuple(knobs)),
        mels=torch.randn(16, *MEL_SHAPE) - 6.0,
        training_run="untrained",
        recipe={},
        scores={},
        licence="MIT",
    )


def python_decode_us(path: Path) -> dict[str, float]:
    """TorchScript called from Python."""
    model = Model.load(path)
    z = torch.randn(1, len(model.description.latent))
    times = []
    for _ in range(N_PYTHON_CALLS + 10):
        begin = time.thread_time_ns()
        model.decode(z)
        times.append((time.thread_time_ns() - begin) / 1000)
    times = sorted(times[10:])
    return {
        "minimum": times[0],
        "p50": statistics.median(times),
        "p99": float(np.quantile(times, 0.99)),
        "maximum": times[-1],
    }


def performance_page(results: Mapping[str, Result]) -> str:
    """The whole page."""
    parts = [
        "# Performance",
        f"Measured on {processor()} with {platform.system()}, torch {version('torch')}, one "
        "thread. Times are microseconds of the thread's own work: median, and in brackets the "
        "99th percentile and the longest; every call once warm. `flow-synth bench native` "
        "measures them where you are; ratios are what other machines share.",
        "## Between the audio space and the knobs",
        "`iaf-32` is a flow of 32 dimensions with 16 layers of 128 hidden units, untrained; the "
        "others likewise. The core's kernel keeps weights that half precision holds exactly in "
        "half precision, as model files have them.",
        "\n".join(flow_table(results)),
        "**How far it is from what is possible**: no kernel can be faster than reading every "
        "weight once, which `read weights` is, nor than multiplying and adding as often as there "
        "are weights, as fast as 256-bit instructions do on this processor, which `compute` is.",
        "\n".join(floor_table(results)),
        "## Hearing a recording",
        "`hear` is all of it: 4 s at 48000 Hz, from the end of the recording to the knobs and "
        "their place.",
        "\n".join(listening_table(results)),
        "## One block of audio",
        "While the knobs glide, at 48000 Hz, with the built-in synth's voices.",
        "\n".join(process_table(results["builtin"])),
    ]
    return "\n\n".join(parts) + "\n"


def processor() -> str:
    """What the system calls it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next(line.partition(": ")[2] for line in lines if line.startswith("model name"))


def flow_table(results: Mapping[str, Result]) -> Iterator[str]:
    """Both ways of every flow."""
    yield (
        "| flow | way | ratio | core | core without AVX2 | TorchScript in C++ | in Python |\n"
        "|---|---|---|---|---|---|---|"
    )
    for name, result in results.items():
        if "baseline_decode" not in result:
            continue
        best = "avx2" if "avx2_decode" in result else "baseline"
        for way, label in (("decode", "z → v"), ("invert", "v → z")):
            core, script = result[f"{best}_{way}"], result[f"torchscript_{way}"]
            python = result.get(f"python_{way}")
            yield (
                f"| {name} | {label} | **{script['p50'] / core['p50']:.0f}** | {shown(core)} | "
                f"{shown(result[f'baseline_{way}'])} | {shown(script)} | "
                f"{shown(python) if python else ''} |"
            )


def floor_table(results: Mapping[str, Result]) -> Iterator[str]:
    """Every kernel against what it reads."""
    yield (
        "| flow | weights | read weights | compute | z → v over the longer | v → z over z → v |\n"
        "|---|---|---|---|---|---|"
    )
    for name, result in results.items():
        for build in ("baseline", "avx2"):
            if f"{build}_decode" in result:
                floor, decode, invert = (
                    result[f"{build}_{what}"]["p50"]
                    for what in ("read_weights", "decode", "invert")
                )
                compute = result[f"{build}_operations"] / result["operations_per_us"]
                yield (
                    f"| {name}, {build} | {result[f'{build}_weight_bytes'] / 1024:.0f} KiB | "
                    f"{floor:.1f} | {compute:.1f} | {decode / max(floor, compute):.1f} | "
                    f"{invert / decode:.2f} |"
                )


def listening_table(results: Mapping[str, Result]) -> Iterator[str]:
    """What comes between a recording and its knobs."""
    yield (
        "| model | features | encode | hear | load, ms | memory, MiB |\n|---|---|---|---|---|---|"
    )
    for name in shipped_models():
        result = results[name]
        yield (
            f"| {name} | {shown(result['features'])} | {shown(result['encode'])} | "
            f"{shown(result['hear'])} | {result['load'] / 1000:.0f} | "
            f"{result['resident_mib']:.0f} |"
        )


def process_table(result: Result) -> Iterator[str]:
    """Blocks of every size."""
    yield (
        "| samples | lasts | no voice | one voice | eight voices | share of a core |\n"
        "|---|---|---|---|---|---|"
    )
    for n_samples in (32, 64, 256, 2048):
        times = [result[f"process_{n}_voices_{n_samples}_samples"] for n in (0, 1, 8)]
        lasts_us = n_samples / 48000 * 1e6
        yield (
            f"| {n_samples} | {lasts_us:.0f} | {' | '.join(map(shown, times))} | "
            f"{times[-1]['p50'] / lasts_us:.1%} |"
        )


def shown(timing: Mapping[str, float]) -> str:
    """Median, and in brackets the 99th percentile and the longest."""
    digits = 1 if timing["p50"] < 100 else 0
    p50, p99, maximum = (f"{timing[name]:.{digits}f}" for name in ("p50", "p99", "maximum"))
    return f"{p50} ({p99}, {maximum})"


if __name__ == "__main__":
    main()
