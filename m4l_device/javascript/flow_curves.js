// Curves along a macro knob: `v8ui flow_curves.js`.
//
// Hears (positions are 0 to 1):
//
//   begin MACRO COUNT             a macro knob from 1, and how many points follow
//   names NAME1 ...               of the knobs
//   point POSITION V1 ... VP      unit values of the knobs
//   axes NAME1 ...                of the descriptors; `axes` alone: the map has none
//   axis_units UNIT1 ...          of the descriptors; may be left out
//   axis_ranges LOW1 HIGH1 ...    what a plot of each shows at least; may be left out
//   descriptor POSITION D1 ... Dn
//   end                           shows all that has come since `begin`
//   here POSITION                 where the macro knob stands; `here` alone: not known

const { CurvesView } = require("view_curves.js");
const { readTheme } = require("view_theme.js");

inlets = 1;
outlets = 1;
mgraphics.init();
mgraphics.relative_coords = 0;
mgraphics.autofill = 0;

const view = new CurvesView();

function paint() {
  view.paint(mgraphics, readTheme(max));
}

function anything(...args) {
  if (!view.receive(messagename, args)) {
    error(`flow_curves.js has no message '${messagename}'\n`);
  }
  mgraphics.redraw();
}
