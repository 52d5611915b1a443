"""Builds the devices: ``python m4l_device/build.py build/m4l``.

Unfrozen, as one works on them, they lie beside their scripts, and need the package of
`flow_synth~` in Max's Packages. Frozen (``--frozen``) each holds its scripts and the external for
macOS and Windows. Two builds of one commit are equal byte by byte.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from amxd import DeviceError
from device_files import build_all
from external import external_entries

PACKAGE = Path(__file__).parents[1] / "build/package/flow-synth"


def main(arguments: Sequence[str] | None = None) -> int:
    """What the command does; gives its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="folder for the devices")
    parser.add_argument("--frozen", action="store_true", help="hold all that they need")
    parser.add_argument("--package", type=Path, default=PACKAGE, help="the package for Max")
    parser.add_argument(
        "--without-external", action="store_true", help="freeze scripts alone, without flow_synth~"
    )
    chosen = parser.parse_args(arguments)
    try:
        needs_external = chosen.frozen and not chosen.without_external
        external = external_entries(chosen.package / "externals") if needs_external else ()
        written = build_all(chosen.out, is_frozen=chosen.frozen, external=external)
    except DeviceError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for path in written:
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
