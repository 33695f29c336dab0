/* Names and values, the empty ones left out. */

import { h } from "../lib/dom.js";
import { t } from "../lib/i18n.js";

export function facts(pairs) {
  const told = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return h("dl", { class: "facts" }, told.map(([name, value]) => h("div", {}, h("dt", {}, t(name)), h("dd", {}, value))));
}
