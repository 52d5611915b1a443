// A Set of Live, and the class `LiveAPI` with what it does in Live:
//
// `get` gives lists, ids are text or lists "id", 3, "id", 4; what was made before live.thisdevice
// has banged is dead; the set cannot be changed from a callback; a path to nothing is id 0; a name
// of nothing is ignored. What a `live.remote~` holds is not enabled, moves without an entry of
// undo, and goes back to its value some time after it has been let go.

/** Live frees what a remote has held so much later. */
const RELEASE_MS = 15;

/** One object of a Set. */
class LiveObject {
  constructor(set, type, properties = {}) {
    this.set = set;
    this.id = set.register(this);
    this.type = type;
    this.properties = properties;
    /** @type {Object<string, LiveObject[]>} */
    this.children = {};
    this.parent = undefined;
  }

  /** Puts an object into a list of children. */
  add(name, child, index = this.children[name]?.length ?? 0) {
    this.children[name] = this.children[name] ?? [];
    this.children[name].splice(index, 0, child);
    child.parent = this;
    return child;
  }

  remove(name, child) {
    this.children[name].splice(this.children[name].indexOf(child), 1);
    child.parent = undefined;
  }
}

/** All objects, who observes them, and what was written. */
class LiveSet {
  constructor() {
    this.objects = new Map();
    this.observers = new Set();
    /** @type {Array<{name: string, value: number}>} each is an entry of Live's undo. */
    this.writes = [];
    this.isNotifying = false;
    /** Whether live.thisdevice has banged. */
    this.isAlive = false;
    this.nextId = 1;
    this.thisDevice = undefined;
    this.song = new LiveObject(this, "Song", { is_playing: 0 });
    /** @type {Map<number, {object: LiveObject}>} what remotes hold, by number. */
    this.remotes = new Map();
    /** @type {Array<{name: string, value: number}>} what remotes were told. */
    this.turns = [];
    /** @type {Array<{object: LiveObject, rest_ms: number}>} what has been let go. */
    this.freed = [];
  }

  /** `id N` at a `live.remote~`. */
  point(remote, id) {
    const before = this.remotes.get(remote)?.object;
    if (before) {
      this.freed = [...this.freed, { object: before, rest_ms: RELEASE_MS }];
    }
    this.remotes.delete(remote);
    const object = this.objects.get(id);
    if (object) {
      if (!object.properties.is_enabled) {
        throw new Error(`'${object.properties.name}' is held already`);
      }
      object.properties.is_enabled = 0;
      this.remotes.set(remote, { object });
    }
  }

  /** A number at a `live.remote~`. */
  turn(remote, value) {
    const { name, min, max } = this.remotes.get(remote).object.properties;
    if (!(value >= min && value <= max)) {
      throw new Error(`Invalid value ${value}`);
    }
    this.turns.push({ name, value });
  }

  /** Time has passed. */
  serve(milliseconds) {
    this.freed = this.freed.filter((each) => {
      each.rest_ms -= milliseconds;
      if (each.rest_ms <= 0) {
        each.object.properties.is_enabled = 1;
      }
      return each.rest_ms > 0;
    });
  }

  register(object) {
    const id = this.nextId++;
    this.objects.set(id, object);
    return id;
  }

  track() {
    return new LiveObject(this, "Track", { name: "1-MIDI" });
  }

  /** A device; `parameters` are names, or objects with more than a name. */
  device(class_name, name, parameters = [], type = 1) {
    const device = new LiveObject(this, class_name, {
      class_name,
      name,
      type,
      can_have_chains: 0,
    });
    this.addParameter(device, { name: "Device On", is_quantized: 1, value: 1 });
    parameters.forEach((parameter) => this.addParameter(device, parameter));
    return device;
  }

  addParameter(device, parameter) {
    const properties = typeof parameter === "string" ? { name: parameter } : parameter;
    return device.add(
      "parameters",
      new LiveObject(this, "DeviceParameter", {
        min: 0,
        max: 1,
        value: 0,
        is_quantized: 0,
        is_enabled: 1,
        ...properties,
      }),
    );
  }

  /** An instrument rack with chains of devices. */
  rack(name, ...chains) {
    const rack = this.device("InstrumentGroupDevice", name, ["Macro 1"]);
    rack.properties.can_have_chains = 1;
    rack.children.chains = [];
    for (const devices of chains) {
      const chain = rack.add("chains", new LiveObject(this, "Chain", { name: "Chain" }));
      devices.forEach((device) => chain.add("devices", device));
    }
    return rack;
  }

  /** Something changes in Live; who observes it hears of it at once. */
  change(object, property, act) {
    act();
    this.notify(object, property);
  }

  notify(object, property) {
    for (const observer of this.observers) {
      if (observer.object === object && observer.property === property) {
        this.call(observer, [property, ...observer.get(property)]);
      }
    }
  }

  call(observer, message) {
    this.isNotifying = true;
    try {
      observer.callback?.(message);
    } finally {
      this.isNotifying = false;
    }
  }

  find(path) {
    const [head, ...steps] = String(path).split(" ");
    if (head === "id") {
      return this.objects.get(Number(steps[0]));
    }
    let object = { this_device: this.thisDevice, live_set: this.song }[head];
    while (object && steps.length > 0) {
      const name = steps.shift();
      const isParent = name === "canonical_parent";
      object = isParent ? object.parent : object.children[name]?.[steps.shift()];
    }
    return object;
  }

  /** The class `LiveAPI` of scripts. */
  get LiveAPI() {
    const set = this;
    return class LiveAPI {
      #property = "";

      constructor(first, second) {
        this.callback = typeof first === "function" ? first : undefined;
        this.isDead = !set.isAlive;
        this.object = this.isDead ? undefined : set.find(this.callback ? second : first);
        set.observers.add(this);
      }

      get id() {
        return String(this.object?.id ?? 0);
      }

      set id(id) {
        this.point(set.objects.get(Number(id)));
      }

      set path(path) {
        this.point(set.find(path));
      }

      point(object) {
        if (!this.isDead) {
          this.object = object;
          set.call(this, ["id", object?.id ?? 0]);
        }
      }

      get type() {
        return this.object?.type ?? "";
      }

      get property() {
        return this.#property;
      }

      set property(name) {
        this.#property = name;
        if (this.object && (name in this.object.children || name in this.object.properties)) {
          set.call(this, [name, ...this.get(name)]);
        }
      }

      get(name) {
        if (name === "canonical_parent") {
          return ["id", this.object?.parent?.id ?? 0];
        }
        if (this.object?.children[name]) {
          return this.object.children[name].flatMap((child) => ["id", child.id]);
        }
        return this.object && name in this.object.properties
          ? [this.object.properties[name]]
          : [];
      }

      set(name, value) {
        if (set.isNotifying) {
          throw new Error("Changes cannot be triggered by notifications.");
        }
        const properties = this.object?.properties;
        if (!properties || !(name in properties)) {
          return;
        }
        if (name === "value" && !(value >= properties.min && value <= properties.max)) {
          throw new Error(`Invalid value ${value}`);
        }
        if (properties.is_enabled) {
          properties[name] = value;
          set.writes.push({ name: properties.name, value });
          set.notify(this.object, name);
        }
      }
    };
  }
}

exports.LiveSet = LiveSet;
