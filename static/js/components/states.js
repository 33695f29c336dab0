/* One sentence for every state in which there is no figure. */

import { h } from "../lib/dom.js";
import { t } from "../lib/i18n.js";

export const STATE_NAMES = {
  zero: "没有（数值为0）",
  empty: "没有登记家庭",
  ungridded: "还没有划分网格",
  denied: "不在您的工作范围",
  suppressed: "少于5户，不显示",
};

const SENTENCES = {
  empty: "这里还没有登记家庭。",
  denied: "这里不在您的工作范围内，只能看到地名和边界。",
};

export function stateSwatch(state) {
  return h("span", { class: `swatch swatch-${state}`, "aria-hidden": "true" });
}

/** A line with the state's texture and its sentence. */
export function stateNote(state, households) {
  const text = households > 0 ? t("按岗位分工，这里只显示户数，共{n}户。家庭的具体情况由乡镇和村里负责。", { n: households }) : t(SENTENCES[state]);
  return h("p", { class: "state-note" }, stateSwatch(state), text);
}

/** Something is missing or went wrong: what, and what to do. */
export function emptyState(title, text, ...actions) {
  return h("div", { class: "empty-state" }, h("p", { class: "empty-title" }, title), text && h("p", {}, text), actions);
}

/** Grey lines where a list will stand. */
export function skeleton(rows = 6) {
  return h(
    "div",
    { class: "skeleton", role: "status" },
    h("span", { class: "visually-hidden" }, t("正在加载…")),
    Array.from({ length: rows }, () => h("i", { "aria-hidden": "true" })),
  );
}
