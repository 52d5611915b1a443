// One Flow device: what its parts share, and which part a message is for.

const { Blend } = require("blend.js");
const { Candidates } = require("candidates.js");
const { MODELS, PAGES, choice } = require("choices.js");
const { Delay, RateLimit } = require("clock.js");
const { KnobWriter } = require("knob_writer.js");
const { KnobsPanel } = require("knobs_panel.js");
const { MapPanel } = require("map_panel.js");
const { Memory } = require("memory.js");
const { MidiMapping } = require("midi_mapping.js");
const { ModelNotes } = require("model_notes.js");
const { Outlets, isAtom } = require("outlets.js");
const { PathPanel } = require("path_panel.js");
const { PlayPanel } = require("play_panel.js");
const { PluginHost } = require("plugin_host.js");
const { Position } = require("position.js");
const { PresetPanel } = require("preset_panel.js");
const { SoundIn } = require("sound_in.js");
const { StoredState } = require("stored_state.js");
const { Target } = require("target.js");
const { areAlike, areUnits } = require("units.js");

/** What moves is followed by a synth in Live so often. */
const FOLLOWING_MS = 20;
/** flow_synth~ answers at once, where it is installed. */
const SILENCE_MS = 2000;

/**
 * @typedef {object} Max what the device needs of Max.
 * @property {(outlet: number, selector: string|number, args: any[]) => void} send
 * @property {new (act: () => void, owner?: object) => any} Task
 * @property {new (name: string) => any} Dict
 * @property {new (path: string, access: string) => any} File
 * @property {new (...pathOrCallback: any[]) => any} LiveAPI
 * @property {(receiver: string, ...message: any[]) => void} messnamed
 * @property {() => number} now a clock in milliseconds.
 */

/** Controls that act when they are pressed, and some of which say 0 when they are let go. */
const BUTTONS = new Set([
  "match",
  "store_a",
  "store_b",
  "mutate",
  "undo",
  "redo",
  "lock_all",
  "unlock_all",
  "preset_save",
  "preset_delete",
  "preset_write",
  "path_clear",
  "target_next",
  "target_scan",
]);

/** Flow Synth or Flow Control. */
class Device {
  /**
   * @param {Max} max
   * @param {string} kind `synth` or `control`.
   * @param {string} stateName name of the dictionary that the Set keeps.
   */
  constructor(max, kind, stateName) {
    this.max = max;
    this.kind = kind;
    this.outlets = new Outlets(max.send, max.now);
    this.notes = new ModelNotes();
    this.memory = new Memory();
    this.isReady = false;
    /** Whether a model plays whose knobs are not known yet. */
    this.isNewModel = true;
    this.page = PAGES[0];
    /** Name of the model that was asked for; empty: none was. */
    this.model = "";
    this.status = "";
    /** The step of the history at which the Set was written last. */
    this.keptStep = undefined;
    /** @type {number[]} where the knobs were when all was asked for last. */
    this.dumped = [];
    this.isEchoDue = false;
    /** Whether something turns, which is followed until it settles; not what goes in one step. */
    this.isTurning = false;
    this.position = new Position({
      Task: max.Task,
      outlets: this.outlets,
      history: () => this.memory.history,
      onSettled: () => this.settled(),
    });
    /** Lines of macro knobs and sliders come many at once. */
    this.showPlay = new Delay(max.Task, 0, () => this.playPanel.follow());
    this.stored = new StoredState({
      Task: max.Task,
      Dict: max.Dict,
      name: stateName,
      isPlaying: () => Boolean(Number(this.song?.get("is_playing")?.[0])),
      canWrite: () => this.isReady,
      onWritten: () => this.outlets.patch("state", "changed"),
    });
    this.silence = new Delay(max.Task, SILENCE_MS, () =>
      this.say("flow_synth~ does not answer; install the Flow Synth package, and load this again"),
    );
    this.makeParts();
  }

  makeParts() {
    this.candidates = new Candidates(this);
    this.soundIn = new SoundIn(this);
    this.mapPanel = new MapPanel(this);
    this.pathPanel = new PathPanel(this);
    this.playPanel = new PlayPanel(this);
    this.blend = new Blend(this);
    this.midi = new MidiMapping(this);
    this.knobsPanel = new KnobsPanel(this);
    this.presetPanel = new PresetPanel(this);
    /** @type {Array<{handlers: Object<string, (...args: any[]) => void>}>} */
    const parts = [
      this.candidates,
      this.soundIn,
      this.mapPanel,
      this.pathPanel,
      this.playPanel,
      this.blend,
      this.midi,
      this.knobsPanel,
      this.presetPanel,
    ];
    if (this.kind === "control") {
      this.target = new Target(this);
      this.writer = new KnobWriter(this);
      this.following = new RateLimit(this.max.Task, FOLLOWING_MS, (units) =>
        this.writer.follow(units),
      );
      parts.push(this.target);
    } else {
      this.host = new PluginHost(this);
      parts.push(this.host);
    }
    /** @type {Object<string, (...args: any[]) => void>} by selector. */
    this.handlers = Object.assign({}, this.ownHandlers, ...parts.map((part) => part.handlers));
  }

  get ownHandlers() {
    return {
      ready: () => this.ready(),
      restored: () => this.restored(),
      params: (...units) => this.arrive(units),
      info: (selector, ...args) => this.note(selector, args),
      model: (value) => this.load(choice(MODELS, value) || String(value)),
      smooth: (milliseconds) => this.outlets.synth("smooth", milliseconds),
      page: (value) => this.turnTo(value),
    };
  }

  /**
   * Takes a message of the patch.
   *
   * @param {string} selector
   * @param {Array<string|number>} args
   * @returns {boolean} whether there is such a message.
   */
  receive(selector, args) {
    const handler = this.handlers[selector];
    const isWhole = handler && args.length >= handler.length && args.every(isAtom);
    if (isWhole && !(BUTTONS.has(selector) && args[0] === 0)) {
      this.outlets.hear(selector, args);
      handler(...args);
    }
    return handler !== undefined;
  }

  // --- Going, for all parts; before live.thisdevice has banged, controls only say where they are

  /**
   * Goes elsewhere by a message of flow_synth~; a step of the history.
   *
   * @param {string} source one word on where the sound comes from.
   * @param {string} selector
   * @param {...(string|number)} args
   */
  go(source, selector, ...args) {
    if (this.isReady && args.every(isAtom)) {
      this.depart(source, true);
      this.isTurning = false;
      this.position.go(source, selector, ...args);
    }
  }

  /** Goes elsewhere by many messages; one step of the history. */
  slide(source, selector, ...args) {
    if (this.isReady && args.every(isAtom)) {
      this.depart(source, this.position.source !== source);
      this.isTurning = true;
      this.position.slide(source, selector, ...args);
    }
  }

  /** Moves by a message of flow_synth~; no step. */
  move(selector, ...args) {
    if (this.isReady && args.every(isAtom)) {
      this.depart("", false);
      this.isTurning = true;
      this.position.move(selector, ...args);
    }
  }

  /** Undoes, or with `redo` does again. Whether there was something. */
  back(direction) {
    if (!this.isReady) {
      return false;
    }
    this.depart(direction, true);
    this.isTurning = false;
    return this.position.back(direction);
  }

  /** Lets what plays be heard by a short note, unless a key is held. */
  preview() {
    if (this.kind === "synth") {
      this.outlets.patch("notes", "preview");
    }
  }

  /** The hand has let go. */
  release() {
    this.position.release();
  }

  /** What sounded is left. */
  depart(source, isElsewhere) {
    this.mapPanel.endHover(isElsewhere);
    this.candidates.leave();
    this.soundIn.disturb();
    if (source !== "map") {
      this.mapPanel.leave();
    }
  }

  // --- What flow_synth~ answers ---

  /** Unit values of all knobs have come. */
  arrive(units) {
    if (this.isNewModel || !areUnits(units, this.notes.knobs.length)) {
      return; // Another model's; its knobs are about to be told.
    }
    const isEcho = this.isEchoDue && units.every((unit, i) => unit === this.position.units[i]);
    this.isEchoDue = this.isEchoDue && !isEcho;
    if (isEcho) {
      return;
    }
    this.position.arrive(units);
    this.soundIn.arrive();
    this.host?.follow(units);
    if (this.isTurning) {
      this.following?.put(units);
    }
    this.knobsPanel.bars.put(units);
  }

  /** Nothing has moved for a while. */
  settled() {
    const { position } = this;
    this.following?.clear();
    if (this.mapPanel.isHovering) {
      this.writer?.follow(position.units);
      return;
    }
    this.isTurning = false;
    if (position.isAwake) {
      this.writer?.write(position.units);
    }
    if (!areAlike(this.memory.units, position.units)) {
      this.memory.units = position.units;
    }
    if (position.isAwake) {
      this.keep();
    }
    this.soundIn.settle();
    if (position.units !== this.dumped) {
      this.dump();
      this.showCurve();
    }
  }

  /** Asks for all that flow_synth~ knows. */
  dump() {
    this.dumped = this.position.units;
    this.isEchoDue = true;
    this.outlets.synth("dump");
  }

  /** A line has come out of the info outlet. */
  note(selector, args) {
    this.silence.cancel();
    if (selector === "loaded") {
      this.isNewModel = true;
      this.dump();
    } else if (selector === "candidates" || selector === "candidate") {
      this.candidates.note(selector, args);
    } else if (selector === "curve") {
      this.knobsPanel.noteCurve(args);
    } else if (this.notes.take(selector, args) === "knobs") {
      this.noteKnobs();
    } else if (selector === "macro" || selector === "semantic") {
      this.showPlay.start();
    }
  }

  noteKnobs() {
    if (this.isNewModel && this.isReady) {
      this.adopt();
    }
    this.knobsPanel.show();
    this.presetPanel.noteKnobs();
  }

  // --- Models ---

  load(name) {
    const isOther = name !== this.model;
    this.model = name;
    if (this.isReady && isOther) {
      this.presetPanel.forget();
      this.outlets.patch("notes", "flush");
      this.outlets.synth("load", name);
      this.say(`Loading ${name}`);
    }
  }

  /** Takes up what is remembered of the model that plays: its sound, A and B, locks and all. */
  adopt() {
    const { notes, position } = this;
    this.isNewModel = false;
    const key = `${notes.synth}_${notes.knobs.length}`;
    const { memories } = this.stored.state;
    this.memory = memories.get(key) ?? new Memory();
    memories.set(key, this.memory);
    const units = notes.knobs.map((knob) => knob.unit);
    position.begin(units);
    this.keptStep = this.memory.history.present;
    this.knobsPanel.free();
    const hasMoved = this.blend.restore();
    if (hasMoved || this.memory.units.length > 0) {
      position.returnTo(this.memory.units.length > 0 ? this.memory.units : units);
    }
    this.knobsPanel.restore();
    this.say("");
    this.soundIn.forget();
    this.presetPanel.forget();
    this.candidates.clear();
    this.mapPanel.load(notes.path, notes.names);
    this.presetPanel.show();
    this.host?.match();
    this.target?.match();
    if (this.stored.trouble) {
      this.say(this.stored.trouble);
      this.stored.trouble = "";
    }
  }

  // --- The Set ---

  /** live.thisdevice has banged: controls stand where the Set has them, and Live can be asked. */
  ready() {
    if (this.isReady) {
      this.target?.scan();
      this.restored();
      return;
    }
    this.isReady = true;
    this.song = new this.max.LiveAPI("live_set");
    if (this.kind === "control") {
      this.outlets.synth("voice", 0);
      this.target.awake();
    }
    this.stored.read();
    this.silence.start();
    this.model = this.model || this.stored.state.model || MODELS[0];
    if (this.model === MODELS[0]) {
      this.dump(); // The patch has made flow_synth~ with it.
    } else {
      this.outlets.synth("load", this.model);
      this.outlets.synth("info");
    }
  }

  /** The Set says that the dictionary is another; often it is what we have written ourselves. */
  restored() {
    if (this.stored.read() && this.isReady && !this.isNewModel) {
      this.adopt();
    }
  }

  /** Something that the Set keeps is another. */
  changed() {
    this.stored.state.model = this.model;
    this.stored.changed();
  }

  /** The sound is another: by a step of the history, or by a hand that turns. */
  keep() {
    const { present } = this.memory.history;
    this.stored.state.model = this.model;
    if (present !== this.keptStep) {
      this.keptStep = present;
      this.changed();
    } else {
      this.stored.moved();
    }
  }

  // --- What is seen ---

  turnTo(value) {
    this.page = choice(PAGES, value) || this.page;
    this.outlets.patch("page", PAGES.indexOf(this.page));
    this.showCurve();
  }

  showCurve() {
    if (this.page === "Knobs" && this.notes.knobs.length > 0) {
      this.knobsPanel.askCurve();
    }
  }

  /** One sentence for the status line; empty: all is well. */
  say(sentence) {
    if (sentence !== this.status) {
      this.status = sentence;
      this.outlets.show("status", sentence);
    }
  }
}

exports.Device = Device;
