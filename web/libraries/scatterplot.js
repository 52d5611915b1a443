// regl-scatterplot, and what it draws with, for scripts that are no modules.

import createRegl from "regl";
import createScatterplot from "regl-scatterplot";

Object.assign(globalThis, { createRegl, createScatterplot });
