// What takes long to draw and seldom changes is drawn once, into an image.

/** Pixels of the image for one of the view, so that it is sharp on every screen. */
const SHARPNESS = 2;

/** A picture that is kept until something that it depends on changes. */
class Layer {
  /** @param {{MGraphics: any, Image: any}} max Max's constructors. */
  constructor(max) {
    this.max = max;
    this.key = "";
    this.width = 0;
    this.height = 0;
    /** Where it is drawn; one for each size of the view, as nothing frees them at once. */
    this.context = undefined;
    this.image = undefined;
  }

  /**
   * Puts the picture into a view.
   *
   * @param {any} graphics of the view.
   * @param {string} key of all that the picture depends on, the size of the view aside.
   * @param {(graphics: any) => void} paint draws it, at the size of the view.
   */
  draw(graphics, key, paint) {
    const [width, height] = graphics.size;
    const isOtherSize = width !== this.width || height !== this.height;
    if (isOtherSize) {
      this.resize(width, height);
    }
    if (isOtherSize || key !== this.key) {
      this.key = key;
      this.render(paint);
    }
    graphics.save();
    graphics.scale(1 / SHARPNESS, 1 / SHARPNESS);
    graphics.image_surface_draw(this.image);
    graphics.restore();
  }

  resize(width, height) {
    [this.width, this.height] = [width, height];
    this.context = new this.max.MGraphics(width * SHARPNESS, height * SHARPNESS);
    this.context.scale(SHARPNESS, SHARPNESS);
  }

  render(paint) {
    // The memory of images is not JavaScript's, and so is not collected in time.
    this.image?.freepeer?.();
    paint(this.context);
    this.image = new this.max.Image(this.context);
  }
}

exports.Layer = Layer;
