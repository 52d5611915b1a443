// Candidates for the sound heard last: rank, similarity, and the meter of what sounds.

const { clamped } = require("units.js");
const { paintBar } = require("view_bar.js");
const { ListView } = require("view_list.js");
const { NAME_SIZE, SMALL_SIZE, write } = require("view_text.js");

const LAYOUT = { height: 13, top: 12, columns: 2 };
const RANK_WIDTH = 12;
const PERCENT_WIDTH = 31;
const PADDING = 4;

/** Eight answers at once, the best first. */
class CandidatesView extends ListView {
  constructor() {
    super(LAYOUT, "Record or drop a sound, then press Match.");
    /** Similarity in percent of what sounds; -1 where it is not known. */
    this.meter = -1;
  }

  get handlers() {
    return {
      ...super.handlers,
      meter: (percent) => (this.meter = Number.isFinite(percent) ? percent : -1),
    };
  }

  itemOf([percent]) {
    return { percent: Number.isFinite(percent) ? clamped(percent, 0, 100) : NaN };
  }

  click({ index }) {
    return [["candidates_click", index + 1]];
  }

  paintRow(graphics, row, { percent }, theme) {
    const isChosen = row.index === this.chosen;
    const baseline = row.y + 10;
    const rank = { colour: isChosen ? theme.text : theme.dim, size: SMALL_SIZE };
    write(graphics, String(row.index + 1), row.x + PADDING, baseline, rank);
    const x = row.x + PADDING + RANK_WIDTH;
    const width = row.width - RANK_WIDTH - PERCENT_WIDTH - 2 * PADDING;
    paintBar(graphics, { x, y: row.y + 4, width, height: 5 }, percent / 100, theme, isChosen);
    const text = Number.isFinite(percent) ? `${Math.round(percent)} %` : "?";
    const style = { colour: theme.text, size: SMALL_SIZE, isRight: true };
    write(graphics, text, row.x + row.width - PADDING, baseline, style);
  }

  /** The similarity meter of what sounds. */
  paintTop(graphics, theme) {
    const isKnown = this.meter >= 0;
    const style = { colour: isKnown ? theme.text : theme.dim, size: SMALL_SIZE };
    const { top, width } = this.rows;
    graphics.set_source_rgba(theme.background);
    graphics.rectangle(0, 0, width, top);
    graphics.fill();
    const x = PADDING + write(graphics, "Similarity", PADDING, 9, style) + PADDING;
    const bar = { x, y: 3, width: width - x - PERCENT_WIDTH - 2 * PADDING, height: 6 };
    paintBar(graphics, bar, isKnown ? this.meter / 100 : 0, theme, true);
    const text = isKnown ? `${Math.round(this.meter)} %` : "–";
    write(graphics, text, width - PADDING, 9, { ...style, size: NAME_SIZE, isRight: true });
  }
}

exports.CandidatesView = CandidatesView;
