// Text in the module's memory. An AudioWorklet has neither TextEncoder nor TextDecoder.

const REPLACEMENT = 0xfffd;

/**
 * @param {string} text
 * @returns {Uint8Array} UTF-8; halves of surrogate pairs become U+FFFD.
 */
export function encode(text) {
  const bytes = [];
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    const code = point >= 0xd800 && point <= 0xdfff ? REPLACEMENT : point;
    if (code < 0x80) {
      bytes.push(code);
    } else if (code < 0x800) {
      bytes.push(0xc0 | (code >> 6), follower(code));
    } else if (code < 0x10000) {
      bytes.push(0xe0 | (code >> 12), follower(code >> 6), follower(code));
    } else {
      bytes.push(0xf0 | (code >> 18), follower(code >> 12), follower(code >> 6), follower(code));
    }
  }
  return Uint8Array.from(bytes);
}

/**
 * @param {Uint8Array} bytes UTF-8 that ends with a zero; what is none becomes U+FFFD.
 * @param {number} begin where the text begins.
 * @returns {string}
 */
export function decode(bytes, begin) {
  let text = "";
  for (let index = begin; index < bytes.length && bytes[index] !== 0;) {
    const first = bytes[index];
    const nFollowers = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    let code = nFollowers === 0 ? first : first & (0x3f >> nFollowers);
    let isWhole = first < 0x80 || (first >= 0xc2 && first < 0xf5);
    for (let follower = 1; follower <= nFollowers && isWhole; ++follower) {
      isWhole = (bytes[index + follower] & 0xc0) === 0x80;
      code = (code << 6) | (bytes[index + follower] & 0x3f);
    }
    text += String.fromCodePoint(isWhole && code <= 0x10ffff ? code : REPLACEMENT);
    index += isWhole ? nFollowers + 1 : 1;
  }
  return text;
}

/** @param {number} code */
function follower(code) {
  return 0x80 | (code & 0x3f);
}
