// Finds the point under the mouse without looking at all of them.

const { clamped } = require("units.js");

/** Points of the map by the cell that they lie in. */
class PointGrid {
  /**
   * @param {Array<{x: number, y: number}>} points with x and y from 0 to 1.
   * @param {number[]} indices of the points that can be found.
   */
  constructor(points, indices) {
    this.points = points;
    /** Cells along each side, for about two points each. */
    this.side = Math.max(1, Math.ceil(Math.sqrt(indices.length / 2)));
    this.cells = new Map();
    for (const index of indices) {
      const key = this.cellOf(points[index].y) * this.side + this.cellOf(points[index].x);
      const cell = this.cells.get(key);
      if (cell) {
        cell.push(index);
      } else {
        this.cells.set(key, [index]);
      }
    }
  }

  cellOf(coordinate) {
    return clamped(Math.floor(coordinate * this.side), 0, this.side - 1);
  }

  /**
   * @param {number} radiusX reach on the map, which the screen may stretch along one side.
   * @param {number} radiusY
   * @returns {number} index of the nearest point within reach, or -1.
   */
  nearest(x, y, radiusX, radiusY) {
    let best = -1;
    let bestDistance = 1;
    const [left, right] = [this.cellOf(x - radiusX), this.cellOf(x + radiusX)];
    for (let row = this.cellOf(y - radiusY); row <= this.cellOf(y + radiusY); row += 1) {
      for (let column = left; column <= right; column += 1) {
        for (const index of this.cells.get(row * this.side + column) ?? []) {
          const point = this.points[index];
          const distance = Math.hypot((point.x - x) / radiusX, (point.y - y) / radiusY);
          if (distance <= bestDistance) {
            best = index;
            bestDistance = distance;
          }
        }
      }
    }
    return best;
  }
}

exports.PointGrid = PointGrid;
