"""Patches for Pure Data, generated, run and read back."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 44100
BLOCK_SAMPLES = 64


#: Until the engine has surely opened, in real time; sanitizers take theirs.
ENGINE_MS = 20_000.0 if "FLOW_SYNTH_PRELOAD" in os.environ else 5000.0


def block_ms(n_blocks: int) -> float:
    """When to do what shall take effect as a block begins: shortly before, as Pd rounds times."""
    return 1000 * (n_blocks + 0.5) * BLOCK_SAMPLES / RATE_HZ


@dataclass
class Patch:
    """A patch with objects of ours and what happens when.

    Attributes:
        end_ms: when Pd ends.
        arguments: of each object; the first is the one that messages go to and that is recorded.
        sound: a WAV file that is played into the first, from ``sound_ms`` on.
        recorded: where the sound of the first is written, both channels,
        n_recorded: or of so many of them, one after the other.
    """

    end_ms: float
    arguments: Sequence[str] = ("",)
    sound: Path | None = None
    sound_ms: float = 0.0
    recorded: Path | None = None
    n_recorded: int = 1
    _lines: list[str] = field(default_factory=list)
    _wires: list[str] = field(default_factory=list)
    _feeding: int | None = None
    _tables: list[str] = field(default_factory=list)

    def add(self, kind: str, content: str) -> int:
        """Adds a box and says its number."""
        self._lines.append(f"#X {kind} 10 10 {content};")
        return len(self._lines) - 1

    def restore(self, name: str) -> int:
        """Adds an empty subpatch, which messages to ``pd-NAME`` fill."""
        self._lines.append(f"#N canvas 0 0 400 300 {name} 0;\n#X restore 10 10 pd {name};")
        return len(self._lines) - 1

    def feed(self, box: int) -> None:
        """Connects a box's sound to the first object's inlet."""
        self._feeding = box

    def wire(self, source: int, outlet: int, target: int, inlet: int = 0) -> None:
        """Connects two boxes."""
        self._wires.append(f"#X connect {source} {outlet} {target} {inlet};")

    def at(self, ms: float, *messages: str) -> None:
        """At a time, sends messages to receivers: ``in note 60 100``, ``pd quit``."""
        start, delay = self.add("obj", "loadbang"), self.add("obj", f"del {ms:.6f}")
        text = self.add("msg", " ".join(f"\\; {escaped(message)}" for message in messages))
        self.wire(start, 0, delay)
        self.wire(delay, 0, text)

    def build(self) -> str:
        """The text of the file."""
        for number, arguments in enumerate(self.arguments):
            self._object(number, arguments)
        if self.recorded is not None:
            self._write(self.recorded)
        self.at(0.0, "pd dsp 1")
        self.at(self.end_ms, "pd quit")
        return "\n".join(["#N canvas 0 0 600 400 12;", *self._lines, *self._wires, ""])

    def _object(self, number: int, arguments: str) -> None:
        suffix = str(number) if number else ""
        receive = self.add("obj", f"r in{suffix}")
        own = self.add("obj", f"flow_synth~ {escaped(arguments)}".strip())
        self.wire(receive, 0, own)
        for outlet, name in ((2, "params"), (3, "latent"), (4, "info")):
            self.wire(own, outlet, self.add("obj", f"print {name}{suffix}"))
        self.wire(own, 4, self.add("obj", f"s info{suffix}"))
        if self.recorded is not None and number < self.n_recorded:
            self._record(own)
        if number > 0:
            out = self.add("obj", "dac~")
            self.wire(own, 0, out, 0)
            self.wire(own, 1, out, 1)
            return
        if self._feeding is not None:
            self.wire(self._feeding, 0, own)
        if self.sound is not None:
            self._play(self.sound, own)

    def _play(self, sound: Path, own: int) -> None:
        table = self.add("obj", "table sound")
        assert table >= 0
        play = self.add("obj", "tabplay~ sound")
        reader = self.add("obj", "soundfiler")
        start = self.add("obj", "loadbang")
        read = self.add("msg", f"read -resize {escaped(str(sound))} sound")
        delay = self.add("obj", f"del {self.sound_ms:.6f}")
        self.wire(start, 0, delay)
        self.wire(start, 0, read)
        self.wire(read, 0, reader)
        self.wire(delay, 0, play)
        self.wire(play, 0, own)

    def _record(self, own: int) -> None:
        n_samples = round(self.end_ms * RATE_HZ / 1000)
        for outlet in range(2):
            name = f"track{len(self._tables)}"
            self._tables.append(name)
            self.add("obj", f"table {name} {n_samples}")
            start = self.add("obj", "loadbang")
            writer = self.add("obj", f"tabwrite~ {name}")
            self.wire(start, 0, writer)
            self.wire(own, outlet, writer)

    def _write(self, path: Path) -> None:
        receive, soundfiler = self.add("obj", "r files"), self.add("obj", "soundfiler")
        self.wire(receive, 0, soundfiler)
        self.at(self.end_ms, f"files write -wave -bytes 4 {path} {' '.join(self._tables)}")


def escaped(text: str) -> str:
    """As it stands in a patch."""
    return re.sub(r"([,;$])", r"\\\1", text)


@dataclass(frozen=True)
class Console:
    """What Pd said."""

    text: str

    def lists(self, name: str) -> list[NDArray[np.float32]]:
        """The lists of numbers that an outlet sent."""
        return [
            np.array(line.split(), np.float32)
            for line in re.findall(rf"^{name}: (.*)$", self.text, re.M)
        ]

    def info(self, selector: str) -> list[str]:
        """What followed a selector out of the info outlet."""
        return re.findall(rf"^info: {selector}(?: (.*))?$", self.text, re.M)

    @property
    def errors(self) -> list[str]:
        """What was complained about."""
        return re.findall(r"^(?:error: )?flow_synth~: (.*)$", self.text, re.M)


def _preloaded(library: Path | None) -> dict[str, str]:
    """Has libraries be there before all others: of AddressSanitizer if the object needs it."""
    first = os.environ.get("FLOW_SYNTH_PRELOAD")
    preloaded = ":".join(str(each) for each in (first, library) if each)
    # Pd itself frees little at its end.
    return {"LD_PRELOAD": preloaded, "ASAN_OPTIONS": "detect_leaks=0"} if preloaded else {}


@dataclass(frozen=True)
class Pd:
    """Pd with our object on its path."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    preloaded: Path | None = None
    #: What it may allocate, where AddressSanitizer does not need memory of its own.
    most_bytes: int | None = None

    def run(
        self,
        patch: Patch,
        place: Path,
        *,
        is_paced: bool = False,
        seconds: float = 60.0,
        rate_hz: int = RATE_HZ,
    ) -> Console:
        """Runs a patch to its end, with sound, as fast as it can or as fast as it sounds."""
        path = place / "patch.pd"
        path.write_text(patch.build())
        return self.open(path, is_paced=is_paced, seconds=seconds, rate_hz=rate_hz)

    def open(
        self,
        path: Path,
        *flags: str,
        is_paced: bool = False,
        seconds: float = 60.0,
        rate_hz: int = RATE_HZ,
    ) -> Console:
        """Opens a patch that ends Pd by itself."""
        program = shutil.which("pd")
        assert program
        command = [
            *self._limited(),
            program,
            "-nogui",
            "-noaudio",
            "-nomidi",
            "-stderr",
            "-r",
            str(rate_hz),
        ]
        # By itself, without a sound card, Pd sleeps for 5 ms and makes up for them at a stroke.
        command += ["-sleepgrain", "1"] if is_paced else ["-batch"]
        ended = subprocess.run(
            [*command, "-path", self.folder, *flags, "-open", path],
            check=False,
            capture_output=True,
            timeout=seconds,
            env={**os.environ, **_preloaded(self.preloaded), **self.environment},
        )
        text = ended.stderr.decode() + ended.stdout.decode()
        assert ended.returncode == 0, text
        return Console(text)

    def _limited(self) -> list[str]:
        if self.most_bytes is None or "FLOW_SYNTH_PRELOAD" in os.environ:
            return []
        return ["prlimit", f"--data={self.most_bytes}"]
