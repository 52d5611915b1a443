// Max's files, in memory.

/** What one call reads at most. */
const MOST_CHARACTERS = 32767;

/**
 * The class `File` of scripts.
 *
 * @param {Map<string, string>} texts by path; a path without a folder is in the search path.
 */
function fileClass(texts) {
  return class File {
    constructor(path, access = "read") {
      this.path = path;
      this.access = access;
      this.position = 0;
      const isWritable = access !== "read" && !path.startsWith("/read-only/");
      this.isopen = access === "read" ? texts.has(path) : isWritable;
      if (this.isopen && !texts.has(path)) {
        texts.set(path, "");
      }
    }

    get eof() {
      return (texts.get(this.path) ?? "").length;
    }

    set eof(length) {
      texts.set(this.path, texts.get(this.path).slice(0, length));
    }

    readstring(count) {
      const end = this.position + Math.min(count, MOST_CHARACTERS);
      const text = texts.get(this.path).slice(this.position, end);
      this.position += text.length;
      return text;
    }

    writestring(text) {
      const before = texts.get(this.path).slice(0, this.position);
      const after = texts.get(this.path).slice(before.length + text.length);
      texts.set(this.path, before + text + after);
      this.position += text.length;
    }

    close() {
      this.isopen = false;
    }
  };
}

exports.fileClass = fileClass;
