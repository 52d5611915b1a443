// How views take messages: each has handlers by their selectors.

/**
 * Gives a message to its handler.
 *
 * @param {Record<string, (...args: any[]) => void>} handlers
 * @param {string} selector
 * @param {any[]} args
 * @returns {boolean} whether there is such a message.
 */
function dispatch(handlers, selector, args) {
  if (!Object.hasOwn(handlers, selector)) {
    return false;
  }
  handlers[selector](...args);
  return true;
}

exports.dispatch = dispatch;
