// Presets of the musician's own: their names, and a star for the favourites.

const { ListView } = require("view_list.js");
const { write } = require("view_text.js");

const LAYOUT = { height: 15 };
const PADDING = 4;
/** At the right edge; a click there marks a favourite. */
const STAR_WIDTH = 18;
const STAR_RADIUS = 4.8;
const N_POINTS = 5;
/** Of a star, the inner radius for an outer one of 1. */
const WAIST = 0.45;

/** Saved presets in the order in which the device lists them. */
class PresetsView extends ListView {
  constructor() {
    super(LAYOUT, "No presets yet; save the sound under a name.");
  }

  itemOf([name = "", isFavourite = 0]) {
    return { name: String(name), isFavourite: Boolean(Number(isFavourite)) };
  }

  click({ index, x, width }, mouseX) {
    const isStar = mouseX >= x + width - STAR_WIDTH;
    return [[isStar ? "presets_favourite" : "presets_click", index + 1]];
  }

  paintRow(graphics, row, { name, isFavourite }, theme) {
    const room = row.width - STAR_WIDTH - PADDING;
    write(graphics, name, row.x + PADDING, row.y + 11, { colour: theme.text, width: room });
    const centre = [row.x + row.width - STAR_WIDTH / 2, row.y + row.height / 2 + 0.3];
    paintStar(graphics, centre, isFavourite, theme);
  }
}

function paintStar(graphics, [x, y], isFull, theme) {
  for (let corner = 0; corner < 2 * N_POINTS; corner += 1) {
    const radius = STAR_RADIUS * (corner % 2 === 0 ? 1 : WAIST);
    const angle = (corner * Math.PI) / N_POINTS - Math.PI / 2;
    const [cornerX, cornerY] = [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
    if (corner === 0) {
      graphics.move_to(cornerX, cornerY);
    } else {
      graphics.line_to(cornerX, cornerY);
    }
  }
  graphics.close_path();
  graphics.set_source_rgba(isFull ? theme.accent : theme.dim);
  if (isFull) {
    graphics.fill();
  } else {
    graphics.set_line_width(0.8);
    graphics.stroke();
  }
}

exports.PresetsView = PresetsView;
