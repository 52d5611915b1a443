"""Presets that a model proposes, as a file: what its judges have yet to hear."""

import hashlib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field

from flow_synth.atomic_file import write_atomically
from flow_synth.error import InputError
from flow_synth.fold import N_FOLDS
from flow_synth.frozen import Frozen
from flow_synth.json_file import read_result

FORMAT = "flow-synth proposals"

UnitValue = Annotated[float, Field(ge=0, le=1)]


class Proposal(Frozen):
    """A preset that a model made of the sound of another.

    Attributes:
        values: [P] unit values, stepped knobs on their steps.
        parent: identity of the preset whose sound the model heard.
        family: of that preset.
    """

    values: tuple[UnitValue, ...]
    parent: str
    family: int


class Proposals(Frozen):
    """What a model proposed for sounds of its training split.

    ``model_run`` made them, of sounds whose families and folds ``origins`` tells (see
    :attr:`flow_synth.dataset.Recipe.origins`). ``rotation`` is that of the model, which knows the
    families that other rotations hold out.
    """

    format: Literal["flow-synth proposals"] = "flow-synth proposals"
    version: Literal[1] = 1
    model_run: str
    origins: str
    rotation: int = Field(ge=0, lt=N_FOLDS)
    presets: tuple[Proposal, ...] = Field(min_length=1)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Reads what :meth:`write` wrote.

        Raises:
            InputError: the file cannot be read, or holds no proposals.
        """
        return read_result(cls, path, lacking="holds no presets", command="flow-synth propose")

    def write(self, path: Path) -> None:
        """Writes JSON, whole or not at all.

        Raises:
            InputError: the file cannot be written.
        """
        write_atomically(path, (self.model_dump_json() + "\n").encode())


class ProposalFile(Frozen):
    """A file of proposals, known by its content wherever it lies.

    Attributes:
        path: of the file, on this machine; it says nothing of the content and is not kept.
        sha256: of its bytes.
        origins: see :class:`Proposals`.
        rotation: likewise.
    """

    path: Path | None = Field(default=None, exclude=True)
    sha256: str
    origins: str
    rotation: int

    @classmethod
    def of(cls, path: Path) -> Self:
        """What a file holds now.

        Raises:
            InputError: the file cannot be read, or holds no proposals.
        """
        found = Proposals.read(path)
        return cls(path=path, sha256=_sha256(path), origins=found.origins, rotation=found.rotation)

    def read(self) -> Proposals:
        """The proposals.

        Raises:
            InputError: the file is no longer there, or another one.
        """
        path = self.path
        if path is None or not path.exists() or _sha256(path) != self.sha256:
            raise InputError(
                f"{path or 'the file of proposals'} is not what it was when its description was "
                "read; read that again"
            )
        return Proposals.read(path)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
