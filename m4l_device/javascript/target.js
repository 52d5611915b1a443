// The synth that Flow Control plays: an instrument in Live, found by the Live API.
//
// Rules of that API: nothing exists before live.thisdevice has banged; `get` always gives a list;
// ids come as text or as lists "id", 3, "id", 4; the set must not be changed from a callback.

const { Delay } = require("clock.js");
const { matchNames } = require("name_matching.js");

/** Live says one change many times. */
const RESCAN_MS = 200;
const PLUGINS = ["PluginDevice", "AuPluginDevice"];
/** Of Device.type. */
const INSTRUMENT = 1;
/** So many names of missing knobs fit into a sentence. */
const N_NAMED = 3;

/**
 * @typedef {object} LiveParameter
 * @property {string} id
 * @property {string} name
 * @property {number} min
 * @property {number} max
 * @property {boolean} isQuantized
 *
 * @typedef {object} LiveDevice
 * @property {string} id
 * @property {string} name
 * @property {string} parentId the track or chain that it is in.
 */

/** Ids in a list "id", 3, "id", 4. */
function idsOf(answer) {
  return (answer ?? []).filter((_, index) => index % 2 === 1).map(String);
}

/** Looks for instruments, and knows the parameters of one. */
class Target {
  /**
   * @param {import("device.js").Device} device
   */
  constructor(device) {
    this.device = device;
    /** @type {LiveDevice[]} instruments that could be played, the next one first. */
    this.found = [];
    /** @type {LiveDevice|undefined} */
    this.chosen = undefined;
    /** @type {LiveParameter[]} */
    this.parameters = [];
    /** @type {Array<LiveParameter|undefined>} of each knob of the model. */
    this.pairs = [];
    this.isAlive = false;
    this.rescan = new Delay(device.max.Task, RESCAN_MS, () => this.scan());
  }

  get handlers() {
    return {
      target_next: () => this.next(),
      target_scan: () => this.scan(),
    };
  }

  /** live.thisdevice has banged for the first time: the Live API exists. */
  awake() {
    const { LiveAPI } = this.device.max;
    const changed = () => {
      if (this.isAlive) {
        this.rescan.start();
      }
    };
    this.cursor = new LiveAPI("this_device");
    // Observers are pointed elsewhere, never made again: Live keeps what belonged to old ones.
    this.ownChain = new LiveAPI(changed, "this_device canonical_parent");
    this.ownChain.property = "devices";
    this.targetChain = new LiveAPI(changed);
    this.targetParameters = new LiveAPI(changed);
    this.isAlive = true;
    this.scan();
  }

  /** One value of an object. */
  value(id, property) {
    this.cursor.id = Number(id);
    return this.cursor.get(property)?.[0];
  }

  /** Ids of the children of an object. */
  children(id, name) {
    this.cursor.id = Number(id);
    return idsOf(this.cursor.get(name));
  }

  /** Searches all again, and keeps the synth that was chosen if it is still there. */
  scan() {
    if (!this.isAlive) {
      return;
    }
    this.rescan.cancel();
    this.found = this.search();
    const again = this.found.find((each) => each.id === this.chosen?.id);
    this.choose(again ?? this.found[0]);
  }

  /** Plays the next of the instruments that were found. */
  next() {
    if (!this.isAlive) {
      return;
    }
    this.found = this.search();
    const index = this.found.findIndex((each) => each.id === this.chosen?.id);
    this.choose(this.found[(index + 1) % Math.max(this.found.length, 1)]);
  }

  /** All instruments of this track: those that follow us first, then those before. */
  search() {
    this.cursor.path = "this_device";
    let id = String(this.cursor.id);
    const following = [];
    const before = [];
    // A chain lies in a rack, which lies in a chain or a track.
    for (let parent = this.parentOf(id); parent; parent = this.parentOf(id)) {
      const devices = this.children(parent, "devices");
      const own = devices.indexOf(id);
      following.push(...this.instruments(devices.slice(own + 1), parent));
      before.push(...this.instruments(devices.slice(0, Math.max(own, 0)), parent));
      if (!this.typeOf(parent).endsWith("Chain")) {
        break; // A track; drum racks have a DrumChain.
      }
      id = this.parentOf(parent);
    }
    return [...following, ...before];
  }

  parentOf(id) {
    const [parent] = this.children(id, "canonical_parent");
    return Number(parent) > 0 ? parent : "";
  }

  typeOf(id) {
    this.cursor.id = Number(id);
    return this.cursor.type;
  }

  /** The instruments among devices, and in the racks among them. */
  instruments(ids, parentId) {
    return ids.flatMap((id) => {
      if (Number(this.value(id, "can_have_chains"))) {
        return this.children(id, "chains").flatMap((chain) =>
          this.instruments(this.children(chain, "devices"), chain),
        );
      }
      const isPlugin = PLUGINS.includes(this.value(id, "class_name"));
      const type = Number(this.value(id, "type"));
      return type === INSTRUMENT || (isPlugin && type === 0)
        ? [{ id, name: String(this.value(id, "name")), parentId }]
        : [];
    });
  }

  choose(target) {
    this.device.writer.release();
    this.chosen = target;
    this.parameters = target
      ? this.children(target.id, "parameters").map((id) => this.parameter(id))
      : [];
    this.observe(target);
    this.match();
  }

  parameter(id) {
    return {
      id,
      name: String(this.value(id, "name")),
      min: Number(this.value(id, "min")),
      max: Number(this.value(id, "max")),
      isQuantized: Boolean(Number(this.value(id, "is_quantized"))),
    };
  }

  /** Hears when what was found changes. */
  observe(target) {
    this.point(this.targetParameters, target?.id, "parameters");
    this.point(this.targetChain, target?.parentId, "devices");
  }

  /** Points an observer at another object, unless it is there already. */
  point(observer, id = "0", property) {
    if (String(observer.id) === id) {
      return;
    }
    this.isAlive = false; // Pointing is answered at once, and is no change.
    observer.id = Number(id);
    if (id !== "0") {
      observer.property = property;
    }
    this.isAlive = true;
  }

  /** Pairs the model's knobs with the parameters. */
  match() {
    const { names } = this.device.notes;
    const indices = matchNames(
      names,
      this.parameters.map((parameter) => parameter.name),
    );
    this.pairs = indices.map((index) => this.parameters[index]);
    if (this.isAlive && names.length > 0) {
      this.device.say(this.report(names));
    }
  }

  /** One sentence on what can be played, and what to do about the rest. */
  report(names) {
    if (!this.chosen) {
      return "No synth follows on this track; put one after Flow Control, and press Scan";
    }
    const missing = names.filter((_, knob) => !this.pairs[knob]);
    const nVisible = names.length - missing.length;
    if (missing.length === 0) {
      return `${this.chosen.name}: all ${nVisible} knobs visible`;
    }
    const named = missing.slice(0, N_NAMED).join(", ");
    const more = missing.length > N_NAMED ? " ..." : "";
    return (
      `${this.chosen.name}: ${nVisible} of ${names.length} knobs visible; press Configure ` +
      `there, and move ${named}${more}`
    );
  }
}

exports.Target = Target;
