/* What the mouse points at. A picture of what the list says; not read out. */

import { h, replace } from "../../lib/dom.js";
import { count, decimal } from "../../lib/format.js";
import { t } from "../../lib/i18n.js";

/** "12户 · 3.4小时/月", as far as it may be known. */
export function figuresOf({ n, load_h: load }) {
  return [n === null ? null : t("{n}户", { n: count(n) }), load === null ? null : t("{h}小时/月", { h: decimal(load) })].filter(Boolean);
}

export function createGridTooltip(root) {
  return {
    /** @param {object|null|undefined} row none: nothing is pointed at */
    show(row, pixel) {
      root.hidden = !row;
      if (!row) return;
      replace(
        root,
        h("strong", {}, row.title),
        h("span", {}, row.leadName ? t("主责：{name}", { name: row.leadName }) : t("未分工")),
        row.coverName ? h("span", {}, t("{name}代管", { name: row.coverName })) : null,
        h("span", { class: "quiet" }, figuresOf(row).join(" · ")),
        row.gauges.notes.map((text) => h("span", { class: "quiet" }, text)),
      );
      root.style.setProperty("left", `${pixel[0]}px`);
      root.style.setProperty("top", `${pixel[1]}px`);
    },
  };
}
