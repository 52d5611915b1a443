"""Writes the C++ of the built-in synth.

Run as ``python -m flow_synth.synths.builtin_source cpp/src/generated``. ``builtin_dsp.h`` is what
DawDreamer's Faust compiler makes of ``builtin.dsp`` with the Faust libraries of its wheel, the
same that render in Python; ``builtin_parameters.h`` is the table of knobs.
"""

import json
import sys
from pathlib import Path

import dawdreamer.faust
from dawdreamer.faust import box

from flow_synth.parameter import Parameter, ParameterTable
from flow_synth.synths.builtin import builtin_table, dsp_source

_NOTICE = (
    "// Generated from builtin.dsp by `python -m flow_synth.synths.builtin_source`; do not edit.\n"
)

_TABLE = """#pragma once
#include <array>
#include <cstddef>

namespace flow_synth::generated {{

enum class Kind {{ continuous, ordinal, categorical }};
enum class Curve {{ linear, log }};

struct BuiltinParameter {{
    const char* name;
    const char* label;
    const char* unit;
    double minimum;
    double maximum;
    double default_value;
    double step;
    Kind kind;
    Curve curve;
    const char* choices;  // separated by '|', empty unless categorical
}};

inline constexpr std::size_t k_builtin_parameter_count = {count};

inline constexpr std::array<BuiltinParameter, k_builtin_parameter_count> k_builtin_parameters{{{{
{rows}
}}}};

}}  // namespace flow_synth::generated
"""


def dsp_header() -> str:
    """The Faust voice as a C++ class ``BuiltinDsp`` in single precision."""
    with dawdreamer.faust.FaustContext():
        code = box.boxToSource(box.boxFromDSP(dsp_source()), "cpp", "BuiltinDsp", ["-single"])
    return _NOTICE + "\n".join(line.rstrip() for line in str(code).splitlines()) + "\n"


def parameters_header(table: ParameterTable) -> str:
    """The table of knobs as a constexpr array."""
    rows = "\n".join(map(_row, table.parameters()))
    return _NOTICE + _TABLE.format(count=len(table), rows=rows)


def _row(knob: Parameter) -> str:
    texts = ", ".join(json.dumps(text) for text in (knob.name, knob.label, knob.unit))
    numbers = ", ".join(repr(n) for n in (knob.minimum, knob.maximum, knob.default, knob.step))
    choices = json.dumps("|".join(knob.choices))
    return f"    {{{texts}, {numbers}, Kind::{knob.kind}, Curve::{knob.curve}, {choices}}},"


def main() -> None:
    """Writes both headers into the folder given as the only argument."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "builtin_dsp.h").write_text(dsp_header(), encoding="utf-8")
    (folder / "builtin_parameters.h").write_text(
        parameters_header(builtin_table()), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
