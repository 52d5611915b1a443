// The page as a place where files are dropped.

/**
 * @param {HTMLElement} root is marked while a file is held over it.
 * @param {(file: File) => void} take is given what was dropped.
 */
export function bindDrop(root, take) {
  const mark = (/** @type {boolean} */ isOver) => root.classList.toggle("is-over", isOver);
  window.addEventListener("dragover", (event) => {
    event.preventDefault();
    mark(true);
  });
  window.addEventListener("dragleave", () => mark(false));
  window.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(false);
    const file = event.dataTransfer?.files[0];
    if (file) {
      take(file);
    }
  });
}
