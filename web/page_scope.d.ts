// What the scripts of a page find in its scope: others of its scripts have put it there.

/** A preset of a map file, as `MapPreset` in Python. */
interface MapPreset {
  name: string;
  /** -1 for none. */
  category: number;
  /** 0 to 1. */
  x: number;
  y: number;
  /** By axis: -1, 0 or 1. */
  tags: number[];
  /** By axis: 0 to 1. */
  descriptors: number[];
  /** Times 10000. */
  units: number[];
}

/** By the name that `data_script` in Python gives it. */
interface FlowSynthData {
  /** Packed by gzip, as Base64; the worklet as a `data:` address. */
  instrument?: { wasm: string; model: string; worklet: string };
  map?: { presets: MapPreset[] };
}

declare var flowSynthData: FlowSynthData | undefined;

declare var createRegl: typeof import("regl").default;
declare var createScatterplot: typeof import("regl-scatterplot").default;

/** Style is packed together with the script that needs it. */
declare module "*.css";
