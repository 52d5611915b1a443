// Finding the parts of the page: one that is missing is a fault of the template, and is named.

/**
 * @param {ParentNode} root
 * @param {string} selector of a part that is there.
 * @returns {any} the element; what kind it is, its template says.
 */
export function part(root, selector) {
  const found = root.querySelector(selector);
  if (!found) {
    throw new Error(`the page has no ${selector}`);
  }
  return found;
}

/**
 * @param {string} tag
 * @param {Record<string, any>} properties
 * @param {...(Node|string)} children
 * @returns {any}
 */
export function made(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}
