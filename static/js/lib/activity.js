/* Is somebody using the page? A session lives on by use, not by what the page asks by itself. */

const SIGNS = ["pointerdown", "keydown", "wheel", "touchstart", "input"];
const RECENT = 60000;
let last = -Infinity;

export function watchActivity(target) {
  for (const sign of SIGNS) target.addEventListener(sign, () => (last = Date.now()), { capture: true, passive: true });
}

export function inUse() {
  return Date.now() - last < RECENT;
}
