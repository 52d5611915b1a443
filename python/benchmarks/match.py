"""How long a match takes: medians of its stages, with the model loaded.

python python/benchmarks/match.py [--model builtin] [--repeats 20] [--json]
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from flow_synth import FlowSynth, metric
from flow_synth.audio_file import read_audio, write_audio
from flow_synth.loudness import gain_between
from flow_synth.match_files import match_files, write_matches
from flow_synth.matching import Matcher, hear, imitating_note
from flow_synth.picture import draw_match
from flow_synth.pitch import detect_pitch
from flow_synth.synth import SAMPLE_RATE_HZ, Note
from flow_synth.wishes import Wishes

Milliseconds = dict[str, list[float]]


def main() -> None:
    """Prints the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="builtin")
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    loading: Milliseconds = {}
    with timed(loading, "load model and synth"):
        flow_synth = FlowSynth.load(arguments.model)
    with tempfile.TemporaryDirectory() as folder:
        stages = time_stages(flow_synth, Path(folder), arguments.repeats)
    medians = {name: statistics.median(times) for name, times in {**loading, **stages}.items()}
    medians["first match of a process"] = stages["whole match"][0]
    if arguments.json:
        print(json.dumps({"threads": torch.get_num_threads(), "median_ms": medians}, indent=2))
        return
    print(f"One file of 4 s, median of {arguments.repeats}, {torch.get_num_threads()} threads:")
    for name, median in medians.items():
        print(f"{median:9.1f} ms  {name}")


def time_stages(flow_synth: FlowSynth, folder: Path, repeats: int) -> Milliseconds:
    """Times whole matches first, then what they consist of."""
    sound = folder / "sound.wav"
    played = flow_synth.synth.render(flow_synth.synth.table.defaults, Note(57.0))
    write_audio(sound, played, SAMPLE_RATE_HZ)
    times: Milliseconds = {}
    for _ in range(repeats):
        with timed(times, "whole match"):
            list(match_files(flow_synth, [sound], folder / "out"))
    for _ in range(repeats):
        time_parts(flow_synth, sound, folder, times)
    return times


def time_parts(flow_synth: FlowSynth, sound: Path, folder: Path, times: Milliseconds) -> None:
    """Times every part of a match once."""
    model, synth = flow_synth.model, flow_synth.synth
    with timed(times, "  read and trim"):
        audio = read_audio(sound)
    with timed(times, "  resample"):
        target = hear(model, audio.samples, audio.sample_rate_hz)
    with timed(times, "  log-mel"):
        mel = model.features(target)
    with timed(times, "  encode"):
        z = model.encode(mel)
    with timed(times, "  decode"):
        values = synth.table.snap(model.decode(z)[0].numpy())
    with timed(times, "  detect pitch"):
        pitch = detect_pitch(audio.samples, audio.sample_rate_hz)
    with timed(times, "  render"):
        rendered = synth.render(values, imitating_note(pitch))
    with timed(times, "  measure"):
        imitation = hear(model, rendered.mean(0), SAMPLE_RATE_HZ)
        measure(imitation, target, mel, model.features(imitation))
    match = Matcher(model, synth, audio.samples, audio.sample_rate_hz).find("sound")[0]
    with timed(times, "  draw picture"):
        draw_match(match, synth.table, sound.name)
    with timed(times, "  draw and write all four files"):
        write_matches(flow_synth, [match], sound, folder, "again", Wishes())


def measure(
    imitation: torch.Tensor, target: torch.Tensor, mel: torch.Tensor, imitation_mel: torch.Tensor
) -> None:
    """What a match measures."""
    metric.multi_scale_spectral_distance(target, imitation * gain_between(imitation, target))
    metric.spectral_convergence(mel, imitation_mel)
    metric.log_mel_mse(mel, imitation_mel)
    metric.level_difference_db(target, imitation)


@contextmanager
def timed(times: Milliseconds, name: str) -> Iterator[None]:
    """Notes how long the body took."""
    start = time.perf_counter()
    yield
    times.setdefault(name, []).append(1000 * (time.perf_counter() - start))


if __name__ == "__main__":
    main()
