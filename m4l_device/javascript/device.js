// One Flow device: what its parts share, and which part a message is for.

const { Blend } = require("blend.js");
const { Candidates } = require("candidates.js");
const { MODELS, PAGES, choice } = require("choices.js");
const { Delay, RateLimit } = require("clock.js");
const { emptyState, readState, writeState } = require("device_state.js");
const { KnobWriter } = require("knob_writer.js");
const { KnobsPanel } = require("knobs_panel.js");
const { MapPanel } = require("map_panel.js");
const { Memory } = require("memory.js");
const { MidiMapping } = require("midi_mapping.js");
const { ModelNotes } = require("model_notes.js");
const { Outlets, isAtom } = require("outlets.js");
const { PlayPanel } = require("play_panel.js");
const { PluginHost } = require("plugin_host.js");
const { Position } = require("position.js");
const { PresetPanel } = require("preset_panel.js");
const { SoundIn } = require("sound_in.js");
const { Target } = require("target.js");
const { areUnits } = require("units.js");

/** What the Set keeps is written so long after the last change. */
const SAVING_MS = 500;
/** While a path plays, a synth in Live follows it so often: each write is an entry of its undo. */
const FOLLOWING_MS = 100;
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
    this.outlets = new Outlets(max.send);
    this.notes = new ModelNotes();
    this.memory = new Memory();
    this.state = emptyState();
    this.stateName = stateName;
    this.isReady = false;
    /** What a newer device has kept must not be written over. */
    this.mayWrite = true;
    /** Whether a model plays whose knobs are not known yet. */
    this.isNewModel = true;
    this.page = PAGES[0];
    /** Name of the model that was asked for; empty: none was. */
    this.model = "";
    this.status = "";
    /** What could not be read of the Set, until it has been said. */
    this.trouble = "";
    /** @type {number[]} where the knobs were when all was asked for last. */
    this.dumped = [];
    this.isEchoDue = false;
    this.position = new Position({
      Task: max.Task,
      outlets: this.outlets,
      history: () => this.memory.history,
      onSettled: () => this.settled(),
    });
    /** Lines of macro knobs and sliders come many at once. */
    this.showPlay = new Delay(max.Task, 0, () => this.playPanel.follow());
    this.saving = new Delay(max.Task, SAVING_MS, () => this.save());
    this.silence = new Delay(max.Task, SILENCE_MS, () =>
      this.say("flow_synth~ does not answer; install the Flow Synth package, and load this again"),
    );
    this.makeParts();
  }

  makeParts() {
    this.candidates = new Candidates(this);
    this.soundIn = new SoundIn(this);
    this.mapPanel = new MapPanel(this);
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
      this.playPanel,
      this.blend,
      this.midi,
      this.knobsPanel,
      this.presetPanel,
    ];
    if (this.kind === "control") {
      this.target = new Target(this);
      this.writer = new KnobWriter(this.target);
      this.following = new RateLimit(this.max.Task, FOLLOWING_MS, (units) =>
        this.writer.write(units),
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
      latent: () => {},
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
      this.position.go(source, selector, ...args);
    }
  }

  /** Goes elsewhere by many messages; one step of the history. */
  slide(source, selector, ...args) {
    if (this.isReady && args.every(isAtom)) {
      this.depart(source, this.position.source !== source);
      this.position.slide(source, selector, ...args);
    }
  }

  /** Moves by a message of flow_synth~; no step. */
  move(selector, ...args) {
    if (this.isReady && args.every(isAtom)) {
      this.depart("", false);
      this.position.move(selector, ...args);
    }
  }

  /** Undoes, or with `redo` does again. Whether there was something. */
  back(direction) {
    if (!this.isReady) {
      return false;
    }
    this.depart(direction, true);
    return this.position.back(direction);
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
    if (this.mapPanel.isMoving) {
      this.following?.put(units);
    }
    this.knobsPanel.bars.put(units);
  }

  /** Nothing has moved for a while. */
  settled() {
    const { position } = this;
    if (position.isAwake) {
      this.writer?.write(position.units);
    }
    if (this.mapPanel.isHovering) {
      return;
    }
    this.memory.units = position.units;
    if (position.isAwake) {
      this.changed();
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
    this.memory = this.state.memories.get(key) ?? new Memory();
    this.state.memories.set(key, this.memory);
    const units = notes.knobs.map((knob) => knob.unit);
    position.begin(units);
    const hasMoved = this.blend.restore();
    if (hasMoved || this.memory.units.length > 0) {
      position.returnTo(this.memory.units.length > 0 ? this.memory.units : units);
    }
    this.knobsPanel.restore();
    this.say("");
    this.soundIn.forget();
    this.candidates.clear();
    this.mapPanel.load(notes.path, notes.names);
    this.presetPanel.show();
    this.host?.match();
    this.target?.match();
    if (this.trouble) {
      this.say(this.trouble);
      this.trouble = "";
    }
  }

  // --- The Set ---

  /** live.thisdevice has banged: controls stand where the Set has them, and Live can be asked. */
  ready() {
    this.isReady = true;
    this.isNewModel = true;
    if (this.kind === "control") {
      this.outlets.synth("voice", 0);
      this.target.awake();
    }
    this.silence.start();
    this.model = this.model || this.state.model || MODELS[0];
    if (this.model === MODELS[0]) {
      this.dump(); // The patch has made flow_synth~ with it.
    } else {
      this.outlets.synth("load", this.model);
      this.outlets.synth("info");
    }
  }

  /** The dictionary holds what the Set has kept. */
  restored() {
    const { state, trouble, isNewer } = readState(new this.max.Dict(this.stateName).stringify());
    this.state = state;
    this.mayWrite = !isNewer;
    this.trouble = trouble;
    this.midi.restore(state.mapping);
    if (this.isReady && !this.isNewModel) {
      this.adopt();
    }
  }

  /** Something that the Set keeps is another. */
  changed() {
    this.saving.start();
  }

  save() {
    if (this.mayWrite && this.isReady) {
      this.state.model = this.model;
      this.state.mapping = this.midi.rows;
      new this.max.Dict(this.stateName).parse(writeState(this.state));
      this.outlets.patch("state", "changed");
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
