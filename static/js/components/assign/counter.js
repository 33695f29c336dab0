/* How many grids nobody answers for: always in view, and a way to them. */

import { h, replace } from "../../lib/dom.js";
import { t } from "../../lib/i18n.js";

/** @param {(keys: string[]) => void} onGo */
export function createCounter(root, onGo) {
  return {
    show(rows) {
      const none = [...rows.values()].filter((row) => row.lead === null).map((row) => row.key);
      replace(
        root,
        none.length
          ? h("button", { type: "button", class: "chip counter", onclick: () => onGo(none) }, t("未分工 {n} 个网格", { n: none.length }))
          : h("p", { class: "quiet" }, t("每个网格都有人主责")),
      );
    },
  };
}
