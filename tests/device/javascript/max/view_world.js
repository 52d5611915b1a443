// Max around a script in v8ui: MaxWorld, a drawing context, colours of Live's themes and a mouse.

const { canvasLibrary, graphicsClasses } = require("./mgraphics.js");
const { MaxWorld } = require("./max_world.js");

const hex = (digits) =>
  [...[0, 2, 4].map((start) => parseInt(digits.slice(start, start + 2), 16) / 255), 1];

/** Displays of Live: dark in most themes, and light ones, which musicians make. */
const THEMES = {
  dark: {
    live_lcd_bg: hex("1e1e1e"),
    live_lcd_title: hex("e6e6e6"),
    live_lcd_control_fg: hex("ffb532"),
  },
  light: {
    live_lcd_bg: hex("f2f2f2"),
    live_lcd_title: hex("1a1a1a"),
    live_lcd_control_fg: hex("ff8a00"),
  },
  middle: {
    live_lcd_bg: hex("8a8a8a"),
    live_lcd_title: hex("101010"),
    live_lcd_control_fg: hex("ffb532"),
  },
};

/** Runs one view. */
class ViewWorld extends MaxWorld {
  /**
   * @param {string[]} jsarguments name of the script, and its arguments.
   * @param {[number, number]} size of the view.
   * @param {object} options
   * @param {Map<string, string>} [options.files] texts by path.
   * @param {string} [options.theme] one of THEMES.
   * @param {boolean} [options.isDrawn] whether pictures can be written.
   * @param {number} [options.pixels] of a picture, for one of the view.
   */
  constructor(jsarguments, size, { files, theme = "dark", isDrawn = false, pixels = 1 } = {}) {
    super({ jsarguments, files });
    const canvas = isDrawn ? canvasLibrary() : undefined;
    this.theme = THEMES[theme];
    this.classes = graphicsClasses({ canvas, pixels });
    // Layers are twice as fine as the view; so are they here.
    this.layerClasses = graphicsClasses({ canvas });
    this.size = size;
    /** What the script has drawn to be kept. */
    this.images = [];
    this.begin();
  }

  /** What only the script's own globals need is there before anything is drawn. */
  globals(jsarguments) {
    const world = this;
    return {
      ...super.globals(jsarguments),
      mgraphics: new (graphicsClasses().MGraphics)(1, 1),
      MGraphics: function (width, height) {
        return new world.layerClasses.MGraphics(width, height);
      },
      Image: function (source) {
        const image = new world.layerClasses.Image(source);
        world.images.push(image);
        return image;
      },
      max: { getcolor: (name) => world.theme[name] },
    };
  }

  begin() {
    const { autofill, relative_coords } = this.context.mgraphics;
    this.graphics = new this.classes.MGraphics(...this.size);
    this.context.mgraphics = Object.assign(this.graphics, { autofill, relative_coords });
  }

  /** Draws the view anew. */
  paint() {
    this.begin();
    this.context.paint();
    return this.graphics;
  }

  /** What the mouse does: `idle`, `idleout`, `click`, `drag`, `dblclick` or `wheel`. */
  mouse(event, ...args) {
    this.context[`on${event}`](...args);
    return this.take(0);
  }
}

exports.THEMES = THEMES;
exports.ViewWorld = ViewWorld;
