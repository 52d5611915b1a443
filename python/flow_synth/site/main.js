// The page: its sounds, its theme and, where there is one, its instrument.

import { Clips } from "./clips.js";
import { InstrumentPanel } from "./instrument_panel.js";
import { MapPanel } from "./map_panel.js";
import { bindTheme } from "./theme.js";

new Clips().listen(document);

/** @type {MapPanel|undefined} */
let map;
const root = /** @type {HTMLElement|null} */ (document.querySelector("[data-instrument]"));
if (root) {
  const panel = new InstrumentPanel(root);
  if (root.querySelector("canvas")) {
    map = new MapPanel(root, panel);
  }
}

bindTheme(() => map?.draw());
