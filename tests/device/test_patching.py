"""What the cords of the devices do with messages, played as Max plays them."""

import pytest
from built_for_tests import patcher_of
from controls import DEVICES, PAGES
from patch_player import BANG, Message, PatchPlayer

SCRIPT = "v8 flow_device.js"
VOICE = "flow_synth~"


@pytest.fixture
def synth() -> PatchPlayer:
    return PatchPlayer(patcher_of("Flow Synth"))


@pytest.fixture
def control() -> PatchPlayer:
    return PatchPlayer(patcher_of("Flow Control"))


@pytest.fixture
def recorder() -> PatchPlayer:
    return PatchPlayer(patcher_of("Flow Recorder"))


def said(player: PatchPlayer) -> list[Message]:
    """What a Recorder has told all devices, by whichever of its sends."""
    sends = {box["id"] for box in player.boxes if str(box.get("text")) == "s flow_recorder"}
    found = [message for id, _, message in player.heard if id in sends]
    player.heard = [each for each in player.heard if each[0] not in sends]
    return found


def notes(player: PatchPlayer, *played: tuple[int, int], channel: int = 1) -> None:
    """Keys that go down, and with no velocity up."""
    for pitch, velocity in played:
        for byte in (0x90 + channel - 1, pitch, velocity):
            player.say("midiin", byte)


def test_a_note_reaches_the_voice_without_the_script(synth: PatchPlayer) -> None:
    notes(synth, (60, 100), (60, 0))
    assert synth.told(VOICE) == [("note", 60, 100), ("note", 60, 0)]
    assert synth.told(SCRIPT) == []


def test_octave_and_fixed_pitch_move_notes(synth: PatchPlayer) -> None:
    synth.say("octave", 1)
    notes(synth, (60, 100), (60, 0), (127, 90), (127, 0))
    assert synth.told(VOICE)[::2] == [("note", 72, 100), ("note", 127, 90)]
    synth.say("fixed_pitch", 45)
    synth.say("pitch_fix", 1)
    notes(synth, (60, 100), (60, 0))
    assert synth.told(VOICE) == [("note", 45, 100), ("note", 45, 0)]


@pytest.mark.parametrize(("name", "value"), [("octave", -1), ("pitch_fix", 1), ("host", 1)])
def test_held_notes_end_before_keys_mean_others(synth: PatchPlayer, name: str, value: int) -> None:
    notes(synth, (60, 100))
    synth.say(name, value)
    assert synth.told(VOICE) == [("note", 60, 100), ("note", 60, 0)]


def test_the_script_can_end_notes(synth: PatchPlayer) -> None:
    notes(synth, (60, 100))
    synth.say(SCRIPT, "notes", "flush", outlet=4)
    assert synth.told(VOICE)[-1] == ("note", 60, 0)


def test_a_hosted_plug_in_gets_the_notes_instead(synth: PatchPlayer) -> None:
    synth.say("host", 1)
    notes(synth, (60, 100))
    assert synth.told(VOICE) == []
    assert synth.told("midiformat") == [(60, 100)]
    assert ("host", 1) in synth.told(SCRIPT)
    synth.say("midiformat", "midievent", 144, 60, 100, outlet=1)
    assert ("midievent", 144, 60, 100) in synth.told("vst~")


def test_held_notes_of_a_plug_in_end_on_their_own_channels(synth: PatchPlayer) -> None:
    synth.say("host", 1)
    notes(synth, (60, 100), channel=2)
    notes(synth, (64, 90), channel=3)
    synth.told("midiformat")
    synth.told("midiformat", 6)
    synth.say("octave", 1)
    assert synth.told("midiformat", 6) == [(2,), (3,)]
    assert synth.told("midiformat") == [(60, 0), (64, 0)]


def test_pressure_of_a_key_goes_to_the_note_that_it_plays(synth: PatchPlayer) -> None:
    synth.say("octave", 1)
    synth.say("midiparse", 60, 77, outlet=1)
    assert synth.told("midiformat", 1) == [(72, 77)]


def test_a_preview_is_a_short_note_unless_a_key_is_held(synth: PatchPlayer) -> None:
    synth.say(SCRIPT, "notes", "preview", outlet=4)
    assert synth.told("makenote") == [("stop",), (60,)]
    synth.say("makenote", 100.0, outlet=1)
    synth.say("makenote", 60.0)
    assert synth.told(VOICE) == [("note", 60.0, 100.0)]
    notes(synth, (50, 90), (52, 90), (50, 0))
    synth.say(SCRIPT, "notes", "preview", outlet=4)
    assert synth.told("makenote") == []
    notes(synth, (52, 0))
    synth.say(SCRIPT, "notes", "preview", outlet=4)
    assert synth.told("makenote") == [("stop",), (60,)]
    synth.say("pitch_fix", 1)
    synth.say("fixed_pitch", 45)
    assert synth.told("makenote") == [("stop",), ("stop",)]
    synth.say("host", 1)
    synth.told("makenote")
    synth.say(SCRIPT, "notes", "preview", outlet=4)
    assert synth.told("makenote") == [("stop",), (45,)]
    synth.told("midiformat")
    synth.say("makenote", 100.0, outlet=1)
    synth.say("makenote", 45.0)
    assert synth.told("midiformat") == [(45.0, 100.0)]


def test_controllers_go_to_the_plug_in_and_to_the_script(synth: PatchPlayer) -> None:
    synth.say("midiparse", 1, 64, outlet=2)
    synth.say("midiparse", 74, 20, outlet=2)
    synth.say("midiparse", 90, outlet=4)
    synth.say("midiparse", 8191, outlet=5)
    synth.say("midiparse", -8192, outlet=5)
    assert synth.told(SCRIPT) == [
        ("midi", "cc", 1, 64),
        ("midi", "slide", 20),
        ("midi", "pressure", 90),
        ("midi", "bend", 127),
        ("midi", "bend", 0),
    ]
    assert synth.told("midiformat", 2) == [(1, 64), (74, 20)]
    assert synth.told("midiformat", 4) == [(90,)]
    assert synth.told("midiformat", 5) == [(8191,), (-8192,)]


def test_flow_control_passes_midi_first(control: PatchPlayer) -> None:
    control.say("midiin", 144)
    assert control.told("midiout") == [(144,)]
    control.say("midiparse", 74, 20, outlet=2)
    assert control.told(SCRIPT) == [("midi", "slide", 20)]


@pytest.mark.parametrize("name", ["Flow Synth", "Flow Control"])
def test_every_control_reaches_the_script_under_its_name(name: str) -> None:
    player = PatchPlayer(patcher_of(name))
    for each in DEVICES[name]:
        if each.is_in_patch:
            continue
        said: dict[str, Message] = {"button": BANG, "textedit": ("text", "Glass", "Anchor")}
        message = said.get(each.kind, (1,))
        player.say(each.id, *message)
        expected = {"drop": ("dropped", 1), "preset_name": ("preset_name", "Glass Anchor")}
        # With the host changes whose parameters are asked for.
        told = [message for message in player.told(SCRIPT) if message != ("vst_params",)]
        assert told == [expected.get(each.id, (each.id, 1))]


@pytest.mark.parametrize("name", ["Flow Synth", "Flow Control"])
def test_the_script_reaches_every_control(name: str) -> None:
    player = PatchPlayer(patcher_of(name))
    for each in DEVICES[name]:
        if not each.is_in_patch:
            player.say(SCRIPT, each.id, "set", 1, outlet=1)
            assert player.told(each.id) == [("set", 1)]
    player.say(SCRIPT, "status", "set", "Listening", outlet=1)
    assert player.told("status") == [("set", "Listening")]


@pytest.mark.parametrize("button", ["preset_save", "preset_delete", "preset_write"])
def test_the_name_in_the_box_is_told_before_a_button_acts_on_it(
    synth: PatchPlayer, button: str
) -> None:
    synth.react("preset_name", lambda _: synth.say("preset_name", "text", "Bell"))
    synth.say(button)
    assert synth.told(SCRIPT) == [("preset_name", "Bell"), (button, 1)]


@pytest.mark.parametrize(
    ("typed", "name"), [((), ()), (("text",), ("text",)), (("a", "b"), ("a b",))]
)
def test_any_text_is_a_name_and_none_is_none(
    synth: PatchPlayer, typed: Message, name: Message
) -> None:
    synth.say("preset_name", "text", *typed)
    assert synth.told(SCRIPT) == [("preset_name", *name)]


def test_views_speak_with_the_script(synth: PatchPlayer) -> None:
    synth.say(SCRIPT, "map", "here", 0.25, 0.5, outlet=2)
    assert synth.told("map_view") == [("here", 0.25, 0.5)]
    synth.say("xy_view", "xy_move", 0.5, 0.25)
    assert synth.told(SCRIPT) == [("xy_move", 0.5, 0.25)]


def test_answers_of_flow_synth_reach_the_script(synth: PatchPlayer) -> None:
    synth.say(VOICE, 0.5, 1.0, outlet=2)
    synth.say(VOICE, "loaded", "/a b/builtin.flow.ts", outlet=4)
    assert synth.told(SCRIPT) == [
        ("params", 0.5, 1.0),
        ("info", "loaded", "/a b/builtin.flow.ts"),
    ]
    synth.say(SCRIPT, "match")
    assert synth.told(VOICE) == [("match",)]


@pytest.mark.parametrize("number", range(len(PAGES)))
def test_a_page_shows_its_own_boxes(synth: PatchPlayer, number: int) -> None:
    synth.say(SCRIPT, "page", number, outlet=4)
    said = {message[2]: message[1] for message in synth.told("thispatcher")}
    views = {"map_view": 0, "xy_view": 1, "blend": 2, "knobs_view": 3}
    assert {name: said[name] for name in views} == {
        name: "show" if page == number else "hide" for name, page in views.items()
    }


def test_the_clock_runs_while_a_path_plays(synth: PatchPlayer) -> None:
    synth.say("path_play", 1)
    assert [message for _, _, message in synth.heard] == [("path_play", 1), (1,)]
    assert synth.told("metro") == [(1,)]
    synth.told(SCRIPT)
    synth.say("transport", 961.5, outlet=7)
    synth.say("transport", 1, outlet=6)
    synth.say("transport", 6, 8, outlet=5)
    assert synth.told(SCRIPT) == [("transport", 961.5, 1, 6, 8)]


def test_whatever_the_set_says_of_the_state_is_heard(synth: PatchPlayer) -> None:
    synth.say("pattr", "dictionary", "u1")
    assert synth.told(SCRIPT) == [("restored",)]
    synth.say(SCRIPT, "state", "changed", outlet=4)
    assert synth.told("dict") == [BANG]


def test_a_sound_that_flow_synth_cannot_read_is_played_to_it(synth: PatchPlayer) -> None:
    synth.say(SCRIPT, "sound", "load", "/sounds/a b.mp3", outlet=4)
    assert synth.told("buffer~ ---sound") == [("replace", "/sounds/a b.mp3")]
    synth.say("buffer~ ---sound", outlet=1)
    assert synth.told("info~ ---sound") == [BANG]
    synth.say("info~ ---sound", 1250.0, outlet=6)
    assert synth.told(SCRIPT) == [("sound_loaded", 1250.0)]
    synth.say(SCRIPT, "sound", "listen", "drop", outlet=4)
    assert synth.told("play~ ---sound") == [("start",)]
    synth.say("play~ ---sound", outlet=2)
    assert synth.told(SCRIPT) == [("sound_played",)]


def test_a_recording_is_played_as_long_as_it_is(synth: PatchPlayer) -> None:
    synth.say("r flow_recorder", "recorded", 2500.0)
    assert synth.told(SCRIPT) == [("recorded", 2500.0)]
    synth.say(SCRIPT, "sound", "listen", "recorder", outlet=4)
    assert synth.told("play~ flow_recorder") == [("start", 0.0, 2500.0)]
    synth.say("play~ flow_recorder", outlet=1)
    assert synth.told(SCRIPT) == [("sound_played",)]


def test_what_others_ask_the_recorder_is_not_for_the_script(synth: PatchPlayer) -> None:
    synth.say("r flow_recorder", "record", 1)
    assert synth.told(SCRIPT) == []


def test_a_recorder_that_records_is_heard(synth: PatchPlayer) -> None:
    synth.say("r flow_recorder", "recording", 1)
    assert synth.told(SCRIPT) == [("recording", 1)]


def test_a_file_is_asked_for_by_its_name(synth: PatchPlayer) -> None:
    synth.say(SCRIPT, "save_dialog", "Glass Anchor.json", outlet=4)
    assert synth.told("savedialog") == [("name", "Glass Anchor.json"), BANG]
    synth.say("savedialog", "/presets/Glass Anchor.json")
    assert synth.told(SCRIPT) == [("saved_to", "/presets/Glass Anchor.json")]


@pytest.mark.parametrize("asked", ["vst_open", "delay 1000", "live.thisdevice"])
def test_names_of_a_plug_in_come_in_one_message(synth: PatchPlayer, asked: str) -> None:
    names = tuple(f"Knob {number}" for number in range(300))

    def answer(message: Message) -> None:
        """As vst~ does: one by one."""
        if message == ("params",):
            for name in names:
                synth.say("vst~", name, outlet=2)

    synth.react("vst~", answer)
    synth.say(asked)
    told = synth.told(SCRIPT)
    assert told[0] == ("vst_params", *names)
    assert told[1:] == ([("ready",)] if asked == "live.thisdevice" else [])


def test_names_of_a_plug_in_are_asked_for_again_once_it_is_loaded(synth: PatchPlayer) -> None:
    synth.say("vst_choose")
    assert synth.told("delay 1000") == [BANG]


def test_remotes_hold_and_turn_parameters(control: PatchPlayer) -> None:
    control.say(SCRIPT, "point", 2, "id", 17, outlet=3)
    control.say(SCRIPT, "turn", 2, 0.25, outlet=3)
    [(holder, right, held), (turned, left, value)] = control.heard
    assert holder == turned
    assert (right, held, left, value) == (1, ("id", 17), 0, (0.25,))
    others = {control.find("live.remote~")["id"]}
    control.heard.clear()
    control.say(SCRIPT, "point", 64, "id", 0, outlet=3)
    [(last, right, held)] = control.heard
    assert (right, held) == (1, ("id", 0))
    assert last not in {holder, *others}


def test_knobs_of_a_plug_in_are_set_by_their_numbers(synth: PatchPlayer) -> None:
    synth.say(SCRIPT, 3, 0.25, outlet=3)
    assert synth.told("vst~") == [(3, 0.25)]


def test_a_device_says_when_live_can_be_asked(control: PatchPlayer) -> None:
    control.say("live.thisdevice")
    assert control.told(SCRIPT) == [("ready",)]


def test_the_recorder_records_and_tells_how_long(recorder: PatchPlayer) -> None:
    recorder.say("record", 0)
    assert recorder.heard == []
    recorder.say("record", 1)
    assert recorder.told("record~") == [(1,)]
    assert recorder.told("clocker") == [(1,)]
    assert recorder.told("timer") == [BANG]
    recorder.say("clocker", 1234.0)
    assert recorder.told("length") == [("set", "1.2 s of 6.0 s")]
    recorder.say("record", 0)
    assert recorder.told("record~") == [(0,)]
    assert recorder.told("clocker") == [(0,)]
    assert recorder.told("timer", 1) == [BANG]
    assert said(recorder) == [("recording", 1), ("recording", 0)]
    recorder.say("timer", 1260.0)
    assert said(recorder) == [("recorded", 1260.0)]


def test_a_recording_ends_after_six_seconds(recorder: PatchPlayer) -> None:
    recorder.say("record", 1)
    recorder.say("clocker", 5900.0)
    assert recorder.told("record") == []
    recorder.say("clocker", 6000.0)
    assert recorder.told("record") == [(0,)]
    said(recorder)
    recorder.say("timer", 6012.0)
    assert said(recorder) == [("recorded", 6000.0)]


def test_other_devices_switch_the_recorder(recorder: PatchPlayer) -> None:
    recorder.say("r flow_recorder", "record", 1)
    assert recorder.told("record") == [(1,)]
    recorder.say("r flow_recorder", "recorded", 900.0)
    assert recorder.told("record") == []


def press_as_told(player: PatchPlayer) -> None:
    """The button of a Recorder says what it is told."""
    player.react("record", lambda message: player.say("record", *message))


def test_of_two_recorders_the_first_one_records() -> None:
    first, second = (PatchPlayer(patcher_of("Flow Recorder")) for _ in range(2))
    first.others, second.others = [second], [first]
    for player in (first, second):
        press_as_told(player)
    asked: list[Message] = [("record", 1), ("record", 1), ("record", 0), ("record", 1)]
    records = []
    for message in asked:
        for player in (first, second):
            player.say("r flow_recorder", *message)
        records += [(first.told("record~"), second.told("record~"))]
    assert records == [([(1,)], []), ([], []), ([(0,)], []), ([(1,)], [])]
    assert said(first)[:2] == [("recording", 1), ("recording", 1)]


def test_a_recorder_that_others_wait_for_can_be_forgotten(recorder: PatchPlayer) -> None:
    recorder.say("r flow_recorder", "recording", 1)
    recorder.say("r flow_recorder", "record", 1)
    assert recorder.told("record") == []
    recorder.say("r flow_recorder", "recording", 0)
    recorder.say("r flow_recorder", "record", 1)
    assert recorder.told("record") == [(1,)]


def test_the_monitor_lets_both_channels_through(recorder: PatchPlayer) -> None:
    recorder.say("monitor", 0)
    silenced = [(inlet, message) for _, inlet, message in recorder.heard]
    assert silenced == [(1, (0.0,)), (1, (0.0,))]
