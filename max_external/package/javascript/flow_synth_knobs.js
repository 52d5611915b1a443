// Fills a menu with the names of a model's knobs: connect the info outlet of flow_synth~ to its
// inlet and its outlet to a umenu, and send flow_synth~ the message dump.

inlets = 1;
outlets = 1;

// A dump begins with the model's file.
function model() {
    outlet(0, "clear");
}

function knob(name) {
    outlet(0, "append", name);
}

// The rest of what flow_synth~ says is for others.
function anything() {}
