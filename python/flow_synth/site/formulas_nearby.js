// Formulas are drawn when they come near: what draws them is larger than all the page's own scripts.

const STYLE = "formulas.css";
const SCRIPT = "formulas.js";
/** As far ahead as the screen is high, so that nobody sees it happen. */
const NEAR = "100% 0px";

/** @param {Document} page whose formulas are TeX until then. */
export function drawFormulasNearby(page) {
  const observer = new IntersectionObserver(
    (seen) => {
      if (seen.some(({ isIntersecting }) => isIntersecting)) {
        observer.disconnect();
        load(page);
      }
    },
    { rootMargin: NEAR },
  );
  page.querySelectorAll("[data-formula]").forEach((formula) => observer.observe(formula));
}

/** @param {Document} page */
function load(page) {
  const style = page.createElement("link");
  style.rel = "stylesheet";
  style.href = STYLE;
  const script = page.createElement("script");
  script.src = SCRIPT;
  // It draws as soon as it is there, and what it draws needs the style.
  style.onload = () => page.head.append(script);
  page.head.append(style);
}
