"""What fuzzing begins with: ``python tests/fuzz/make_corpus.py FOLDER``.

The payloads of the golden blobs, and a small archive around one of them.
"""

import io
import sys
import zipfile
from pathlib import Path

GOLDEN = Path(__file__).parents[1] / "golden"
BLOB_ENTRY = "extra/flow_synth.flow"
PAYLOAD_AT = 56


def main() -> None:
    """Writes one file for each."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for path in GOLDEN.glob("*.flow.ts"):
        with zipfile.ZipFile(path) as archive:
            name = next(name for name in archive.namelist() if name.endswith(BLOB_ENTRY))
            blob = archive.read(name)
        (folder / path.stem).write_bytes(blob[PAYLOAD_AT:])
        small = io.BytesIO()
        with zipfile.ZipFile(small, "w") as archive:
            archive.writestr("a/extra/flow_synth.json", "{}")
            archive.writestr(f"a/{BLOB_ENTRY}", blob)
        (folder / f"{path.stem}.zip").write_bytes(small.getvalue())


if __name__ == "__main__":
    main()
