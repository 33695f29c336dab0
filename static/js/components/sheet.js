/* On a phone the list is a sheet that is pulled up over the map. */

import { t } from "../lib/i18n.js";

/** The stop nearest to where a finger let go, as a part of the window's height from its top. */
export function nearestStop(part) {
  if (part > 0.72) return "low";
  return part > 0.3 ? "half" : "full";
}

/** @param {() => void} onSettle the sheet has come to rest at another height */
export function createSheet(panel, handle, onSettle) {
  let from = null;

  function settle(stop) {
    panel.style.removeProperty("--pull");
    if (panel.dataset.stop === stop) return;
    panel.dataset.stop = stop;
    handle.setAttribute("aria-expanded", String(stop !== "low"));
    handle.setAttribute("aria-label", stop === "low" ? t("展开列表") : t("收起列表"));
    onSettle();
  }

  handle.addEventListener("pointerdown", (event) => {
    from = { y: event.clientY, moved: false };
    handle.setPointerCapture(event.pointerId);
  });
  handle.addEventListener("pointermove", (event) => {
    if (!from) return;
    if (Math.abs(event.clientY - from.y) > 6) from.moved = true;
    if (from.moved) panel.style.setProperty("--pull", `${event.clientY}px`);
  });
  handle.addEventListener("pointerup", (event) => {
    if (from && from.moved) settle(nearestStop(event.clientY / window.innerHeight));
    // A press without a pull is a click, which the keyboard sends too.
    handle.dataset.pulled = from && from.moved ? "1" : "";
    from = null;
  });
  handle.addEventListener("pointercancel", () => {
    from = null;
    panel.style.removeProperty("--pull");
  });
  handle.addEventListener("click", () => {
    if (handle.dataset.pulled) {
      handle.dataset.pulled = "";
      return;
    }
    settle(panel.dataset.stop === "low" ? "half" : "low");
  });

  return {
    settle,
    isSheet: () => !window.matchMedia("(min-width: 60rem)").matches,
  };
}
