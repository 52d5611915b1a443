// Light or dark, as the reader's system has it until the switch of the page is used.

const KEY = "flow-synth theme";

/** Lets the switch of the page turn it, and turns it as it was left. */
export function bindTheme() {
  const { documentElement: page } = document;
  const kept = read();
  if (kept === "light" || kept === "dark") {
    page.dataset.theme = kept;
  }
  document.querySelector("[data-theme-switch]")?.addEventListener("click", () => {
    const isDark =
      page.dataset.theme === "dark" ||
      (page.dataset.theme === undefined && matchMedia("(prefers-color-scheme: dark)").matches);
    page.dataset.theme = isDark ? "light" : "dark";
    write(page.dataset.theme);
  });
}

function read() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    // Some browsers keep nothing for a page that is opened from disk, or where it was forbidden.
    return null;
  }
}

/** @param {string} theme */
function write(theme) {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // It holds until the page is left.
  }
}
