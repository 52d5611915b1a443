// What belongs together on the explorer's page: sound, match, candidates, synth and what is kept.

import { Busy } from "./busy.js";
import { CandidateList } from "./candidate_list.js";
import { Comparison } from "./comparison.js";
import { bindDrop } from "./drop_zone.js";
import { Favourites } from "./favourites.js";
import { HistoryPanel } from "./history_panel.js";
import { InstrumentPanel } from "./instrument_panel.js";
import { InstrumentVoice } from "./instrument_voice.js";
import { KeepPanel } from "./keep_panel.js";
import { KnobList } from "./knob_list.js";
import { Listener } from "./listener.js";
import { LockList } from "./lock_list.js";
import { Locks } from "./locks.js";
import { MapPanel } from "./map_panel.js";
import { MatchPanel } from "./match_panel.js";
import { Notice } from "./notice.js";
import { part } from "./page_part.js";
import { PanelSynth } from "./panel_synth.js";
import { PresetFiles } from "./preset_files.js";
import { openRendered } from "./rendered_notes.js";
import { Refused } from "./server.js";
import { ServerSynth } from "./server_synth.js";
import { Session } from "./session.js";
import { SoundPanel } from "./sound_panel.js";
import { bindTheme } from "./theme.js";

/**
 * @typedef {import("./server.js").Server} Server
 * @typedef {import("./sound_panel.js").Sound} Sound
 * @typedef {import("./instrument_voice.js").Voice} Voice
 * @typedef {import("../../../web/instrument/description.js").Knob} Knob
 *
 * @typedef {object} Model as the server describes it.
 * @property {string} key
 * @property {boolean} plays_in_browser
 * @property {string[]} latent
 * @property {Knob[]} knobs
 * @property {string[]} preset_suffixes
 */

/** The page as a whole. */
export class Explorer {
  #root;
  #server;
  #model;
  #session;
  #notice;
  #busy;
  #listener;
  #sounds;
  #match;
  #candidates;
  #comparison;
  #history;
  #locks;
  #lockList;
  #knobs;
  #kept;
  #presets;
  #synth;
  /** @type {MapPanel|undefined} */
  #map;
  /** Ends what the synth plays to be heard, for something else is heard. */
  #hush = () => {};

  /** @param {HTMLElement} root @param {Server} server @param {Model} model */
  constructor(root, server, model) {
    this.#root = root;
    this.#server = server;
    this.#model = model;
    const key = `flow-synth explore ${model.key}`;
    this.#session = new Session(key);
    this.#notice = new Notice(part(root, "[data-notice]"));
    this.#busy = new Busy(part(root, "[data-busy]"));
    this.#listener = new Listener(server);
    this.#sounds = new SoundPanel(part(root, "[data-sound]"), server, this.#notice);
    this.#match = new MatchPanel(part(root, "[data-matching]"), server, this.#notice);
    this.#candidates = new CandidateList(root, this.#listener);
    this.#comparison = new Comparison(root, this.#listener);
    this.#history = new HistoryPanel(root, `${key} steps`);
    this.#locks = new Locks(model.knobs, this.#session.locks);
    this.#lockList = new LockList(root, model.knobs, this.#locks);
    this.#knobs = new KnobList(root, model.knobs);
    this.#presets = new PresetFiles(server, model.preset_suffixes);
    const favourites = new Favourites(localStorage, `${key} favourites`, model.knobs.length);
    this.#kept = new KeepPanel(root, favourites, this.#presets, {
      units: async () => {
        await this.#synth.start();
        return this.#synth.units ?? [];
      },
      label: () => this.#history.current?.label ?? "sound",
    });
    const controls = /** @type {HTMLElement|null} */ (root.querySelector("[data-instrument]"));
    this.#synth = controls ? this.#panelSynth(controls) : this.#serverSynth();
    this.#synth.onplace = (units, label) => {
      this.#history.add(units, label);
      this.#map?.show(units);
    };
    this.#bindSound();
    this.#bindKnobs();
    this.#bindKept();
    const { current } = this.#history;
    if (current) {
      this.#knobs.show(current.units);
      this.#map?.follow(current.units);
      this.#candidates.follow(current.units);
    }
    bindDrop(root, (file) => this.#take(file));
    bindTheme();
    void this.#resume();
  }

  /** @param {HTMLElement} root of the controls. */
  #panelSynth(root) {
    const render = () => openRendered(this.#server, (error) => this.#complain(error));
    const panel = new InstrumentPanel(root, this.#model.plays_in_browser ? undefined : render);
    const synth = new PanelSynth(panel);
    panel.onstart = () => synth.resume(this.#history.current?.units, this.#locks.names);
    panel.onhear = () => this.#listener.stop();
    this.#hush = () => panel.hush();
    synth.onlocked = (locked) => this.#showLocks(locked);
    synth.onunits = (units) => {
      this.#map?.follow(units);
      this.#candidates.follow(units);
    };
    this.#history.onleave = () => synth.settle();
    this.#openMap(new InstrumentVoice(panel));
    panel.onmorph = (share) => this.#map?.markMorph(share);
    panel.onend = (end) => this.#map?.markEnd(end);
    return synth;
  }

  /** Without controls: the page has no part that could turn the knobs. */
  #serverSynth() {
    const { length } = this.#model.latent;
    const synth = new ServerSynth(this.#server, this.#listener, this.#locks, length);
    synth.units = this.#history.current?.units;
    synth.onunits = (units) => {
      this.#knobs.show(units);
      this.#candidates.follow(units);
    };
    part(this.#root, "[data-hear-synth]").addEventListener("click", () =>
      this.#do("Playing…", synth.hear()),
    );
    this.#openMap(synth);
    return synth;
  }

  /** If the model has one. @param {Voice} voice that it is heard by. */
  #openMap(voice) {
    const place = /** @type {HTMLElement|null} */ (this.#root.querySelector("[data-map]"));
    this.#map = place ? MapPanel.open(place, voice) : undefined;
    if (this.#map) {
      this.#map.onproblem = (error) => this.#complain(error);
      this.#map.onwait = (deed) => void this.#busy.during("Playing…", deed).catch(() => {});
    }
  }

  #bindSound() {
    this.#sounds.onsound = (sound) => {
      this.#session.set({ sound, match: undefined });
      this.#setSound(sound);
    };
    part(this.#root, "[data-guess]").addEventListener("click", () => {
      const { sound } = this.#session;
      if (sound) {
        this.#go(sound.units, `the first guess at ${sound.name}`);
      }
    });
    this.#match.locks = async () => {
      if (this.#locks.names.length > 0) {
        await this.#synth.start();
      }
      return this.#locks.values(this.#synth.units ?? []);
    };
    this.#match.onmatch = (match) => this.#session.set({ match });
    this.#match.oncandidates = (candidates) => this.#candidates.show(candidates);
    this.#match.onlost = () => this.#lost();
    this.#candidates.onchoose = ({ units, rank }) => {
      this.#go(units, `candidate ${rank} for ${this.#session.sound?.name}`);
    };
    this.#candidates.oncompare = (candidate) =>
      this.#comparison.setCandidate(
        candidate?.audio ?? "",
        candidate ? `Candidate ${candidate.rank}` : "Candidate",
      );
    this.#candidates.onproblem = this.#comparison.onproblem = (error) => this.#complain(error);
    this.#listener.onplay = (address) => {
      if (address) {
        this.#hush();
      }
      this.#candidates.mark(address);
      this.#comparison.mark(address);
    };
  }

  /** @param {Sound} sound */
  #setSound(sound) {
    this.#sounds.show(sound);
    this.#match.setSound(sound);
    this.#listener.forget();
    this.#candidates.show([]);
    this.#comparison.setOriginal(`/api/sounds/${sound.id}`);
    part(this.#root, "[data-guess]").disabled = false;
  }

  #bindKnobs() {
    const amount = part(this.#root, "[data-amount]");
    part(this.#root, "[data-vary]").addEventListener("click", () =>
      this.#do("Mutating…", this.#synth.mutate(Number(amount.value))),
    );
    this.#history.onstep = ({ units }) => {
      this.#map?.show(units);
      this.#do("Going there…", this.#synth.goBack(units));
    };
    this.#lockList.onlock = (name, isLocked) => {
      this.#locks.set(name, isLocked);
      this.#showLocks(this.#model.knobs.map((knob) => this.#locks.has(knob.name)));
      this.#do("Loading the instrument…", this.#synth.lock(name, isLocked));
    };
  }

  /** @param {boolean[]} locked which of the knobs. */
  #showLocks(locked) {
    this.#model.knobs.forEach(({ name }, index) => this.#locks.set(name, locked[index]));
    this.#session.set({ locks: this.#locks.names });
    this.#lockList.show(locked);
  }

  #bindKept() {
    this.#kept.ondo = (sentence, deed) => this.#do(sentence, deed);
    this.#kept.onchoose = (units, label) => this.#go(units, label);
    this.#kept.onfile = (file) => this.#do(`Reading ${file.name}…`, this.#load(file));
  }

  /** @param {File} file a preset. */
  async #load(file) {
    const { name, units } = await this.#presets.read(file);
    await this.#synth.go(units, `preset ${name}`);
    this.#map?.show(units, name);
  }

  /** A preset is loaded, all else is taken for a sound. @param {File} file */
  #take(file) {
    if (this.#presets.has(file.name)) {
      this.#do(`Reading ${file.name}…`, this.#load(file));
    } else {
      void this.#sounds.send(file);
    }
  }

  /** After a reload: the sound and its match, if the server still has them. */
  async #resume() {
    const { sound, match } = this.#session;
    if (!sound) {
      return;
    }
    try {
      await this.#server.file("GET", `/api/sounds/${sound.id}`);
    } catch (error) {
      this.#session.set({ sound: undefined, match: undefined });
      this.#complain(error);
      return;
    }
    if (this.#session.sound === sound) {
      this.#setSound(sound);
      if (match) {
        await this.#match.resume(match);
      }
    }
  }

  /** @param {ArrayLike<number>} units @param {string} label */
  #go(units, label) {
    this.#do("Loading the instrument…", this.#synth.go(units, label));
  }

  /** @param {string} sentence @param {Promise<void>} deed */
  #do(sentence, deed) {
    this.#notice.clear();
    this.#busy.during(sentence, deed).catch((error) => this.#complain(error));
  }

  /** @param {any} error */
  #complain(error) {
    if (error instanceof Refused && error.isLost) {
      this.#lost();
    } else {
      this.#notice.complain(error);
    }
  }

  /** The server has started anew since it was given the sound. */
  #lost() {
    const name = this.#session.sound?.name ?? "the sound";
    if (this.#sounds.canSendAgain) {
      this.#notice.say(`The server does not have ${name} any more.`, "Send it again", async () => {
        if (await this.#sounds.sendAgain()) {
          await this.#match.start();
        }
      });
    } else {
      this.#notice.say(`The server does not have ${name} any more; choose the file again.`);
    }
  }
}
