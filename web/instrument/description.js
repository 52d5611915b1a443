// What a model is, and where the hand is: types alone.

/**
 * @typedef {object} Knob
 * @property {string} name
 * @property {string} label
 * @property {string} unit
 * @property {"continuous"|"ordinal"|"categorical"} kind
 * @property {"linear"|"log"} curve
 * @property {number} minimum in its own unit, as are all of these.
 * @property {number} maximum
 * @property {number} step of a stepped knob.
 * @property {number} default
 * @property {string[]} choices
 *
 * @typedef {object} Slider
 * @property {string} name
 * @property {string} low the word at -3.
 * @property {string} high the word at 3.
 *
 * @typedef {object} Description what a model is.
 * @property {string} synth
 * @property {string} synthVersion
 * @property {string} family
 * @property {boolean} sounds whether the built-in voice plays its knobs.
 * @property {number} nDimensions of z; 0 where a page cannot run the map.
 * @property {number} nMacros
 * @property {Knob[]} knobs
 * @property {Slider[]} sliders
 *
 * @typedef {object} State where the hand is.
 * @property {Float32Array} units [P] unit values, locked knobs where they are locked.
 * @property {Float32Array} z [D]; empty without a map.
 * @property {Float64Array} macros where each macro knob stands: 0 to 1, of places far out beyond.
 * @property {Float64Array} sliders position of each slider, -3 to 3.
 * @property {boolean[]} locked whether each knob is locked.
 */

export {};
