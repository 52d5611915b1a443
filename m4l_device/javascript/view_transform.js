// Which part of the map shows, and where its points are on the screen.

const { clamped } = require("units.js");

const LARGEST_ZOOM = 24;

/** @typedef {{x: number, y: number, width: number, height: number}} Area in pixels. */

/** A window into the map, whose sides are 1; y goes up on the map and down on the screen. */
class MapTransform {
  constructor() {
    this.reset();
  }

  /** Shows the whole map. */
  reset() {
    this.zoom = 1;
    /** Left and lower edge of the window, on the map. */
    this.left = 0;
    this.bottom = 0;
  }

  /** @returns {[number, number]} where a point of the map is on the screen. */
  toScreen(x, y, area) {
    return [
      area.x + (x - this.left) * this.zoom * area.width,
      area.y + area.height - (y - this.bottom) * this.zoom * area.height,
    ];
  }

  /** @returns {[number, number]} the point of the map that is at a place of the screen. */
  toMap(screenX, screenY, area) {
    return [
      this.left + (screenX - area.x) / (this.zoom * area.width),
      this.bottom + (area.y + area.height - screenY) / (this.zoom * area.height),
    ];
  }

  /** Enlarges; what is at a place of the screen stays there. */
  zoomAt(screenX, screenY, factor, area) {
    const [x, y] = this.toMap(screenX, screenY, area);
    this.zoom = clamped(this.zoom * factor, 1, LARGEST_ZOOM);
    const [nowX, nowY] = this.toMap(screenX, screenY, area);
    this.left += x - nowX;
    this.bottom += y - nowY;
    this.keepInside();
  }

  /** Takes the map along with the mouse. */
  pan(deltaX, deltaY, area) {
    this.left -= deltaX / (this.zoom * area.width);
    this.bottom += deltaY / (this.zoom * area.height);
    this.keepInside();
  }

  keepInside() {
    const most = 1 - 1 / this.zoom;
    this.left = clamped(this.left, 0, most);
    this.bottom = clamped(this.bottom, 0, most);
  }
}

exports.LARGEST_ZOOM = LARGEST_ZOOM;
exports.MapTransform = MapTransform;
