// Asking for presets that sound like the sound, and following how the search goes.

import { part } from "./page_part.js";
import { Refused } from "./server.js";

/**
 * @typedef {import("./server.js").Server} Server
 * @typedef {import("./notice.js").Notice} Notice
 * @typedef {import("./sound_panel.js").Sound} Sound
 * @typedef {import("./candidate_list.js").Candidate} Candidate
 *
 * @typedef {object} News
 * @property {number} revision
 * @property {"waiting"|"running"|"done"|"failed"|"cancelled"} state
 * @property {number} played
 * @property {number|null} best_db
 * @property {number|null} share
 * @property {string|null} error
 * @property {Candidate[]} candidates
 * @property {string[]} remarks
 */

const MOST_SEED = 2 ** 31;

/** One match at a time: another sound, or another match, takes the place of the one before. */
export class MatchPanel {
  #root;
  #server;
  #notice;
  /** @type {Sound|undefined} */
  #sound;
  #id = "";
  #following = new AbortController();

  /** Is told of every match that is asked for, to be followed again after a reload. */
  onmatch = (/** @type {string} */ _id) => {};
  /** Is told what was found so far. */
  oncandidates = (/** @type {Candidate[]} */ _candidates) => {};
  /** Is told that the server does not have the sound, or the match, any more. */
  onlost = () => {};
  /** Gives knobs that stay where they are. */
  locks = async () => /** @type {Record<string, number>} */ ({});

  /** @param {HTMLElement} root @param {Server} server @param {Notice} notice */
  constructor(root, server, notice) {
    this.#root = root;
    this.#server = server;
    this.#notice = notice;
    part(root, "form").addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      void this.start();
    });
    part(root, "[data-cancel]").addEventListener("click", () => this.#cancel());
  }

  /** @param {Sound} sound takes the place of the one before. */
  setSound(sound) {
    this.#giveUp();
    this.#sound = sound;
    part(this.#root, "[data-match]").disabled = false;
    this.#say("");
  }

  async start() {
    const sound = this.#sound;
    if (!sound) {
      return;
    }
    this.#giveUp();
    const signal = this.#begin();
    await this.#tried(signal, async () => {
      const json = {
        sound: sound.id,
        candidates: Number(part(this.#root, "[name=candidates]").value),
        seconds: Number(part(this.#root, "[name=seconds]").value),
        locks: await this.locks(),
        seed: Math.floor(Math.random() * MOST_SEED),
      };
      const { id } = await this.#server.json("POST", "/api/matches", { json, signal });
      this.onmatch(id);
      await this.#follow(id, signal);
    });
  }

  /** Follows a match that was asked for before the page was loaded again. @param {string} id */
  async resume(id) {
    const signal = this.#begin();
    await this.#tried(signal, () => this.#follow(id, signal));
  }

  #begin() {
    this.#following = new AbortController();
    this.#notice.clear();
    this.#running(true);
    this.#say("It is about to begin…");
    return this.#following.signal;
  }

  /** @param {AbortSignal} signal @param {() => Promise<void>} deed */
  async #tried(signal, deed) {
    try {
      await deed();
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      this.#say("");
      if (error instanceof Refused && error.isLost) {
        this.onlost();
      } else {
        this.#notice.complain(error);
      }
    }
    if (!signal.aborted) {
      this.#id = "";
      this.#running(false);
    }
  }

  /** @param {string} id @param {AbortSignal} signal */
  async #follow(id, signal) {
    this.#id = id;
    /** @type {News} */
    let news = { revision: 0, state: "waiting", played: 0, best_db: null, share: null, error: null, candidates: [], remarks: [] };
    while (news.state === "waiting" || news.state === "running") {
      const address = `/api/matches/${id}?since=${news.revision}`;
      news = await this.#server.json("GET", address, { signal });
      this.#show(news);
    }
  }

  /** @param {News} news */
  #show({ state, played, best_db: bestDb, share, error, candidates, remarks }) {
    const bar = part(this.#root, "progress");
    if (share === null || played === 0) {
      bar.removeAttribute("value");
    } else {
      bar.value = share;
    }
    const best = bestDb === null ? "" : `; fitness of the best: ${bestDb.toFixed(1)} dB`;
    const renders = `${played} preset${played === 1 ? "" : "s"} played`;
    const sentences = {
      waiting: "Another match runs first; this one waits.",
      running: `Searching: ${renders}${best}.`,
      done: `Done: ${renders}.`,
      cancelled: `Cancelled: ${renders}.`,
      failed: "",
    };
    this.#say([sentences[state], ...remarks].join(" "));
    if (state === "failed") {
      this.#notice.say(error ?? "the match failed; try again");
    }
    this.oncandidates(candidates);
  }

  /** What was found until now counts; the server says it once more. */
  #cancel() {
    if (this.#id) {
      this.#end(this.#id);
    } else {
      this.#giveUp();
      this.#say("Cancelled before it began.");
    }
  }

  /** @param {string} id */
  #end(id) {
    // A match that the server does not have has ended; whoever follows it is told so.
    this.#server.json("DELETE", `/api/matches/${id}`).catch(() => {});
  }

  /** Nobody waits for it any more, so that the next one need not wait for it. */
  #giveUp() {
    this.#following.abort();
    if (this.#id) {
      this.#end(this.#id);
      this.#id = "";
    }
    this.#running(false);
  }

  /** @param {boolean} isRunning */
  #running(isRunning) {
    const [match, cancel] = ["[data-match]", "[data-cancel]"].map((name) => part(this.#root, name));
    const hadFocus = [match, cancel].includes(document.activeElement);
    cancel.hidden = !isRunning;
    match.hidden = isRunning;
    if (hadFocus) {
      (isRunning ? cancel : match).focus();
    }
    part(this.#root, "progress").hidden = !isRunning;
    part(this.#root, "progress").removeAttribute("value");
  }

  /** @param {string} sentence */
  #say(sentence) {
    part(this.#root, "[data-match-status]").textContent = sentence;
  }
}
