// Presets as files: saved for the synth, and loaded from it.

/** @typedef {import("./server.js").Server} Server */

/** Files of the synth's own kind, which the server reads and writes. */
export class PresetFiles {
  #server;
  #suffixes;

  /** @param {Server} server @param {string[]} suffixes of the names of such files. */
  constructor(server, suffixes) {
    this.#server = server;
    this.#suffixes = suffixes;
  }

  /** @param {string} name whether a file of that name is a preset. */
  has(name) {
    return this.#suffixes.some((suffix) => name.toLowerCase().endsWith(suffix.toLowerCase()));
  }

  /**
   * @param {File} file
   * @returns {Promise<{name: string, units: number[]}>}
   */
  async read(file) {
    const address = `/api/presets?name=${encodeURIComponent(file.name)}`;
    return this.#server.json("POST", address, { content: file });
  }

  /**
   * @param {string} name
   * @param {string} suffix one that the synth's files may have.
   * @param {ArrayLike<number>} units
   */
  async save(name, suffix, units) {
    const json = { name, suffix, units: Array.from(units) };
    const file = await this.#server.file("POST", "/api/presets/file", { json });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file.content);
    link.download = file.name;
    link.click();
    URL.revokeObjectURL(link.href);
  }
}
