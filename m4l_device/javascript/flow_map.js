// The map of presets: `v8ui flow_map.js`.
//
// Wheel: zoom. Drag: a free point, or a path while it is drawn; with Command, Control or Alt: move
// the map. Double click: the whole map again.
//
// Hears (indices count from 1, 0 is none; positions and shares are 0 to 1):
//
//   load PATH          the map file to draw; `load` alone: there is none
//   filter N           which presets show: 0 all, 1 and 2 the words of the first axis, and so on
//   colour N           0 by category, or the number of an axis from 1
//   here X Y           where the sound is; `here` alone: nowhere on the map
//   chosen I           the preset that sounds
//   draw 0|1           whether the mouse adds to the path
//   path_kind free|presets   what it adds: points, or presets
//   path X1 Y1 ...     the path to show; `path` alone: none
//   playing SHARE      how much of the path was played; `playing` alone: it rests
//
// Says: `map_hover I` (0: over none), `map_click I`, `map_point X Y`, `map_path add X Y` or
// `map_path add I`.

const { MapView } = require("view_map.js");
const { readTheme } = require("view_theme.js");

inlets = 1;
outlets = 1;
mgraphics.init();
mgraphics.relative_coords = 0;
mgraphics.autofill = 0;

const view = new MapView({ File, MGraphics, Image });

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
    error(`flow_map.js has no message '${messagename}'\n`);
  }
  mgraphics.redraw();
}

function onidle(x, y) {
  say(view.hover(x, y));
}

function onidleout() {
  say(view.leave());
}

function onclick(x, y, button, command, shift, capsLock, alt) {
  say(view.press(x, y, Boolean(command || alt)));
}

function ondrag(x, y, button) {
  say(view.drag(x, y, Boolean(button)));
}

function ondblclick() {
  say(view.double());
}

function onwheel(x, y, turnX, turnY) {
  say(view.wheel(x, y, turnY));
}
