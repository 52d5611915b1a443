// The v8 object of Flow Synth and Flow Control: `v8 flow_device.js ---state KIND`.
//
// Max finds modules by their plain names in its search path, not by `./` and a name. It does not
// keep them either, so that no module holds anything that changes.

const { COUNT } = require("outlets.js");
const { Device } = require("device.js");

inlets = 1;
outlets = COUNT;

const device = new Device(
  {
    send: (index, selector, args) => {
      // Max spreads a list itself, and has crashed where `outlet` was called by `apply`.
      if (args.length > 0) {
        outlet(index, selector, args);
      } else {
        outlet(index, selector);
      }
    },
    Task,
    Dict,
    File,
    LiveAPI,
    // Max's own functions want to be called by themselves, not as methods of something else.
    messnamed: (...message) => messnamed(...message),
    now: () => Date.now(),
  },
  jsarguments[2],
  jsarguments[1],
);

function anything(...args) {
  if (!device.receive(messagename, args)) {
    error(`flow_device.js has no message '${messagename}'\n`);
  }
}
