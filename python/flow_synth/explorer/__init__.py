"""The explorer: the page of one model and its synth, served on this machine."""
