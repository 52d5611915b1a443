// The controls of the page's instrument, bound to the player that sounds.

import { ComputerKeys } from "../../../web/instrument/computer_keys.js";
import { Keyboard } from "../../../web/instrument/keyboard.js";
import { DemoNote } from "./demo_note.js";
import { openInstrument } from "./instrument_opening.js";
import { KnobList } from "./knob_list.js";
import { listenToMidi } from "./midi_dials.js";
import { MorphPanel } from "./morph_panel.js";
import { bindPiano } from "./piano.js";

/**
 * @typedef {import("../../../web/instrument/description.js").State} State
 * @typedef {import("../../../web/instrument/player.js").Player} Player
 * @typedef {import("./instrument_opening.js").Notes} Notes
 */

/** Everything between the switch and the sound. */
export class InstrumentPanel {
  #root;
  #open;
  /** @type {Player|undefined} */
  #player;
  /** @type {Notes|undefined} */
  #notes;
  #keyboard = new Keyboard({
    note: (pitch, velocity) => this.#notes?.note(pitch, velocity),
    releaseNotes: () => this.#notes?.releaseNotes(),
  });
  #demo = new DemoNote(this.#keyboard);
  #morph;
  /** @type {KnobList|undefined} */
  #knobs;
  /** @type {Promise<void>|undefined} */
  #starting;
  #isAsking = false;
  #isStale = false;

  /** Is told of the place where the morph stands, 0 to 1, and of ends that were kept. */
  onmorph = (/** @type {number} */ _share) => {};
  onend = (/** @type {number} */ _index) => {};
  /** Is told where everything stands, whenever that is shown. */
  onstate = (/** @type {State} */ _state) => {};
  /** Is told that it is about to go elsewhere, or a control to be moved. */
  onmove = () => {};
  /** Is told that it is about to be heard, though nobody plays a key. */
  onhear = () => {};
  /**
   * Lets it go elsewhere, and says whether it did.
   *
   * @type {(label: string|undefined, move: () => Promise<boolean>) => Promise<any>} given how it
   *   will have come there, unless it is no step of its own.
   */
  ontravel = (_label, move) => move();
  /** Is told how it will have come to wherever it goes until it rests. */
  onwander = (/** @type {string} */ _label) => {};
  /** Is told that where it is, is a place. */
  onrest = async () => {};
  /** What is to be done once, before the first sound. */
  onstart = async () => {};

  /** @param {HTMLElement} root @param {typeof openInstrument} open gives what will sound. */
  constructor(root, open = openInstrument) {
    this.#root = root;
    this.#open = open;
    this.#on("[data-switch]", "click", () => this.start());
    this.#on("[data-macro]", "input", (input) =>
      this.#turn((player) => player.setMacro(Number(input.dataset.macro), Number(input.value))),
    );
    this.#on("[data-slider]", "input", (input) =>
      this.#turn((player) => player.setSemantic(input.dataset.slider ?? "", Number(input.value))),
    );
    this.#on("[data-mutate]", "click", () => this.mutate(0.3));
    this.#on("[data-reset]", "click", () => this.#travel("a reset", (player) => player.reset()));
    this.#on("[data-midi]", "click", () => this.#listenToMidi());
    bindPiano(this.#inputs("[data-pitch]"), this.#keyboard);
    this.#demo.onstrike = () => this.onhear();
    this.#morph = new MorphPanel(root, {
      player: () => this.#player,
      turn: (turn) => this.#turn(turn),
      go: (go) => this.#travel(undefined, go),
    });
    this.#morph.onshare = (share) => this.onmorph(share);
    this.#morph.onend = (index) => this.onend(index);
    this.#morph.onsay = (sentence) => this.#say(sentence);
    this.#morph.onproblem = (error) => this.#complain(error);
  }

  get isOn() {
    return this.#player !== undefined;
  }

  /** What sounds, once it is on. */
  get player() {
    return this.#player;
  }

  /** Lets it sound; the first time this loads it. @returns {Promise<void>} */
  start() {
    return (this.#starting ??= this.#load());
  }

  async #load() {
    const button = /** @type {HTMLButtonElement} */ (this.#one("[data-switch]"));
    const hadFocus = button === document.activeElement;
    const isByKeys = hadFocus && button.matches(":focus-visible");
    button.disabled = true;
    this.#say("Loading the instrument…");
    try {
      const opened = await this.#open();
      const { player, description, notes = player, heldMs = this.#demo.heldMs } = opened;
      player.onproblem = (sentence) => this.#say(sentence);
      await player.resume();
      this.#knobs = new KnobList(this.#root, description.knobs);
      this.#player = player;
      this.#notes = notes;
      this.#demo.heldMs = heldMs;
      new ComputerKeys(this.#keyboard).listen(window);
      this.#root.classList.add("is-on");
      this.#root.querySelectorAll("fieldset").forEach((set) => (set.disabled = false));
      const { activeElement } = document;
      const isElsewhere = ![null, button, document.body].includes(/** @type {any} */ (activeElement));
      button.hidden = true;
      if (hadFocus && !isElsewhere) {
        // The page must not jump under a pointer.
        this.#one("fieldset input, fieldset button").focus({ preventScroll: !isByKeys });
      }
      this.#say("On. Click the map, turn a dial, or play the keys A to K of your computer.");
      await this.onstart();
      this.hear();
      this.refresh();
    } catch (error) {
      button.disabled = false;
      if (hadFocus) {
        button.focus();
      }
      this.#starting = undefined;
      this.#say(error instanceof Error ? error.message : String(error));
    }
  }

  /**
   * Goes to a preset.
   *
   * @param {Float32Array} units
   * @param {string} [label] how it comes there, unless that is no step of its own.
   */
  async go(units, label) {
    await this.#travel(label, (player) => player.locate(units));
  }

  /** Goes to a place in the audio space. @param {number[]} z @param {string} label */
  async goTo(z, label) {
    await this.#travel(label, (player) => player.goTo(z));
  }

  /** Passes through a place in the audio space, while what sounds sounds on. @param {number[]} z */
  glide(z) {
    this.#player?.goTo(z).catch((error) => this.#complain(error));
    this.#stir();
  }

  /** Goes to a neighbour. @param {number} amount 0 to 1: how far away. */
  async mutate(amount) {
    await this.#travel("a mutation", (player) => player.mutate(amount));
  }

  /** Plays middle C for a moment, unless something is held. */
  hear() {
    this.#demo.strike();
  }

  /** Ends what nobody holds by a key. */
  hush() {
    this.#demo.end();
    this.#notes?.hush?.();
  }

  /** Shows where everything stands, once for all that changes in a frame. */
  refresh() {
    this.#isStale = true;
    if (this.#isAsking || !this.#player) {
      return;
    }
    this.#isAsking = true;
    requestAnimationFrame(async () => {
      this.#isStale = false;
      try {
        this.#show(/** @type {State} */ (await this.#player?.state()));
      } catch (error) {
        this.#complain(error);
      }
      this.#isAsking = false;
      if (this.#isStale) {
        this.refresh();
      }
    });
  }

  /** @param {State} state */
  #show(state) {
    this.onstate(state);
    this.#morph.follow(state.units);
    this.#knobs?.show(state.units);
    this.#inputs("[data-macro]").forEach((input) => {
      this.#set(input, state.macros[Number(input.dataset.macro) - 1]);
    });
    this.#inputs("[data-slider]").forEach((input, index) => this.#set(input, state.sliders[index]));
  }

  /** @param {HTMLInputElement} input @param {number} value */
  #set(input, value) {
    if (input !== document.activeElement || !input.matches(":active")) {
      input.value = String(value);
    }
    const [low, high] = [Number(input.min), Number(input.max)];
    const share = Math.min(Math.max((Number(input.value) - low) / (high - low), 0), 1);
    input.parentElement?.style.setProperty("--share", String(share));
    input.setAttribute("aria-valuetext", Number(input.value).toFixed(2));
  }

  /** @param {(player: Player) => Promise<void>} turn */
  #turn(turn) {
    this.#move(turn);
    this.#demo.holdOn();
  }

  /** Without a note of its own. @param {(player: Player) => Promise<void>} turn */
  #move(turn) {
    this.onmove();
    if (this.#player) {
      turn(this.#player).catch((error) => this.#complain(error));
    }
    this.#stir();
  }

  /** Knobs have moved. */
  #stir() {
    this.#notes?.stir?.();
    this.refresh();
  }

  /** @param {string|undefined} label @param {(player: Player) => Promise<void>} go */
  async #travel(label, go) {
    await this.start();
    const player = this.#player;
    if (player) {
      this.onmove();
      await this.ontravel(label, () => this.#arrive(go(player)));
    }
  }

  /** @param {Promise<void>} asked @returns {Promise<boolean>} whether it went there. */
  async #arrive(asked) {
    let isThere = true;
    try {
      await asked;
    } catch (error) {
      isThere = false;
      this.#complain(error);
    }
    this.hear();
    this.#stir();
    return isThere;
  }

  async #listenToMidi() {
    try {
      const turn = (/** @type {number} */ number, /** @type {number} */ position) =>
        this.#move((player) => player.setMacro(number, position));
      this.#say(await listenToMidi(this.#keyboard, turn));
    } catch (error) {
      this.#complain(error);
    }
  }

  /** @param {string} selector @returns {HTMLElement} */
  #one(selector) {
    return /** @type {HTMLElement} */ (this.#root.querySelector(selector));
  }

  /** @param {string} selector @returns {HTMLInputElement[]} */
  #inputs(selector) {
    return [.../** @type {any} */ (this.#root.querySelectorAll(selector))];
  }

  /**
   * @param {string} selector
   * @param {string} event
   * @param {(input: HTMLInputElement) => any} take
   */
  #on(selector, event, take) {
    this.#inputs(selector).forEach((input) => input.addEventListener(event, () => take(input)));
  }

  /** @param {string} sentence */
  #say(sentence) {
    this.#one("[data-status]").textContent = sentence;
  }

  /** @param {any} error */
  #complain(error) {
    this.#say(error?.message ?? String(error));
  }
}
