// Draws the formulas of a page: every element with `data-formula` holds one in TeX. It is loaded when
// all of them are there.

import katex from "katex";
import "katex/dist/katex.css";

/** @type {NodeListOf<HTMLElement>} */
const elements = document.querySelectorAll("[data-formula]");
elements.forEach((element) => {
  const displayMode = element.dataset.formula === "display";
  katex.render(element.textContent, element, { displayMode, throwOnError: true });
});
