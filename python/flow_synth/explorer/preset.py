"""Preset files that the explorer reads and writes: ours, and those of the synth itself."""

import tempfile
from pathlib import Path, PurePath

from flow_synth.error import InputError
from flow_synth.preset import Preset, preset_text, read_preset
from flow_synth.synth import Synth
from flow_synth.synths import AMSYNTH

OWN = ".preset.json"
_BANK, _FXP = ".bank", ".fxp"


class PresetFiles:
    """Preset files of a synth.

    Args:
        synth: whose.
    """

    def __init__(self, synth: Synth) -> None:
        self._synth = synth
        self._is_amsynth = synth.identity in AMSYNTH

    @property
    def suffixes(self) -> tuple[str, ...]:
        """What names of such files end in, ours first."""
        return (OWN, _BANK, _FXP) if self._is_amsynth else (OWN,)

    def read(self, content: bytes, name: str) -> Preset:
        """Reads a file; of several presets the first counts.

        Args:
            content: of the file.
            name: of the file, by which its kind is known.

        Raises:
            InputError: it is no preset of this synth.
        """
        suffix = self._known(name)
        with tempfile.TemporaryDirectory(prefix="flow-synth-") as folder:
            path = Path(folder, f"preset{suffix}")
            path.write_bytes(content)
            try:
                return self._read(path)
            except InputError as error:
                raise InputError(str(error).replace(str(path), name)) from error

    def write(self, preset: Preset, suffix: str) -> bytes:
        """The content of a file.

        Args:
            preset: of this synth.
            suffix: one of ``suffixes``.

        Raises:
            InputError: it is none of these.
        """
        if suffix not in self.suffixes:
            raise InputError(
                f"{suffix!r} is no kind of file for a preset of {self._synth.identity!r}; ask for "
                f"{' or '.join(self.suffixes)}"
            )
        if suffix == OWN:
            return preset_text(preset, self._synth.table, self._synth.identity).encode()
        from flow_synth.synths.amsynth import amsynth_table, completed
        from flow_synth.synths.amsynth_bank import write_bank, write_fxp

        (whole,) = completed([preset], self._synth.table)
        with tempfile.TemporaryDirectory(prefix="flow-synth-") as folder:
            path = Path(folder, f"preset{suffix}")
            if suffix == _BANK:
                write_bank(path, [whole], amsynth_table())
            else:
                write_fxp(path, whole, amsynth_table())
            return path.read_bytes()

    def _read(self, path: Path) -> Preset:
        if path.name.endswith(OWN):
            return read_preset(path, self._synth.table, self._synth.identity)
        from flow_synth.synths.amsynth import amsynth_table, projected
        from flow_synth.synths.amsynth_bank import read_bank, read_fxp

        read = read_fxp if path.suffix == _FXP else read_bank
        presets = projected(read(path, amsynth_table()), self._synth.table)
        if not presets:
            raise InputError(f"{path} holds no preset; give a bank with one")
        return presets[0]

    def _known(self, name: str) -> str:
        for suffix in self.suffixes:
            if name.lower().endswith(suffix):
                return suffix
        raise InputError(
            f"{PurePath(name).name!r} is no name for a preset of {self._synth.identity!r}; let it "
            f"end in {' or '.join(self.suffixes)}"
        )
