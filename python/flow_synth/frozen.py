"""A value that is checked when made and never changes: the base of everything read from a file."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Cannot be changed, and takes neither a key that it does not know nor NaN nor infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
