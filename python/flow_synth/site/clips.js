// Sounds of the page: links to files that play in place, one at a time.

/** Lets every link with the class `play` sound where it stands. */
export class Clips {
  /** @type {HTMLAudioElement|undefined} */
  #audio;
  /** @type {HTMLElement|undefined} */
  #playing;

  /** @param {Document} page */
  listen(page) {
    page.addEventListener("click", (event) => {
      const link = /** @type {any} */ (event.target)?.closest?.("a.play");
      if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        this.#toggle(link);
      }
    });
  }

  /** @param {HTMLAnchorElement} link */
  #toggle(link) {
    const isStop = this.#playing === link;
    this.stop();
    if (isStop) {
      return;
    }
    this.#audio ??= new Audio();
    const audio = this.#audio;
    audio.src = link.href;
    audio.onended = () => this.stop();
    audio.onerror = () => this.stop();
    this.#playing = link;
    link.classList.add("is-playing");
    void audio.play().catch(() => this.stop());
    const follow = () => {
      if (this.#playing === link) {
        link.style.setProperty("--played", String(audio.currentTime / (audio.duration || 4)));
        requestAnimationFrame(follow);
      }
    };
    follow();
  }

  stop() {
    this.#audio?.pause();
    this.#playing?.classList.remove("is-playing");
    this.#playing?.style.removeProperty("--played");
    this.#playing = undefined;
  }
}
