// Max's drawing context: records what is drawn, and draws it where a canvas is installed.
//
// It holds nothing that is not in the API reference of Cycling '74, so that a call of something
// else fails, and it refuses numbers that Max would draw nowhere.

const fs = require("node:fs");
const path = require("node:path");
const { createRequire } = require("node:module");

const ROOT = path.join(__dirname, "../../../..");
/** Where the Makefile installs what only tests need. */
const PACKAGES = path.join(ROOT, "build/npm/index.js");
/** The font in Live is not to be had elsewhere; this one is a little wider. */
const FONT = "DejaVu Sans Condensed, Arial, sans-serif";
/** Width of a letter for one pixel of size, where nothing can measure. */
const LETTER_WIDTH = 0.52;
const FINEST = 1e6;

/** The canvas of npm's `@napi-rs/canvas`, or undefined where it is not installed. */
function canvasLibrary() {
  try {
    return createRequire(PACKAGES)("@napi-rs/canvas");
  } catch {
    return undefined;
  }
}

function check(method, numbers) {
  for (const number of numbers) {
    if (!Number.isFinite(number) || Math.abs(number) > FINEST) {
      throw new Error(`${method} of ${numbers.join(" ")} draws nowhere`);
    }
  }
}

function cssOf([red, green, blue, alpha]) {
  return `rgba(${[red, green, blue].map((channel) => Math.round(channel * 255)).join()},${alpha})`;
}

/**
 * The classes `MGraphics` and `Image` of scripts.
 *
 * @param {{canvas?: object, pixels?: number}} options the canvas library, and pixels of a picture
 *   for one of the view.
 */
function graphicsClasses({ canvas, pixels = 1 } = {}) {
  const measuring = canvas?.createCanvas(1, 1).getContext("2d");

  class MGraphics {
    constructor(width, height) {
      this.size = [width, height];
      this.relative_coords = 1;
      this.autofill = 1;
      /** Names of methods, with how often they were called. */
      this.counts = new Map();
      /** Texts that were shown, with place, size and colour. */
      this.texts = [];
      /** Shapes that were filled or stroked, with their colour. */
      this.shapes = [];
      this.colour = [0, 0, 0, 1];
      this.fontSize = 12;
      this.point = [0, 0];
      this.states = [];
      this.nRedraws = 0;
      this.path = 0;
      this.surface = canvas?.createCanvas(Math.ceil(width * pixels), Math.ceil(height * pixels));
      this.pen = this.surface?.getContext("2d");
      this.pen?.scale(pixels, pixels);
      this.pen?.beginPath();
    }

    count(method) {
      this.counts.set(method, (this.counts.get(method) ?? 0) + 1);
    }

    init() {
      this.count("init");
    }

    redraw() {
      this.nRedraws += 1;
    }

    // --- Colours and lines ---

    set_source_rgba(...channels) {
      this.count("set_source_rgba");
      const colour = channels.flat();
      if (colour.length !== 4 || !colour.every((each) => each >= 0 && each <= 1)) {
        throw new Error(`set_source_rgba of ${colour.join(" ")} is no colour`);
      }
      this.colour = [...colour];
      if (this.pen) {
        this.pen.fillStyle = cssOf(this.colour);
        this.pen.strokeStyle = cssOf(this.colour);
      }
    }

    set_line_width(width) {
      check("set_line_width", [width]);
      if (this.pen) {
        this.pen.lineWidth = width;
      }
    }

    set_line_cap(cap) {
      if (this.pen) {
        this.pen.lineCap = cap;
      }
    }

    set_line_join(join) {
      if (this.pen) {
        this.pen.lineJoin = join;
      }
    }

    // --- Paths ---

    move_to(x, y) {
      this.count("move_to");
      check("move_to", [x, y]);
      this.point = [x, y];
      this.pen?.moveTo(x, y);
    }

    line_to(x, y) {
      this.count("line_to");
      check("line_to", [x, y]);
      this.path += 1;
      this.pen?.lineTo(x, y);
    }

    arc(x, y, radius, start, end) {
      check("arc", [x, y, radius, start, end]);
      this.path += 1;
      this.pen?.arc(x, y, radius, start, end);
    }

    rectangle(x, y, width, height) {
      this.count("rectangle");
      check("rectangle", [x, y, width, height]);
      this.path += 1;
      this.pen?.rect(x, y, width, height);
    }

    rectangle_rounded(x, y, width, height, ovalWidth, ovalHeight) {
      check("rectangle_rounded", [x, y, width, height, ovalWidth, ovalHeight]);
      this.path += 1;
      this.pen?.roundRect(x, y, width, height, ovalWidth / 2);
    }

    ellipse(x, y, width, height) {
      this.count("ellipse");
      check("ellipse", [x, y, width, height]);
      this.path += 1;
      const [radiusX, radiusY] = [width / 2, height / 2];
      this.pen?.moveTo(x + width, y + radiusY);
      this.pen?.ellipse(x + radiusX, y + radiusY, radiusX, radiusY, 0, 0, 2 * Math.PI);
    }

    close_path() {
      this.pen?.closePath();
    }

    fill() {
      this.fill_preserve();
      this.endPath();
    }

    fill_preserve() {
      this.count("fill");
      this.shapes.push({ kind: "fill", colour: this.colour, n: this.path });
      this.pen?.fill();
    }

    stroke() {
      this.count("stroke");
      this.shapes.push({ kind: "stroke", colour: this.colour, n: this.path });
      this.pen?.stroke();
      this.endPath();
    }

    endPath() {
      this.path = 0;
      this.pen?.beginPath();
    }

    // --- Text ---

    select_font_face(name) {
      this.fontName = name;
    }

    set_font_size(size) {
      check("set_font_size", [size]);
      this.fontSize = size;
    }

    get font() {
      return `${this.fontSize}px ${FONT}`;
    }

    text_measure(text) {
      this.count("text_measure");
      if (!measuring) {
        return [String(text).length * this.fontSize * LETTER_WIDTH, this.fontSize * 1.2];
      }
      measuring.font = this.font;
      return [measuring.measureText(String(text)).width, this.fontSize * 1.2];
    }

    show_text(text) {
      this.count("show_text");
      if (typeof text !== "string") {
        throw new Error(`show_text of ${text} is no text`);
      }
      const [x, y] = this.point;
      const [width] = this.text_measure(text);
      this.texts.push({ text, x, y, width, size: this.fontSize, colour: this.colour });
      if (this.pen) {
        this.pen.font = this.font;
        this.pen.fillText(text, x, y);
      }
    }

    // --- States and images ---

    save() {
      this.states.push([this.colour, this.fontSize]);
      this.pen?.save();
    }

    restore() {
      [this.colour, this.fontSize] = this.states.pop();
      this.pen?.restore();
    }

    scale(x, y) {
      check("scale", [x, y]);
      this.pen?.scale(x, y);
    }

    image_surface_draw(image) {
      this.count("image_surface_draw");
      if (image.isFreed) {
        throw new Error("an image that has been freed cannot be drawn");
      }
      this.pen?.drawImage(image.surface, 0, 0, ...image.size);
    }

    /** Writes what was drawn. */
    save_png(file) {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, this.surface.toBuffer("image/png"));
    }
  }

  /** A copy of a context as it is now. */
  class Image {
    constructor(source) {
      this.size = source.size;
      this.surface = canvas?.createCanvas(...source.size);
      this.surface?.getContext("2d").drawImage(source.surface, 0, 0);
      /** What was called since the image before. */
      this.counts = source.counts;
      source.counts = new Map();
      this.isFreed = false;
    }

    freepeer() {
      this.isFreed = true;
    }
  }

  return { MGraphics, Image };
}

exports.ROOT = ROOT;
exports.canvasLibrary = canvasLibrary;
exports.graphicsClasses = graphicsClasses;
