"""`flow_synth~` as a frozen device holds it: a bundle in four parts, and a Windows library."""

import io
import zipfile
from pathlib import Path

from amxd import DeviceError, Entry

EXTERNAL = "flow_synth~"
#: The earliest time that a zip can say: two builds are equal.
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_EXECUTABLE_MODE, _FILE_MODE = 0o100755, 0o100644


def external_entries(folder: Path) -> tuple[Entry, ...]:
    """The five entries of the external.

    Args:
        folder: `externals` of the package for Max.

    Raises:
        DeviceError: it was not built for both systems.
    """
    bundle, library = folder / f"{EXTERNAL}.mxo", folder / f"{EXTERNAL}.mxe64"
    parts = {
        "executable": bundle / "Contents" / "MacOS" / EXTERNAL,
        "plist": bundle / "Contents" / "Info.plist",
    }
    missing = [path.name for path in (*parts.values(), library) if not path.is_file()]
    if missing:
        raise DeviceError(
            f"{folder} lacks {', '.join(missing)} of {EXTERNAL} for macOS and Windows; run "
            "'make max-cross max-package', or freeze with --without-external"
        )
    return (
        Entry.of(bundle.name, bytes(4)),
        Entry.of(f"{EXTERNAL}/zipfile", _zipped(bundle)),
        *(Entry.of(f"{EXTERNAL}/{name}", path.read_bytes()) for name, path in parts.items()),
        Entry.of(library.name, library.read_bytes()),
    )


def _zipped(bundle: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(each for each in bundle.rglob("*") if each.is_file()):
            info = zipfile.ZipInfo(path.relative_to(bundle.parent).as_posix(), _ZIP_DATE)
            is_executable = path.parent.name == "MacOS"
            info.external_attr = (_EXECUTABLE_MODE if is_executable else _FILE_MODE) << 16
            info.create_system = 3  # Unix, whatever builds it.
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, path.read_bytes())
    return buffer.getvalue()
