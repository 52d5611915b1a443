// The pad of two macro knobs: `v8ui flow_xy.js`.
//
// Hears:
//
//   at X Y             where the point is, 0 to 1 from left to right and from below up
//   dimensions I J     the macro knobs along both
//   freeze 0|1         whether the mouse moves nothing
//
// Says: `xy_move X Y`, and `xy_release` when the mouse lets go.

const { XyView } = require("view_xy.js");
const { readTheme } = require("view_theme.js");

inlets = 1;
outlets = 1;
mgraphics.init();
mgraphics.relative_coords = 0;
mgraphics.autofill = 0;

const view = new XyView();

function paint() {
  view.paint(mgraphics, readTheme(max));
}

function say(messages) {
  for (const [selector, ...args] of messages) {
    if (args.length > 0) {
      outlet(0, selector, args);
    } else {
      outlet(0, selector);
    }
  }
  mgraphics.redraw();
}

function anything(...args) {
  if (!view.receive(messagename, args)) {
    error(`flow_xy.js has no message '${messagename}'\n`);
  }
  mgraphics.redraw();
}

function onclick(x, y) {
  say(view.press(x, y));
}

function ondrag(x, y, button) {
  say(view.drag(x, y, Boolean(button)));
}
