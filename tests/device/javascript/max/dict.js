// Max's dictionaries, which do not keep JSON as it is: empty lists and null go, a list of one item
// is its item, and what is true is 1.

function kept(value) {
  if (Array.isArray(value)) {
    const items = value.map(kept).filter((item) => item !== undefined);
    return items.length > 1 ? items : items[0];
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([key, each]) => [key, kept(each)]);
    return Object.fromEntries(entries.filter(([, each]) => each !== undefined));
  }
  return typeof value === "boolean" ? Number(value) : (value ?? undefined);
}

/**
 * The class `Dict` of scripts.
 *
 * @param {Map<string, object>} contents of all dictionaries by name; what a Set keeps.
 */
function dictClass(contents) {
  return class Dict {
    constructor(name) {
      this.name = name;
    }

    parse(text) {
      contents.set(this.name, kept(JSON.parse(text)));
    }

    stringify() {
      const content = contents.get(this.name) ?? {};
      return typeof content === "string" ? content : JSON.stringify(content);
    }
  };
}

exports.dictClass = dictClass;
