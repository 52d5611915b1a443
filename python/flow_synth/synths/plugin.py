"""Any VST2, VST3 or Audio Unit as a synth, hosted by DawDreamer and described by a TOML file."""

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import dawdreamer
import numpy as np
from numpy.typing import NDArray

from flow_synth.error import InputError
from flow_synth.parameter import ParameterTable
from flow_synth.preset import Preset
from flow_synth.synth import SAMPLE_RATE_HZ, Note, SynthError
from flow_synth.synths.hosted import Hosted
from flow_synth.synths.midi import MidiEvent, controller, midi_file, note_off, note_on
from flow_synth.synths.plugin_description import PluginDescription, read_description
from flow_synth.synths.plugin_wiring import PluginWiring, Setting

_BLOCK_SAMPLES = 512

#: A probe is a note so long, ...
_PROBE_SAMPLES = round(0.05 * SAMPLE_RATE_HZ)
#: ... and no more than so much weaker than on an instance that has played nothing.
_LEAST_PROBE = 0.1

#: Where files of a moment lie: in memory, on systems that have such a folder.
_SCRATCH = "/dev/shm" if os.access("/dev/shm", os.W_OK) else tempfile.gettempdir()


class PluginSynth:
    """A plug-in whose notes do not depend on what it played before.

    A plug-in remembers: voices ring on, phases run on, limiters recover. Without a ``[reset]``
    section every note therefore gets a new instance; with one, a silent note that the section
    describes brings the one instance into a known state. MIDI has whole pitches: 60.4 plays 60.

    Args:
        path: the description's file.
        description: what to take in place of the file's content.

    Raises:
        InputError: the description is wrong, or the plug-in is missing, is none, or has no
            parameter of a name that the description mentions.
    """

    def __init__(self, path: Path, description: PluginDescription | None = None) -> None:
        self._description = description or read_description(path)
        self._table = self._description.table()
        self._file = path
        self._plugin = _find_plugin(self._description, path)
        self._state = _find_state(self._description, path)
        # Kept to the end: without any instance the library would be unloaded, and loaded again.
        self._first = self._create()
        self._instance: Hosted[_Instance] | None = self._first
        self._wiring = PluginWiring(
            self._description, self._first.call(_Instance.names), str(path)
        )
        reset = self._description.reset
        self._probe_peak = self._probe(self._first) if reset and reset.probe else None
        self._version = _version(self._description, self._plugin, self._state)

    @property
    def identity(self) -> str:
        """The ``identity`` of the description."""
        return self._description.identity

    @property
    def version(self) -> str:
        """Eight digits of the SHA-256 of the plug-in, and eight of how it is described."""
        return self._version

    @property
    def table(self) -> ParameterTable:
        """The ``parameters`` of the description."""
        return self._table

    def presets(self) -> Sequence[Preset]:
        """Empty: a plug-in's own bank has no common form."""
        return ()

    def draw(self, generator: np.random.Generator) -> Preset:
        """A uniform draw: nothing is known of what sounds well on an arbitrary plug-in."""
        values = self._table.snap(generator.random(len(self._table), dtype=np.float32))
        return Preset(f"Random {generator.integers(16**8):08x}", values)

    def render(self, values: NDArray[np.float32], note: Note) -> NDArray[np.float32]:
        """Plays one note, clipped where it exceeds full scale; see :class:`~.synth.Synth`."""
        key = round(note.pitch)
        setting = self._wiring.setting(self._table.snap(values))
        if self._wiring.needs_new_instance(setting):
            self.forget()
        instance = self._prepared(key, note.velocity)
        instance.call(_Instance.set, setting)
        audio = instance.call(
            _Instance.play,
            [
                *self._controllers(),
                note_on(0, key, note.velocity),
                note_off(note.held_samples, key),
            ],
            note.total_samples,
        )
        if not np.isfinite(audio).all():
            # A filter that has blown up stays so: this instance would never sound again.
            self.forget()
            raise SynthError(f"{self.identity} gave a sound that is not finite")
        clipped: NDArray[np.float32] = np.clip(audio, -1.0, 1.0)
        return clipped

    def forget(self) -> None:
        """Lets the next note have a new instance."""
        self._instance = None

    def _prepared(self, key: int, velocity: int) -> "Hosted[_Instance]":
        """An instance that remembers nothing."""
        if self._description.reset is None:
            # The one that is kept has never played a note.
            instance, self._instance = self._instance or self._create(), None
            return instance
        kept = self._instance
        if kept and self._sounds(kept) and self._reset(kept, key, velocity):
            return kept
        self._instance = self._create()
        if not self._reset(self._instance, key, velocity):
            raise SynthError(f"{self.identity} is not finite even while it is reset")
        return self._instance

    def _sounds(self, instance: "Hosted[_Instance]") -> bool:
        """False when a limiter, say, still holds down what follows a note that ran away."""
        peak = self._probe_peak
        return peak is None or self._probe(instance) >= _LEAST_PROBE * peak

    def _probe(self, instance: "Hosted[_Instance]") -> float:
        """Peak of a short middle C at the setting of probes."""
        note = Note()
        instance.call(_Instance.set, self._wiring.probe)
        events = [*self._controllers(), note_on(0, round(note.pitch), note.velocity)]
        return float(np.abs(instance.call(_Instance.play, events, _PROBE_SAMPLES)).max())

    def _reset(self, instance: "Hosted[_Instance]", key: int, velocity: int) -> bool:
        """Plays the silent note; False when the instance is poisoned by an earlier one."""
        if self._description.reset is None:
            return True
        instance.call(_Instance.set, self._wiring.quiet)
        keys = {key, *self._description.reset.keys}
        silence = instance.call(
            _Instance.play,
            [*self._controllers(), *(note_on(0, each, velocity) for each in keys)],
            round(self._description.reset.seconds * SAMPLE_RATE_HZ),
        )
        return bool(np.isfinite(silence).all())

    def _controllers(self) -> list[MidiEvent]:
        reset = self._description.reset
        return [controller(0, number, 0) for number in (reset.controllers if reset else ())]

    def _create(self) -> "Hosted[_Instance]":
        try:
            return Hosted(partial(_Instance, self._plugin, self._state))
        except InputError as error:
            raise InputError(f"{self._file}: {error}") from error


class _Instance:
    """One loaded plug-in in an engine of its own; lives on the thread of plug-ins."""

    def __init__(self, plugin: Path, state: Path | None) -> None:
        self._engine = dawdreamer.RenderEngine(SAMPLE_RATE_HZ, _BLOCK_SAMPLES)
        try:
            with _silent(), _scratch():
                self._processor = self._engine.make_plugin_processor("plugin", str(plugin))
        except RuntimeError as error:
            raise InputError(
                f"{plugin} is not a plug-in that can be loaded here; give a VST2, VST3 or Audio "
                "Unit for this operating system and processor"
            ) from error
        if self._processor.get_num_output_channels() == 0:
            raise InputError(f"{plugin} has no audio output; give an instrument")
        if state and not _load_state(self._processor, state):
            raise InputError(f"{plugin} refuses the state file {state}; save it again")
        self._engine.load_graph([(self._processor, [])])

    def names(self) -> list[str]:
        """Names of the plug-in's parameters in its order."""
        count = self._processor.get_plugin_parameter_size()
        return [self._processor.get_parameter_name(index) for index in range(count)]

    def set(self, setting: Setting) -> None:
        """Turns knobs."""
        for index, value in setting.items():
            self._processor.set_parameter(index, value)

    def play(self, events: Sequence[MidiEvent], n_samples: int) -> NDArray[np.float32]:
        """Plays events -> [2, n_samples], aligned with them whatever the plug-in's latency."""
        with tempfile.TemporaryDirectory(prefix="flow-synth-", dir=_SCRATCH) as folder:
            path = Path(folder, "note.mid")
            path.write_bytes(midi_file(events))
            self._processor.load_midi(str(path))
        latency = self._processor.get_latency_samples()
        # The engine rounds down to whole samples; half a sample more keeps it from losing one.
        self._engine.render((latency + n_samples + 0.5) / SAMPLE_RATE_HZ)
        audio = np.asarray(self._engine.get_audio(), np.float32)[:2, latency:]
        return np.array(np.broadcast_to(audio, (2, n_samples)))


@contextmanager
def _scratch() -> Iterator[None]:
    """Temporary files in memory: DawDreamer writes about 70 ms of them for every plug-in it loads.

    They describe LV2, whatever the plug-in is.
    """
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = _SCRATCH
    try:
        yield
    finally:
        if before is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = before


@contextmanager
def _silent() -> Iterator[None]:
    """Keeps from the terminal what plug-ins write to stderr, below Python, while they load."""
    sys.stderr.flush()
    stderr, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(nowhere)


def _load_state(processor: Any, state: Path) -> bool:  # noqa: ANN401  # DawDreamer has no types.
    match state.suffix.lower():
        case ".fxp":
            return bool(processor.load_preset(str(state)))
        case ".vstpreset":
            return bool(processor.load_vst3_preset(str(state)))
    processor.load_state(str(state))
    return True


def _find_plugin(description: PluginDescription, file: Path) -> Path:
    candidates = description.plugin_paths(file.parent)
    for candidate in candidates:
        if candidate.exists():
            return candidate.resolve()
    advice = f" ({description.install})" if description.install else ""
    raise InputError(
        f"{file}: the plug-in of {description.identity!r} is not at "
        f"{' nor at '.join(map(str, candidates))}; install it{advice} or correct 'path'"
    )


def _find_state(description: PluginDescription, file: Path) -> Path | None:
    state = description.state_path(file.parent)
    if state and not state.is_file():
        raise InputError(f"{file}: there is no state file {state}; correct 'state'")
    return state.resolve() if state else None


def _version(description: PluginDescription, plugin: Path, state: Path | None) -> str:
    # All but what changes no sound.
    content = description.model_dump_json(
        exclude={"path": True, "state": True, "install": True, "reset": {"probe": True}}
    )
    sound = hashlib.sha256(content.encode())
    if state:
        sound.update(state.read_bytes())
    return f"{_content_hash(plugin)[:8]}-{sound.hexdigest()[:8]}"


def _content_hash(path: Path) -> str:
    """SHA-256 of a file, or of the names and contents of all files of a bundle."""
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            digest.update(file.relative_to(path).as_posix().encode())
            with file.open("rb") as content:
                digest.update(hashlib.file_digest(content, "sha256").digest())
    return digest.hexdigest()
