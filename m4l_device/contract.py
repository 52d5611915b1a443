"""The messages of the devices, by who says them to whom: patchers and tests hold to them."""

from controls import CORE, TARGET, VOICE

#: What `flow_device.js` says to `flow_synth~`. `note` comes from the patch, without the script.
TO_FLOW_SYNTH = (
    "analyze",
    "candidate",
    "candidates",
    "curve",
    "dump",
    "info",
    "interpolate",
    "load",
    "lock",
    "macro",
    "match",
    "mutate",
    "note",
    "params",
    "recall",
    "record",
    "semantic",
    "smooth",
    "store",
    "voice",
)
#: What comes from the outlets of `flow_synth~` to `flow_device.js`, by outlet.
FROM_FLOW_SYNTH = {2: "params", 4: "info"}
#: What the info outlet says.
INFO = (
    "candidate",
    "candidates",
    "curve",
    "engine",
    "family",
    "knob",
    "knobs",
    "loaded",
    "macro",
    "model",
    "semantic",
    "slot",
    "smooth",
    "synth",
    "voice",
)

#: What views say to `flow_device.js`.
FROM_VIEWS = (
    "candidates_click",
    "knobs_click",
    "map_click",
    "map_hover",
    "map_path",
    "map_point",
    "presets_click",
    "presets_favourite",
    "xy_move",
    "xy_release",
)
#: What the patch around says to `flow_device.js`; the name typed is the control `preset_name`.
FROM_PATCH = (
    "dropped",
    "midi",
    "ready",
    "recorded",
    "recording",
    "restored",
    "saved_to",
    "sound_loaded",
    "sound_played",
    "transport",
)
#: The same in Flow Synth alone.
FROM_SYNTH_PATCH = ("vst_params",)
#: What is said between devices, under the name `flow_recorder`.
RECORDER = "flow_recorder"
#: Asks for a recording; says that one is made or has ended; says how long it is.
TO_RECORDER, RECORDING, RECORDED = "record", "recording", "recorded"

#: What `flow_device.js` says to the patch around, each with its first arguments where they choose.
TO_PATCH = {
    "notes": ("flush", "preview"),
    "page": (),
    "save_dialog": (),
    "sound": ("listen", "load"),
    "state": ("changed",),
}
LISTENED = ("recorder", "drop")
#: What `flow_device.js` says to the `live.remote~` objects of Flow Control, and their number.
TO_REMOTES = ("point", "turn")
N_REMOTES = 64

#: The control whose path comes as `dropped`.
DROP = "drop"


def from_controls(device: str) -> tuple[str, ...]:
    """Controls of a device that `flow_device.js` hears of, as `ID VALUE`; buttons say `ID 1`."""
    controls = {"Flow Synth": (*CORE, *VOICE), "Flow Control": (*CORE, *TARGET)}[device]
    return tuple(each.id for each in controls if not each.is_in_patch and each.id != DROP)


def to_script(device: str) -> tuple[str, ...]:
    """Everything that a device says to `flow_device.js`, sorted."""
    own = FROM_SYNTH_PATCH if device == "Flow Synth" else ()
    return tuple(
        sorted(
            {
                *from_controls(device),
                *FROM_FLOW_SYNTH.values(),
                *FROM_VIEWS,
                *FROM_PATCH,
                *own,
            }
        )
    )
