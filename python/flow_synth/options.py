"""Options that several commands of the command line have."""

from pathlib import Path
from typing import Annotated

import typer

USER_ERROR = 2
#: Of the targets and of all that is drawn for a score.
SEED = 0

MODEL_HELP = "'builtin', another shipped model, or a .flow.ts file"
ModelOption = Annotated[str, typer.Option("--model", help=f"{MODEL_HELP}.")]
PluginOption = Annotated[
    str | None,
    typer.Option("--synth", help="Plug-in description (.toml), if the model is of a plug-in."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
SchedulerOption = Annotated[
    str | None, typer.Option("--scheduler", help="Address of a running dask scheduler.")
]
WorkersOption = Annotated[
    int | None,
    typer.Option("--workers", help="Local processes; one for each CPU if not given.", min=1),
]
ValidationOption = Annotated[
    bool, typer.Option("--validation", help="Take validation notes: to choose by.")
]
FolderOption = Annotated[Path, typer.Option("--out", help="Folder for the results.")]
FileOption = Annotated[Path, typer.Option("--out", help="File to write.")]
