/* What a step has to say for itself: kin of the new lead, or the reason for each change of a suggestion. */

import { h } from "../../lib/dom.js";
import { t } from "../../lib/i18n.js";
import { ask } from "./dialog.js";

const SHORT = 2;

/** @param {object} page what pages/assign.js shares */
export function createTelling(page) {
  /* Few sentences stand beside the map, many are a list to read. */
  return function tell({ title, notes }) {
    if (!notes.length) return;
    if (notes.length <= SHORT) page.say(notes.join(""));
    else ask(title, () => ({ body: h("ul", { class: "step-notes" }, notes.map((note) => h("li", {}, note))), buttons: null }), { wide: true, leave: "知道了" });
  };
}
