// How a sound gets to flow_synth~: recorded, dropped as a file, or from the Recorder.

const { Delay } = require("clock.js");
const { BY_EAR } = require("position.js");

/** The one name that all Flow devices share. */
const RECORDER = "flow_recorder";
/** What has no answer by then has none; engines load for a second or two. */
const PATIENCE_MS = 10000;
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
    /** Whether a sound is being heard, and its answer has not come. */
    this.isWaiting = false;
    /** Whether anything else has been moved since the sound was handed over. */
    this.isDisturbed = false;
    this.patience = new Delay(device.max.Task, PATIENCE_MS, () => this.giveUp());
    this.end = new Delay(device.max.Task, LATENESS_MS, () => this.sound_played());
  }

  get handlers() {
    return {
      record: (isOn) => this.record(isOn),
      match: () => this.match(),
      drop: (...words) => this.dropped(words.join(" ")),
      dropped: (...words) => this.dropped(words.join(" ")),
      sound_loaded: (milliseconds) => this.sound_loaded(milliseconds),
      sound_played: () => this.sound_played(),
      recorded: (milliseconds) => this.listen("recorder", milliseconds),
    };
  }

  /** Neither device has an audio input of its own: the Recorder records for all. */
  record(isOn) {
    if (!this.device.isReady) {
      return;
    }
    this.device.max.messnamed(RECORDER, "record", isOn ? 1 : 0);
    this.device.say(isOn ? "The Flow Recorder records; press again to end and match" : "");
  }

  dropped(path) {
    if (!path || !this.device.isReady) {
      return; // live.drop says at once what the Set has kept.
    }
    this.stopPlaying();
    this.device.say(`Listening to ${fileName(path)}`);
    if (/\.wav$/i.test(path)) {
      this.hear("analyze", path);
    } else {
      this.device.outlets.patch("sound", "load", path);
    }
  }

  sound_loaded(milliseconds) {
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
    if (!(milliseconds > 0)) {
      this.device.say("The recording is empty; record a sound");
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
      this.match();
    }
  }

  stopPlaying() {
    this.end.cancel();
    if (this.playing) {
      this.playing = "";
      this.device.outlets.synth("record", 0);
    }
  }

  match() {
    this.device.say("Listening");
    this.hear("match");
  }

  hear(selector, ...args) {
    this.device.candidates.clear();
    this.device.mapPanel.stop();
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
