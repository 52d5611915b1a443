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


def notes(player: PatchPlayer, *played: tuple[int, int]) -> None:
    for note in played:
        player.say("midiparse", *note)


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
    inlets = [name for name, _, _ in control.heard]
    assert inlets == [control.find("midiout")["id"], control.find("midiparse")["id"]]
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


def test_a_name_is_told_while_it_is_typed(synth: PatchPlayer) -> None:
    synth.say("preset_name", "textchanged", outlet=3)
    assert synth.told("preset_name") == [BANG]


def test_views_speak_with_the_script(synth: PatchPlayer) -> None:
    synth.say(SCRIPT, "map", "here", 0.25, 0.5, outlet=2)
    assert synth.told("map_view") == [("here", 0.25, 0.5)]
    synth.say("xy_view", "xy_move", 0.5, 0.25)
    assert synth.told(SCRIPT) == [("xy_move", 0.5, 0.25)]


def test_answers_of_flow_synth_reach_the_script(synth: PatchPlayer) -> None:
    synth.say(VOICE, 0.5, 1.0, outlet=2)
    synth.say(VOICE, 0.0, outlet=3)
    synth.say(VOICE, "loaded", "/a b/builtin.flow.ts", outlet=4)
    assert synth.told(SCRIPT) == [
        ("params", 0.5, 1.0),
        ("latent", 0.0),
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
    assert synth.told(SCRIPT) == [("transport", 961.5, 1)]


def test_state_that_the_script_has_changed_does_not_come_back(synth: PatchPlayer) -> None:
    synth.say("pattr", "dictionary", "u1")
    assert synth.told(SCRIPT) == [("restored",)]
    # Live's storage notices at once that the dictionary was banged.
    synth.react("dict", lambda _: synth.say("pattr", "dictionary", "u1"))
    synth.say(SCRIPT, "state", "changed", outlet=4)
    assert synth.told("dict") == [BANG]
    assert synth.told(SCRIPT) == []
    synth.say("pattr", "dictionary", "u1")
    assert synth.told(SCRIPT) == [("restored",)]


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


def test_a_file_is_asked_for_by_its_name(synth: PatchPlayer) -> None:
    synth.say(SCRIPT, "save_dialog", "Glass Anchor.json", outlet=4)
    assert synth.told("savedialog") == [("name", "Glass Anchor.json"), BANG]
    synth.say("savedialog", "/presets/Glass Anchor.json")
    assert synth.told(SCRIPT) == [("saved_to", "/presets/Glass Anchor.json")]


@pytest.mark.parametrize("asked", ["vst_open", "live.thisdevice"])
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
    assert recorder.told("length") == [("set 1.2 s of 6.0 s",)]
    recorder.say("record", 0)
    assert recorder.told("record~") == [(0,)]
    assert recorder.told("clocker") == [(0,)]
    assert recorder.told("timer", 1) == [BANG]
    recorder.say("timer", 1260.0)
    assert recorder.told("s flow_recorder") == [("recorded", 1260.0)]


def test_a_recording_ends_after_six_seconds(recorder: PatchPlayer) -> None:
    recorder.say("record", 1)
    recorder.say("clocker", 5900.0)
    assert recorder.told("record") == []
    recorder.say("clocker", 6000.0)
    assert recorder.told("record") == [(0,)]
    recorder.say("timer", 6012.0)
    assert recorder.told("s flow_recorder") == [("recorded", 6000.0)]


def test_other_devices_switch_the_recorder(recorder: PatchPlayer) -> None:
    recorder.say("r flow_recorder", "record", 1)
    assert recorder.told("record") == [(1,)]
    recorder.say("r flow_recorder", "recorded", 900.0)
    assert recorder.told("record") == []


def test_the_monitor_lets_both_channels_through(recorder: PatchPlayer) -> None:
    recorder.say("monitor", 0)
    silenced = [(inlet, message) for _, inlet, message in recorder.heard]
    assert silenced == [(1, (0.0,)), (1, (0.0,))]
