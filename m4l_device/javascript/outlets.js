// Where the device says what. Each outlet of the v8 object has one kind of listener.
//
// What views hear (all indices count from 1, 0 is none; positions and shares are 0 to 1):
//
//   map load PATH                 the map file to draw; `map load` alone: there is none
//   map filter N                  which presets show: 0 all, 1 and 2 the low and high word of the
//                                 first axis of the file, 3 and 4 of the second, and so on
//   map colour N                  0 by category, or the number of an axis from 1
//   map here X Y                  where the sound is; `map here` alone: nowhere on the map
//   map chosen I                  the preset that sounds
//   map draw 0|1                  whether clicks add to the path
//   map path_kind free|presets    what clicks add: points, or presets
//   map path X1 Y1 X2 Y2 ...      the path that would be played; `map path` alone: none
//   map playing SHARE             how far along the path; `map playing` alone: it rests
//   candidates count N            of rows that follow
//   candidates row I PERCENT
//   candidates chosen I
//   candidates meter PERCENT      the similarity of what sounds; -1 where it is not known
//   presets count N
//   presets row I NAME 0|1        1 is a favourite
//   presets chosen I
//   knobs count N
//   knobs row I NAME UNIT TEXT 0|1   unit value, what a musician reads, 1 is locked
//   knobs units U1 ... UP         the bars alone, which move often
//   curves begin MACRO COUNT      of points that follow
//   curves names NAME1 ...        of the knobs
//   curves point POSITION V1 ... VP
//   curves axes NAME1 ...         of the descriptors; none where the map has no such curve
//   curves axis_units UNIT1 ...
//   curves axis_ranges LOW1 HIGH1 ...  what a plot of each shows at least
//   curves descriptor POSITION D1 ... Dn
//   curves end
//   curves here POSITION          where the macro knob stands
//   xy at X Y
//   xy dimensions I J
//   xy freeze 0|1

const SYNTH = 0;
const CONTROLS = 1;
const VIEWS = 2;
/** The hosted plug-in of Flow Synth, and what turns parameters of Live in Flow Control. */
const PLUGIN = 3;
const PATCH = 4;

/** Number of outlets of the v8 object. */
const COUNT = 5;

/**
 * Whether something can be part of a message.
 *
 * @param {any} value
 * @returns {boolean}
 */
function isAtom(value) {
  return typeof value === "string" || Number.isFinite(value);
}

/** Less than this nobody sees at a control. */
const LEAST_SHOWN = 1e-3;
/** What has just been moved by a hand or by automation is left to it for so long. */
const HANDS_OFF_MS = 1000;

/** Names the outlets of the v8 object, and says nothing that is no message. */
class Outlets {
  /**
   * @param {(outlet: number, selector: string|number, args: Array<string|number>) => void} send
   *   puts one message out.
   * @param {() => number} now a clock in milliseconds.
   */
  constructor(send, now) {
    this.now = now;
    /** @type {Map<string, {value: number, heard_ms: number}>} where controls stand, by id. */
    this.controls = new Map();
    this.send = (outlet, selector, args) => {
      if (args.every(isAtom)) {
        send(outlet, selector, args);
      }
    };
  }

  /**
   * A message of `flow_synth~`.
   *
   * @param {string} selector
   * @param {...(string|number)} args
   */
  synth(selector, ...args) {
    this.send(SYNTH, selector, args);
  }

  /** Whether a control is known to stand at a number. */
  stands(id, value) {
    return Math.abs(this.controls.get(id)?.value - value) <= LEAST_SHOWN;
  }

  /** A control has said where it stands. */
  hear(id, args) {
    if (args.length === 1 && Number.isFinite(args[0])) {
      this.controls.set(id, { value: args[0], heard_ms: this.now() });
    }
  }

  /**
   * Shows a value at a control, which says nothing of it; a number only where it stands elsewhere.
   *
   * @param {string} id of the control.
   * @param {string|number} value
   */
  show(id, value) {
    if (this.stands(id, value)) {
      return;
    }
    if (Number.isFinite(value)) {
      const known = this.controls.get(id);
      this.controls.set(id, { value, heard_ms: known?.heard_ms ?? -Infinity });
    }
    this.send(CONTROLS, id, ["set", value]);
  }

  /**
   * Shows where something is now, at a control that a hand or automation may be moving.
   *
   * @param {string} id of the control.
   * @param {number} value
   * @returns {boolean} whether it is shown; not where the control has been moved just now.
   */
  follow(id, value) {
    if (this.stands(id, value)) {
      return true;
    }
    if (this.now() - (this.controls.get(id)?.heard_ms ?? -Infinity) < HANDS_OFF_MS) {
      return false;
    }
    this.show(id, value);
    return true;
  }

  /**
   * Gives a menu other items.
   *
   * @param {string} id of the control.
   * @param {string[]} names of the items.
   */
  items(id, names) {
    this.send(CONTROLS, id, ["_parameter_range", ...names]);
  }

  /**
   * A message of one of the views.
   *
   * @param {string} name of the view.
   * @param {...(string|number)} args
   */
  view(name, ...args) {
    this.send(VIEWS, name, args);
  }

  /**
   * Turns a knob of the hosted plug-in.
   *
   * @param {number} number of the parameter, from 1.
   * @param {number} unit value in [0, 1].
   */
  plugin(number, unit) {
    this.send(PLUGIN, number, [unit]);
  }

  /**
   * Has a `live.remote~` hold a parameter of Live, or none.
   *
   * @param {number} remote from 1.
   * @param {number} id of the parameter; 0: none.
   */
  point(remote, id) {
    this.send(PLUGIN, "point", [remote, "id", id]);
  }

  /**
   * Turns the parameter that a `live.remote~` holds.
   *
   * @param {number} remote from 1.
   * @param {number} value in the range of the parameter.
   */
  turn(remote, value) {
    this.send(PLUGIN, "turn", [remote, value]);
  }

  /**
   * A message of the patch around.
   *
   * @param {string} selector
   * @param {...(string|number)} args
   */
  patch(selector, ...args) {
    this.send(PATCH, selector, args);
  }
}

exports.COUNT = COUNT;
exports.HANDS_OFF_MS = HANDS_OFF_MS;
exports.Outlets = Outlets;
exports.isAtom = isAtom;
