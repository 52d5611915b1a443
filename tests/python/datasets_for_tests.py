"""Small datasets of the sine synth that lie in memory."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch
from numpy.typing import NDArray
from synths_for_tests import N_KNOBS, SineSynth

from flow_synth.dataset import Dataset, Manifest, Recipe, Row, ShardRecord
from flow_synth.dataset_description import DatasetDescription
from flow_synth.features import N_FRAMES, N_MELS, N_SAMPLES, LogMel, Resampler
from flow_synth.fold import N_FOLDS, Split, split_of
from flow_synth.item import Source
from flow_synth.shard import Shard, ShardHeader
from flow_synth.sounds import FULL_SCALE, MANIFEST, Kind, Sound, checksum
from flow_synth.synth import SAMPLE_RATE_HZ, Note

N_TRAIN = 30
N_TEST = 8
#: A fold of each split.
FOLDS = {split_of(fold): fold for fold in range(N_FOLDS)}


def make_dataset(
    splits: list[Split],
    families: list[int],
    pitch: NDArray[np.float32],
    values: NDArray[np.float32],
    velocity: NDArray[np.uint8],
    audio: NDArray[np.float16],
    mel: NDArray[np.float16],
    description: DatasetDescription,
) -> Dataset:
    """A dataset of the sine synth that lies in memory, in one shard."""
    rows = tuple(
        Row(
            index=index,
            identity=f"preset {index}",
            name="",
            category="",
            tags=(),
            source=Source.DRAW,
            parents=(),
            pitch=float(pitch[index]),
            velocity=int(velocity[index]),
            family=family,
            fold=FOLDS[split],
        )
        for index, (split, family) in enumerate(zip(splits, families, strict=True))
    )
    manifest = Manifest(
        recipe=Recipe.of(description, SineSynth()),
        shards=(ShardRecord(file="", sha256="", rows=len(rows)),),
        failed=(),
        rows=rows,
    )
    arrays: dict[str, NDArray[Any]] = {
        "values": values,
        "pitch": pitch,
        "velocity": velocity,
        "audio": audio,
        "mel": mel,
    }
    shard = Shard(ShardHeader(recipe="", failed=(), sha256=""), arrays)
    return Dataset(Path("memory"), manifest, [shard])


def unheard_dataset(
    splits: list[Split], families: list[int], peaks: NDArray[np.float64] | None = None
) -> Dataset:
    """Random log-mels and presets; audio is one click of the given height."""
    generator = np.random.default_rng(0)
    n_rows = len(splits)
    audio = np.zeros((n_rows, N_SAMPLES), np.float16)
    audio[:, 7] = -1.0 if peaks is None else -peaks
    return make_dataset(
        splits,
        families,
        generator.integers(58, 63, n_rows).astype(np.float32),
        generator.random((n_rows, N_KNOBS), dtype=np.float32),
        np.full(n_rows, 100, np.uint8),
        audio,
        generator.normal(-3, 3, (n_rows, N_MELS, N_FRAMES)).astype(np.float16),
        DatasetDescription(synth="sine", draws=n_rows),
    )


def played_dataset(synth: str = "sine", note_timeout_seconds: float = 30.0) -> Dataset:
    """Notes that the sine synth really played, half of them middle C; test families of two.

    Args:
        synth: what evaluations of the dataset open.
        note_timeout_seconds: how long they let a note take.
    """
    player, generator = SineSynth(), np.random.default_rng(0)
    n_rows = N_TRAIN + N_TEST
    values = generator.random((n_rows, N_KNOBS), dtype=np.float32)
    pitch = np.where(np.arange(n_rows) % 2, 60, 56 + np.arange(n_rows) // 2).astype(np.float32)
    velocity = generator.integers(80, 128, n_rows, np.uint8)
    sounds = [
        player.render(value, Note(*note)).mean(0)
        for value, *note in zip(values, pitch.tolist(), velocity.tolist(), strict=True)
    ]
    with torch.inference_mode():
        audio = Resampler()(torch.from_numpy(np.stack(sounds)), SAMPLE_RATE_HZ)
        mel = LogMel()(audio)
    return make_dataset(
        [Split.TRAIN] * N_TRAIN + [Split.TEST] * N_TEST,
        [*range(N_TRAIN), *(N_TRAIN + index // 2 for index in range(N_TEST))],
        pitch,
        values,
        velocity,
        audio.half().numpy(),
        mel.half().numpy(),
        DatasetDescription(synth=synth, draws=n_rows, note_timeout_seconds=note_timeout_seconds),
    )


def write_sounds(
    folder: Path, presets: NDArray[np.float32], pitches: Sequence[float], **changes: object
) -> Path:
    """Notes of the sine synth in a folder with a manifest, which says not how they were made.

    Args:
        folder: where to.
        presets: [n, P] unit values.
        pitches: n MIDI note numbers.
        changes: to the first entry of the manifest.
    """
    entries: list[dict[str, object]] = []
    for number, (values, pitch) in enumerate(zip(presets, pitches, strict=True)):
        kind = list(Kind)[number * len(Kind) // len(presets)]
        audio = SineSynth().render(values, Note(pitch)).mean(0)
        samples = np.rint(audio * FULL_SCALE).astype(np.int16)
        file = f"{number}-{kind}.flac"
        soundfile.write(folder / file, samples, SAMPLE_RATE_HZ)
        sound = Sound(
            file=file,
            name=f"note {number}",
            kind=kind,
            source=f"sine {number}",
            pitch=pitch,
            sha256=checksum(samples),
        )
        entries.append(sound.model_dump())
    entries[0] |= changes
    (folder / MANIFEST).write_text(json.dumps({"packages": {}, "sounds": entries}))
    return folder
