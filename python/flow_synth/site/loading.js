// What the page loads when it is asked for: scripts that hold bytes as text, because a page that
// is opened from disk may not fetch files.

/**
 * Loads a script of the page's own that gives something.
 *
 * @template {keyof FlowSynthData} Name
 * @param {Name} name of what it gives.
 * @param {string} address
 * @returns {Promise<NonNullable<FlowSynthData[Name]>>}
 */
export async function load(name, address) {
  if (loaded(name) === undefined) {
    await new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = resolve;
      script.onerror = () => reject(new Error(`${address} is missing; build the page again`));
      document.head.append(script);
    });
  }
  const given = loaded(name);
  if (!given) {
    throw new Error(`${address} does not hold what it should; build the page again`);
  }
  return given;
}

/**
 * @template {keyof FlowSynthData} Name
 * @param {Name} name
 * @returns {FlowSynthData[Name]} what a script of the page has given; undefined if none has.
 */
export function loaded(name) {
  return globalThis.flowSynthData?.[name];
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
