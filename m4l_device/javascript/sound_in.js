// How a sound gets to flow_synth~: recorded, dropped as a file, or from the Recorder.

const { Delay } = require("clock.js");
const { BY_EAR } = require("position.js");

/** The one name that all Flow devices share. */
const RECORDER = "flow_recorder";
/** What has no answer by then has none; engines load for a second or two. */
const PATIENCE_MS = 10000;
/** A Recorder that is there says at once that it records. */
const RECORDER_MS = 500;
/** A sound that is played to flow_synth~ may take so much longer than it is. */
const LATENESS_MS = 2000;

/** The last part of a path. */
function fileName(path) {
  return path.split(/[\\/]/).at(-1);
}

/** Brings sounds, and has them matched. */
class SoundIn {
  /** @param {import("device.js").Device} device */
  constructor(device) {
    this.device = device;
    /** What is being played to flow_synth~: `drop`, `recorder`, or nothing. */
    this.playing = "";
    /** Whether we have asked for the recording that is made; others' are matched when asked. */
    this.hasAsked = false;
    /** Length of a recording that waits to be matched; 0: none does. */
    this.waiting_ms = 0;
    /** Whether a sound is being heard, and its answer has not come. */
    this.isWaiting = false;
    /** Whether anything else has been moved since the sound was handed over. */
    this.isDisturbed = false;
    this.patience = new Delay(device.max.Task, PATIENCE_MS, () => this.giveUp());
    this.recorder = new Delay(device.max.Task, RECORDER_MS, () => this.missRecorder());
    this.reading = new Delay(device.max.Task, PATIENCE_MS, () => this.sound_loaded(0));
    this.end = new Delay(device.max.Task, LATENESS_MS, () => this.sound_played());
  }

  get handlers() {
    return {
      record: (isOn) => this.record(isOn),
      match: () => this.match(),
      dropped: (...words) => this.dropped(words.join(" ")),
      sound_loaded: (milliseconds) => this.sound_loaded(milliseconds),
      sound_played: () => this.sound_played(),
      recording: (isOn) => this.noteRecorder(Boolean(isOn)),
      recorded: (milliseconds) => this.recorded(milliseconds),
    };
  }

  /** Neither device has an audio input of its own: the Recorder records for all. */
  record(isOn) {
    if (!this.device.isReady) {
      return;
    }
    this.hasAsked = this.hasAsked || Boolean(isOn);
    this.device.say(isOn ? "The Flow Recorder records; press again to end and match" : "");
    // It answers before this returns.
    this.recorder.start();
    this.device.max.messnamed(RECORDER, "record", isOn ? 1 : 0);
  }

  /** A Recorder has begun, or has ended. */
  noteRecorder(isOn) {
    this.recorder.cancel();
    if (!isOn) {
      this.device.outlets.show("record", 0);
    }
  }

  missRecorder() {
    this.hasAsked = false;
    // One that has been deleted while it recorded keeps the others out of it no longer.
    this.device.max.messnamed(RECORDER, "recording", 0);
    this.device.outlets.show("record", 0);
    this.device.say("Put Flow Recorder on a track, then press Record again");
  }

  /** There is a new sound in the Recorder's buffer, for whoever asked for it. */
  recorded(milliseconds) {
    this.recorder.cancel();
    this.device.outlets.show("record", 0);
    if (!this.device.isReady) {
      return;
    }
    if (!(milliseconds > 0)) {
      this.hasAsked = false;
      this.device.say("The recording is empty; record a sound");
      return;
    }
    this.waiting_ms = milliseconds;
    if (this.hasAsked) {
      this.match();
    } else {
      this.device.say("A new recording is there: press Match");
    }
  }

  dropped(path) {
    if (!path || !this.device.isReady) {
      return; // live.drop says at once what the Set has kept.
    }
    this.stopPlaying();
    this.waiting_ms = 0;
    this.device.say(`Listening to ${fileName(path)}`);
    if (/\.wav$/i.test(path)) {
      this.hear("analyze", path);
    } else {
      this.reading.start();
      this.device.outlets.patch("sound", "load", path);
    }
  }

  /** What is no sound may be answered by nothing at all. */
  sound_loaded(milliseconds) {
    this.reading.cancel();
    if (milliseconds > 0) {
      this.listen("drop", milliseconds);
    } else {
      this.device.say("This file is no sound that Max reads; drop a WAV, AIFF, FLAC or MP3 file");
    }
  }

  /** Plays a buffer to flow_synth~, which records it. */
  listen(which, milliseconds) {
    if (!this.device.isReady) {
      return;
    }
    this.stopPlaying();
    this.playing = which;
    this.device.outlets.synth("record", 1);
    this.device.outlets.patch("sound", "listen", which);
    this.end.start(milliseconds + LATENESS_MS);
  }

  sound_played() {
    if (this.playing) {
      this.stopPlaying();
      this.hearLast();
    }
  }

  stopPlaying() {
    this.end.cancel();
    this.reading.cancel();
    if (this.playing) {
      this.playing = "";
      this.device.outlets.synth("record", 0);
    }
  }

  /** Matches the recording that waits, or what was heard last once more. */
  match() {
    const { waiting_ms } = this;
    this.waiting_ms = 0;
    this.hasAsked = false;
    if (waiting_ms > 0) {
      this.device.say("Listening to the recording");
      this.listen("recorder", waiting_ms);
    } else {
      this.hearLast();
    }
  }

  hearLast() {
    this.device.say("Listening");
    this.hear("match");
  }

  hear(selector, ...args) {
    this.device.candidates.clear();
    this.device.pathPanel.stop();
    this.device.go(BY_EAR, selector, ...args);
    this.isWaiting = true;
    this.isDisturbed = false;
    this.patience.start();
  }

  /** Something else moves; its answer may be taken for that of the sound. */
  disturb() {
    this.isDisturbed = true;
  }

  /** An answer has come: of the sound, unless something else has moved since. */
  arrive() {
    if (this.isWaiting && !this.isDisturbed) {
      this.answered();
    }
  }

  /** All has settled, the answer of the sound included. */
  settle() {
    if (this.isWaiting && this.isDisturbed) {
      this.answered();
    }
  }

  answered() {
    this.isWaiting = false;
    this.patience.cancel();
    this.device.say("");
    this.device.candidates.ask();
  }

  /** Another model plays, which has heard nothing. */
  forget() {
    this.isWaiting = false;
    this.patience.cancel();
  }

  giveUp() {
    if (!this.isWaiting) {
      return;
    }
    this.isWaiting = false;
    this.device.position.source = "";
    this.device.say(
      this.device.notes.engine === "missing"
        ? "Match needs the engine beside flow_synth~; Max's console says what is missing"
        : "There was no answer; Max's console says why",
    );
  }
}

exports.SoundIn = SoundIn;
