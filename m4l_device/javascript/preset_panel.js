// Presets of the Set: saving, hearing, favouring, deleting, and writing a file for the synth.

const { Delay } = require("clock.js");
const { writeText } = require("files.js");
const { presetFile } = require("preset_file.js");
const { areAlike } = require("units.js");

/** All knobs are told at once, where flow_synth~ is there to tell them. */
const PATIENCE_MS = 2000;

/** The list of presets and the buttons below. */
class PresetPanel {
  /** @param {import("device.js").Device} device */
  constructor(device) {
    this.device = device;
    /** What stands in the text box: the name to save under, or of what was loaded. */
    this.name = "";
    /** Where a preset file goes once the knobs' human values are known; empty: nowhere. */
    this.writingTo = "";
    this.patience = new Delay(device.max.Task, PATIENCE_MS, () => this.giveUp());
  }

  get store() {
    return this.device.memory.presets;
  }

  get handlers() {
    return {
      preset_name: (...words) => this.setName(words),
      preset_save: () => this.save(),
      preset_delete: () => this.remove(),
      preset_write: () => this.askWhere(),
      presets_click: (number) => this.load(number - 1),
      presets_favourite: (number) => this.favour(number - 1),
      saved_to: (...words) => this.write(words.join(" ")),
    };
  }

  setName(words) {
    this.name = words.join(" ").trim();
  }

  showName(name) {
    this.name = name;
    this.device.outlets.show("preset_name", name);
  }

  save() {
    const { position } = this.device;
    if (position.units.length === 0) {
      this.device.say("There is no sound yet to save; load a model");
      return;
    }
    const name = this.name || this.store.freeName();
    const hasReplaced = this.store.save(name, position.units);
    this.showName(name);
    this.device.say(hasReplaced ? `${name} is this sound now` : `Saved ${name}`);
    this.change();
  }

  load(index) {
    const preset = this.store.at(index);
    if (preset) {
      this.showName(preset.name);
      this.device.go("preset", "params", ...preset.units);
      this.device.say(preset.name);
      this.show();
    }
  }

  favour(index) {
    this.store.toggleFavourite(index);
    this.change();
  }

  remove() {
    const removed = this.store.remove(this.store.find(this.name));
    if (!removed) {
      this.device.say("Click the preset that shall go, and then Delete");
      return;
    }
    this.device.say(`Deleted ${removed.name}`);
    this.change();
  }

  change() {
    this.show();
    this.device.changed();
  }

  show() {
    const { outlets } = this.device;
    outlets.view("presets", "count", this.store.presets.length);
    this.store.presets.forEach(({ name, isFavourite }, index) => {
      outlets.view("presets", "row", index + 1, name, Number(isFavourite));
    });
    outlets.view("presets", "chosen", this.store.find(this.name) + 1);
  }

  // --- Files ---

  get file() {
    const { notes } = this.device;
    return presetFile(notes.synth, this.name || "Preset", notes.knobs);
  }

  askWhere() {
    if (this.device.notes.knobs.length === 0) {
      this.device.say("There is no model yet; choose one to write its preset");
      return;
    }
    this.device.outlets.patch("save_dialog", this.file.fileName);
  }

  /** Writes now, or as soon as flow_synth~ has said what the knobs are. */
  write(path) {
    if (path) {
      this.writingTo = path;
      this.patience.start();
      this.device.dump();
    }
  }

  /** Another model plays, whose sound is not the one that was to be written. */
  forget() {
    this.writingTo = "";
    this.patience.cancel();
  }

  giveUp() {
    this.device.say(`${this.writingTo} is not written, as the sound keeps moving; try again`);
    this.forget();
  }

  /** All knobs have been said. */
  noteKnobs() {
    const { notes, position } = this.device;
    const units = notes.knobs.map((knob) => knob.unit);
    if (!this.writingTo || !areAlike(units, position.units)) {
      return;
    }
    const path = this.writingTo;
    this.forget();
    const isWritten = writeText(this.device.max.File, path, this.file.text);
    this.device.say(
      isWritten ? `Wrote ${path}` : `${path} cannot be written; choose another folder`,
    );
  }
}

exports.PresetPanel = PresetPanel;
