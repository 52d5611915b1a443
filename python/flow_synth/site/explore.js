// The explorer: finds a model, and joins what finds, plays and keeps its sounds.

import { Explorer } from "./explorer.js";
import { part } from "./page_part.js";
import { Notice } from "./notice.js";
import { Server } from "./server.js";

const server = new Server();
const connection = new Notice(part(document, "[data-connection]"));
server.onchange = (/** @type {boolean} */ isThere) => {
  if (isThere) {
    connection.clear();
  } else {
    connection.say(
      "The server does not answer: start flow-synth explore again at this address; this page goes on by itself.",
    );
  }
};

void server
  .json("GET", "/api/model")
  .then((model) => new Explorer(document.body, server, model))
  .catch((error) => connection.complain(error));
