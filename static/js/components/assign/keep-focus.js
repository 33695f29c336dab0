/* Draw a part of the page anew without taking the keyboard away from where it was. */

/** @param {() => void} drawAnew replaces what `root` holds; what keeps the focus carries data-focus */
export function keepFocus(root, drawAnew) {
  const held = root.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
  const { scrollTop } = root;
  drawAnew();
  root.scrollTop = scrollTop;
  if (held) root.querySelector(`[data-focus="${held}"]`)?.focus({ preventScroll: true });
}
