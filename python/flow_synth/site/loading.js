// What the page loads when it is asked for: scripts that hold bytes as text, because a page that
// is opened from disk may not fetch files.

/** Data by name, as the scripts of the page give them. */
function given() {
  const scope = /** @type {any} */ (globalThis);
  return (scope.flowSynthData ??= {});
}

/**
 * Loads a script of the page's own that gives something.
 *
 * @param {string} name of what it gives.
 * @param {string} address
 * @returns {Promise<any>}
 */
export async function load(name, address) {
  if (given()[name] === undefined) {
    await new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = resolve;
      script.onerror = () => reject(new Error(`${address} is missing; build the page again`));
      document.head.append(script);
    });
  }
  return given()[name];
}

/**
 * @param {string} name
 * @returns {any} what a script of the page has given; undefined if none has.
 */
export function loaded(name) {
  return given()[name];
}

/**
 * @param {string} text gzip as Base64.
 * @returns {Promise<ArrayBuffer>} what was packed.
 */
export async function unpacked(text) {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}
