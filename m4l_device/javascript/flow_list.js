// A list: `v8ui flow_list.js KIND`, where KIND is `candidates`, `presets` or `knobs`.
//
// Wheel: scroll. Hears (indices count from 1, 0 is none):
//
//   count N                 of rows that follow
//   chosen I                the row that sounds
//   row I PERCENT           of candidates
//   meter PERCENT           of candidates: the similarity of what sounds; -1: not known
//   row I NAME 0|1          of presets; 1 is a favourite
//   row I NAME UNIT TEXT 0|1   of knobs: unit value, what a musician reads, 1 is locked
//   units U1 ... UP         of knobs: the bars alone
//
// Says: `candidates_click I`; `presets_click I` or, on the star, `presets_favourite I`;
// `knobs_click I`.

const { CandidatesView } = require("view_candidates.js");
const { KnobsView } = require("view_knobs.js");
const { PresetsView } = require("view_presets.js");
const { readTheme } = require("view_theme.js");

const KINDS = { candidates: CandidatesView, knobs: KnobsView, presets: PresetsView };

inlets = 1;
outlets = 1;
mgraphics.init();
mgraphics.relative_coords = 0;
mgraphics.autofill = 0;

const view = new KINDS[jsarguments[1]]();

function paint() {
  view.paint(mgraphics, readTheme(max));
}

function say(messages) {
  for (const [selector, ...args] of messages) {
    outlet(0, selector, args);
  }
  mgraphics.redraw();
}

function anything(...args) {
  if (!view.receive(messagename, args)) {
    error(`flow_list.js has no message '${messagename}' for ${jsarguments[1]}\n`);
  }
  mgraphics.redraw();
}

function onidle(x, y) {
  say(view.hover(x, y));
}

function onidleout() {
  say(view.leave());
}

function onclick(x, y) {
  say(view.press(x, y));
}

function onwheel(x, y, turnX, turnY) {
  say(view.wheel(turnY));
}
