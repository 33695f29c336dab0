/* A district has too many grids for one page: first a town. */

import { h, replace } from "../../lib/dom.js";
import { t } from "../../lib/i18n.js";

/** @param {(code: string) => void} onOpen */
export function showTowns(root, towns, onOpen) {
  const row = (town) =>
    h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: "row", onclick: () => onOpen(town.code) },
        h("span", { class: "row-main" }, h("span", { class: "row-name" }, town.name), h("span", { class: "row-note" }, t("{n}个网格", { n: town.grids }))),
      ),
    );
  replace(root, h("p", { class: "quiet" }, t("先选一个乡镇。")), h("ul", { class: "rows" }, towns.map(row)));
}
