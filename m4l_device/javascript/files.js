// Text files by Max's File, which reads and writes a piece at a time.

const PIECE = 16384;

/**
 * @param {new (path: string, access: string) => any} File Max's files.
 * @param {string} path absolute, or a name in the search path.
 * @returns {string|undefined} all text; undefined where there is no such file.
 */
function readText(File, path) {
  const file = new File(path, "read");
  if (!file.isopen) {
    return undefined;
  }
  const pieces = [];
  while (file.position < file.eof) {
    pieces.push(file.readstring(PIECE));
  }
  file.close();
  return pieces.join("");
}

/**
 * Writes a file anew.
 *
 * @param {new (path: string, access: string) => any} File Max's files.
 * @param {string} path absolute.
 * @param {string} text
 * @returns {boolean} whether it could be written.
 */
function writeText(File, path, text) {
  const file = new File(path, "write");
  if (!file.isopen) {
    return false;
  }
  file.eof = 0;
  for (let start = 0; start < text.length; start += PIECE) {
    file.writestring(text.slice(start, start + PIECE));
  }
  file.close();
  return true;
}

exports.readText = readText;
exports.writeText = writeText;
