"""Every control of every device: the one place of names, ranges, units, texts and banks.

Patchers, banks, docs and tests are made from this table. Live stores values by the long name, so a
long name that has been released never changes.
"""

from collections.abc import Sequence
from dataclasses import replace

from control import Control, Kind, Unit, Visibility
from patcher import Bank

#: Pages of the middle part, in the order of the tab.
PAGES = ("Map", "Play", "Blend", "Knobs")
#: Axes of the semantic sliders, as the shipped models have them, with their low and high words.
AXES = (
    ("Brightness", "dark", "bright"),
    ("Movement", "constant", "moving"),
    ("Dirt", "clean", "dirty"),
    ("Sustain", "percussive", "sustained"),
    ("Attack", "fast attack", "slow attack"),
    ("Tail", "dry", "long tail"),
    ("Aggression", "calm", "aggressive"),
)
MODELS = ("builtin", "amsynth-32")
#: How many of each, as `flow_device.js` numbers them.
N_CANDIDATES, N_MACRO_DIALS, N_MACROS, N_MIDI_ROWS = 8, 8, 16, 4
MIDI_SOURCES = ("Off", "Mod wheel", "Pressure", "Slide", "Bend", "Breath", "Foot")

_STORED, _HIDDEN = Visibility.STORED, Visibility.HIDDEN


def _button(id: str, long_name: str, short_name: str, info: str) -> Control:
    """Moved by the mouse or by MIDI alone: there is no value that Live could store."""
    return Control(id, long_name, short_name, Kind.BUTTON, long_name, info, visibility=_HIDDEN)


def _macro_number(
    id: str, long_name: str, short_name: str, initial: int, info: str, unit: str = "Macro %d"
) -> Control:
    return Control(
        id,
        long_name,
        short_name,
        Kind.NUMBOX,
        long_name,
        info,
        minimum=1,
        maximum=N_MACROS,
        initial=initial,
        unit=Unit.CUSTOM,
        custom_unit=unit,
        is_whole=True,
    )


#: Always seen, on the left.
SOUND = (
    Control(
        "drop",
        "Dropped Sound",
        "Drop a sound here",
        Kind.DROP,
        "Drop a Sound",
        "Drag a sound here from Live's browser or the desktop: the synth imitates it.",
        visibility=_HIDDEN,
    ),
    Control(
        "record",
        "Record",
        "Record",
        Kind.TOGGLE,
        "Record",
        "Asks Flow Recorder, on any track, to record what it hears, up to six seconds. "
        "When the recording ends, this device imitates it; others do when Match is pressed.",
        choices=("Record", "Stop"),
        visibility=_HIDDEN,
    ),
    _button(
        "match",
        "Match",
        "Match",
        "Imitates the recording that another device has asked for, or once more the sound that "
        "was dropped or recorded last.",
    ),
    Control(
        "candidate",
        "Candidate",
        "Candidate",
        Kind.NUMBOX,
        "Candidate",
        "Goes to one of the imitations in the list, the most similar first.",
        minimum=1,
        maximum=N_CANDIDATES,
        initial=1,
        unit=Unit.CUSTOM,
        custom_unit="No. %d",
        is_whole=True,
    ),
    Control(
        "model",
        "Model",
        "Model",
        Kind.MENU,
        "Model",
        "Which synth's knobs are played. With builtin, Flow Synth has its own voice.",
        choices=MODELS,
        visibility=_STORED,
    ),
    Control(
        "smooth",
        "Smooth",
        "Smooth",
        Kind.NUMBOX,
        "Smooth",
        "How long knobs glide to where they go.",
        maximum=1000,
        initial=20,
        unit=Unit.MILLISECONDS,
    ),
    Control(
        "hover_to_hear",
        "Hover to Hear",
        "Hover",
        Kind.TOGGLE,
        "Hover to Hear",
        "Goes to the preset under the mouse on the map, and back when the mouse leaves. "
        "Flow Synth plays a short note for it unless keys are held; for Flow Control, hold a key.",
        visibility=_STORED,
    ),
    Control(
        "page",
        "Page",
        "Page",
        Kind.TAB,
        "Page",
        "Map of presets; macro dials, sliders and pad; blend, mutate, undo and MIDI; all knobs.",
        choices=PAGES,
        visibility=_STORED,
    ),
)

MAP = (
    Control(
        "map_tag",
        "Map Filter",
        "Show",
        Kind.MENU,
        "Filter",
        "Shows only presets whose sound has this tag.",
        choices=("All", *(word for _, low, high in AXES for word in (low, high))),
        visibility=_STORED,
    ),
    Control(
        "map_colour",
        "Map Colour",
        "Colour",
        Kind.MENU,
        "Colour",
        "Colours presets by their category, or by what their sound is like.",
        choices=("Category", *(name for name, _, _ in AXES)),
        visibility=_STORED,
    ),
    Control(
        "path_kind",
        "Path Kind",
        "Path",
        Kind.MENU,
        "Path",
        "A free path goes wherever it is drawn, between presets too; the other goes from preset "
        "to preset.",
        choices=("Free", "Presets"),
    ),
    Control(
        "path_draw",
        "Draw Path",
        "Draw",
        Kind.TOGGLE,
        "Draw",
        "While it is on, the mouse draws a path on the map instead of loading presets.",
        visibility=_HIDDEN,
    ),
    _button("path_clear", "Clear Path", "Clear", "Removes the path from the map."),
    Control(
        "path_play",
        "Play Path",
        "Play",
        Kind.TOGGLE,
        "Play Path",
        "Moves the sound along the path in time with Live while Live plays.",
    ),
    Control(
        "path_loop",
        "Path Loop",
        "Repeat",
        Kind.MENU,
        "Repeat",
        "Goes along the path once, from when it is switched on, or again and again.",
        choices=("Once", "Loop"),
        initial=1,
    ),
    Control(
        "path_length",
        "Path Length",
        "Bars",
        Kind.MENU,
        "Length",
        "How many bars of Live's meter the whole path takes.",
        choices=("1/2", "1", "2", "4", "8", "16"),
        initial=3,
    ),
)

PLAY = (
    *(
        Control(
            f"macro_{number}",
            f"Macro {number}",
            f"Macro {number}",
            Kind.DIAL,
            f"Macro {number}",
            "Moves many knobs of the synth at once, along one direction of its audio space"
            + (", the one that changes its sound most." if number == 1 else "."),
            initial=0.5,
        )
        for number in range(1, N_MACRO_DIALS + 1)
    ),
    *(
        Control(
            f"semantic_{number}",
            name,
            name,
            Kind.SLIDER,
            name,
            f"From {low} on the left to {high} on the right.",
            minimum=-3,
            maximum=3,
        )
        for number, (name, low, high) in enumerate(AXES, 1)
    ),
    Control(
        "x",
        "Pad X",
        "X",
        Kind.NUMBOX,
        "Pad X",
        "The pad from left to right. Automate it, or drag on the pad.",
        initial=0.5,
    ),
    Control(
        "y",
        "Pad Y",
        "Y",
        Kind.NUMBOX,
        "Pad Y",
        "The pad from bottom to top. Automate it, or drag on the pad.",
        initial=0.5,
    ),
    _macro_number(
        "x_dimension", "Pad X Macro", "X is", 1, "Which macro the pad's X moves.", "M %d"
    ),
    _macro_number(
        "y_dimension", "Pad Y Macro", "Y is", 2, "Which macro the pad's Y moves.", "M %d"
    ),
    Control(
        "freeze",
        "Freeze Pad",
        "Freeze",
        Kind.TOGGLE,
        "Freeze",
        "The pad no longer moves the sound.",
    ),
)

BLEND = (
    Control(
        "blend",
        "Blend",
        "A to B",
        Kind.SLIDER,
        "Blend",
        "Goes from sound A on the left to sound B on the right.",
    ),
    Control(
        "blend_space",
        "Blend Space",
        "Through",
        Kind.TAB,
        "Blend Space",
        "Blends through the audio space, so that all between is a likely sound, "
        "or moves every knob straight.",
        choices=("Audio", "Knobs"),
    ),
    _button("store_a", "Store A", "Store A", "Keeps the present sound as A."),
    _button("store_b", "Store B", "Store B", "Keeps the present sound as B."),
    Control(
        "ab",
        "Compare A B",
        "Hear A",
        Kind.TOGGLE,
        "Compare",
        "Switches between sounds A and B.",
        choices=("Hear A", "Hear B"),
    ),
    Control(
        "mutate_amount",
        "Mutate Amount",
        "Amount",
        Kind.DIAL,
        "Mutate Amount",
        "How far a mutation goes.",
        initial=0.3,
    ),
    _button("mutate", "Mutate", "Mutate", "Goes to a random sound around this one."),
    _button(
        "undo",
        "Undo",
        "Undo",
        "Goes back to the sound before. This history is the device's own, of 100 sounds.",
    ),
    _button("redo", "Redo", "Redo", "Takes an undo back."),
    *(
        control
        for number in range(1, N_MIDI_ROWS + 1)
        for control in (
            Control(
                f"midi_{number}_source",
                f"MIDI {number} Source",
                f"MIDI {number}",
                Kind.MENU,
                f"MIDI {number}",
                "What played on the keyboard moves a macro.",
                choices=MIDI_SOURCES,
            ),
            _macro_number(
                f"midi_{number}_macro",
                f"MIDI {number} Macro",
                f"MIDI {number} to",
                number,
                "Which macro it moves.",
            ),
        )
    ),
    Control(
        "midi_mute",
        "MIDI Mute",
        "Mute",
        Kind.TOGGLE,
        "MIDI Mute",
        "The keyboard's controllers no longer move macros.",
    ),
)

KNOBS = (
    _button(
        "lock_all",
        "Lock All",
        "Lock all",
        "Holds every knob where it is. Click a knob in the list to free it.",
    ),
    _button("unlock_all", "Unlock All", "Free all", "Frees every knob."),
    replace(
        _macro_number(
            "curve_macro",
            "Curve Macro",
            "Curves of",
            1,
            "Shows how knobs and sound would change if this macro alone were turned from here.",
        ),
        title="Curves",
        visibility=_STORED,
    ),
)

#: Always seen, right of the pages.
PRESETS = (
    Control(
        "preset_name",
        "Preset Name",
        "Name",
        Kind.TEXT,
        "Preset Name",
        "The name to save the present sound under.",
    ),
    _button("preset_save", "Save Preset", "Save", "Saves the present sound under the name."),
    _button("preset_delete", "Delete Preset", "Delete", "Deletes the preset of this name."),
    _button(
        "preset_write",
        "Write Preset File",
        "Write",
        "Writes the present sound as a preset file that the synth itself reads.",
    ),
)

VOICE = (
    Control(
        "host",
        "Host",
        "Host",
        Kind.MENU,
        "Voice",
        "Who plays: the device's own voice, or a plug-in inside the device.",
        choices=("Own voice", "VST"),
        visibility=_STORED,
    ),
    Control(
        "vst_choose",
        "Choose Plug-in",
        "Choose",
        Kind.BUTTON,
        "Choose Plug-in",
        "Loads the plug-in to play: the synth that the model was made for.",
        visibility=_HIDDEN,
        is_in_patch=True,
    ),
    Control(
        "vst_open",
        "Open Plug-in",
        "Open",
        Kind.BUTTON,
        "Open Plug-in",
        "Shows the window of the plug-in, and reads its list of knobs again.",
        visibility=_HIDDEN,
        is_in_patch=True,
    ),
    Control(
        "octave",
        "Octave",
        "Octave",
        Kind.NUMBOX,
        "Octave",
        "Moves notes by octaves.",
        minimum=-4,
        maximum=4,
        unit=Unit.CUSTOM,
        custom_unit="%+d oct",
        is_whole=True,
        is_in_patch=True,
    ),
    Control(
        "pitch_fix",
        "Fix Pitch",
        "Fix",
        Kind.TOGGLE,
        "Fix Pitch",
        "Every key plays the same note.",
        is_in_patch=True,
    ),
    Control(
        "fixed_pitch",
        "Fixed Pitch",
        "Pitch",
        Kind.NUMBOX,
        "Fixed Pitch",
        "The note that every key plays while the pitch is fixed.",
        maximum=127,
        initial=60,
        unit=Unit.MIDI_NOTE,
        is_whole=True,
        is_in_patch=True,
    ),
    Control(
        "level",
        "Level",
        "Level",
        Kind.GAIN,
        "Level",
        "How loud the device is.",
        minimum=-70,
        maximum=6,
        unit=Unit.DECIBELS,
        is_in_patch=True,
    ),
)

TARGET = (
    _button(
        "target_next",
        "Next Target",
        "Next",
        "Drives the next instrument of this track or chain instead.",
    ),
    _button(
        "target_scan",
        "Scan Target",
        "Scan",
        "Looks again which knobs of the instrument Live lets the device move.",
    ),
)

RECORDER = (
    Control(
        "record",
        "Record",
        "Record",
        Kind.TOGGLE,
        "Record",
        "Records what comes in, up to six seconds, and gives it to every Flow Synth and "
        "Flow Control of the Set.",
        choices=("Record", "Stop"),
        visibility=_HIDDEN,
        is_in_patch=True,
    ),
    Control(
        "monitor",
        "Monitor",
        "Monitor",
        Kind.TOGGLE,
        "Monitor",
        "Passes on what comes in. Off, the track is silent behind the device.",
        initial=1,
        is_in_patch=True,
    ),
)

CORE = (*SOUND, *MAP, *PLAY, *BLEND, *KNOBS, *PRESETS)
#: Controls of every device.
DEVICES: dict[str, tuple[Control, ...]] = {
    "Flow Synth": (*CORE, *VOICE),
    "Flow Control": (*CORE, *TARGET),
    "Flow Recorder": RECORDER,
}

_CORE_BANKS: tuple[tuple[str, Sequence[str]], ...] = (
    ("Macros", [f"macro_{number}" for number in range(1, N_MACRO_DIALS + 1)]),
    ("Sound", [f"semantic_{number}" for number in range(1, len(AXES) + 1)] + ["candidate"]),
    (
        "Blend",
        ["blend", "blend_space", "ab", "mutate_amount", "x", "y", "freeze", "smooth"],
    ),
    (
        "Path",
        ["path_play", "path_kind", "path_loop", "path_length", "x_dimension", "y_dimension"],
    ),
    (
        "MIDI",
        [
            f"midi_{number}_{what}"
            for what in ("source", "macro")
            for number in range(1, N_MIDI_ROWS + 1)
        ],
    ),
    ("Setup", ["model", "page", "map_tag", "map_colour", "hover_to_hear", "curve_macro"]),
)
_BANKS: dict[str, tuple[tuple[str, Sequence[str]], ...]] = {
    "Flow Synth": (
        *_CORE_BANKS,
        ("Voice", ["octave", "pitch_fix", "fixed_pitch", "level", "host", "midi_mute"]),
    ),
    "Flow Control": (*_CORE_BANKS, ("Input", ["midi_mute"])),
    "Flow Recorder": (("Recorder", ["monitor"]),),
}


def banks(device: str) -> tuple[Bank, ...]:
    """What Push shows of a device, eight at a time; all that Live stores is in one of them."""
    names = {control.id: control.long_name for control in DEVICES[device]}
    return tuple(Bank(name, [names[id] for id in ids]) for name, ids in _BANKS[device])
