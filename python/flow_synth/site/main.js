// The page: its sounds, its formulas, its theme and, where there is one, its instrument.

import { Clips } from "./clips.js";
import { drawFormulasNearby } from "./formulas_nearby.js";
import { InstrumentPanel } from "./instrument_panel.js";
import { InstrumentVoice } from "./instrument_voice.js";
import { MapPanel } from "./map_panel.js";
import { bindTheme } from "./theme.js";

bindTheme();
new Clips().listen(document);
drawFormulasNearby(document);

const root = /** @type {HTMLElement|null} */ (document.querySelector("[data-instrument]"));
const place = /** @type {HTMLElement|null} */ (root?.querySelector("[data-map]"));
if (root) {
  const panel = new InstrumentPanel(root);
  const map = place ? MapPanel.open(place, new InstrumentVoice(panel)) : undefined;
  panel.onstate = ({ units }) => map?.follow(units);
  panel.onmorph = (share) => map?.markMorph(share);
  panel.onend = (end) => map?.markEnd(end);
}
