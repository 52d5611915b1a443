// Light or dark, as the reader's system has it until the switch of the page is used.

/** Lets the switch of the page turn it. */
export function bindTheme() {
  document.querySelector("[data-theme-switch]")?.addEventListener("click", () => {
    const { documentElement: page } = document;
    const isDark =
      page.dataset.theme === "dark" ||
      (page.dataset.theme === undefined && matchMedia("(prefers-color-scheme: dark)").matches);
    page.dataset.theme = isDark ? "light" : "dark";
  });
}
