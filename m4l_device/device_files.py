"""The files of all devices: unfrozen, and frozen with all that they need."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import flow_control_device
import flow_recorder_device
import flow_synth_device
from amxd import (
    FROZEN_FLAGS,
    UNFROZEN_FLAGS,
    Container,
    DeviceError,
    DeviceKind,
    Entry,
    freeze,
    pack,
    unpack,
)
from core_section import SCRIPTS, core_scripts
from external import EXTERNAL
from guidelines import guideline_faults
from patcher_file import PatcherFile
from validation import file_faults, message_faults

NOTES = "flow_synth_engine.txt"
NOTES_TEXT = """\
This device holds flow_synth~ for macOS and Windows. Its models, and for Match the engine, are
in the package: unzip flow-synth.zip into Documents/Max 9/Packages and start Live again.
Where a file is missing, flow_synth~ says in Max's console which one, and where it was looked for.
"""


#: Builds a patcher that needs these files besides its scripts.
Build = Callable[[Sequence[str]], bytes]


@dataclass(frozen=True)
class Device:
    """One of the devices.

    Args:
        name: of its file, without `.amxd`.
        kind: what Live takes it for.
        build: gives its patcher.
        has_script: whether it needs the scripts and `flow_synth~`.
    """

    name: str
    kind: DeviceKind
    build: Build
    has_script: bool = True


DEVICES = (
    Device(flow_synth_device.NAME, flow_synth_device.KIND, flow_synth_device.build),
    Device(flow_control_device.NAME, flow_control_device.KIND, flow_control_device.build),
    Device(
        flow_recorder_device.NAME,
        flow_recorder_device.KIND,
        flow_recorder_device.build,
        has_script=False,
    ),
)


def unfrozen(device: Device) -> bytes:
    """The file of a device that finds its scripts beside it."""
    files = [f"{EXTERNAL}.mxo"] if device.has_script else []
    return pack(Container(device.kind, device.build(files), UNFROZEN_FLAGS))


def frozen(device: Device, external: Sequence[Entry]) -> bytes:
    """The file of a device that holds what it needs.

    Args:
        device: which one.
        external: of `flow_synth~`, or nothing to leave it out.
    """
    entries: list[Entry] = []
    files: list[str] = []
    if device.has_script:
        entries += [Entry.of(name, (SCRIPTS / name).read_bytes()) for name in core_scripts()]
        entries += [Entry.of(NOTES, NOTES_TEXT.encode("ascii")), *external]
        files += [NOTES, *([f"{EXTERNAL}.mxo"] if external else [])]
    body = freeze(device.build(files), f"{device.name}.amxd", entries)
    return pack(Container(device.kind, body, FROZEN_FLAGS))


def faults(device: Device, data: bytes) -> list[str]:
    """All that is wrong with a device that was built."""
    found = file_faults(data)
    if found:
        return found
    patcher = PatcherFile.read(unpack(data).patcher_text)
    found = guideline_faults(patcher)
    return found + (message_faults(patcher, device.name) if device.has_script else [])


def build_all(out: Path, *, is_frozen: bool, external: Sequence[Entry]) -> list[Path]:
    """Writes all devices, and beside unfrozen ones their scripts.

    Raises:
        DeviceError: one of them has a fault.
    """
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for device in DEVICES:
        data = frozen(device, external) if is_frozen else unfrozen(device)
        if found := faults(device, data):
            raise DeviceError(f"{device.name}: " + "; ".join(found))
        path = out / f"{device.name}.amxd"
        path.write_bytes(data)
        written.append(path)
    if not is_frozen:
        for name in core_scripts():
            shutil.copy(SCRIPTS / name, out)
    return written
