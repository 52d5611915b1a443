// regl-scatterplot for scripts that are no modules.

import createScatterplot from "regl-scatterplot";

Object.assign(globalThis, { createScatterplot });
