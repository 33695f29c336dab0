/* A member's own grids: the first thing she sees on her phone. */

import { h, replace } from "../lib/dom.js";
import { count } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { classBar, classCounts } from "./class-mark.js";
import { emptyState } from "./states.js";

/** @param {object} on {open(grid): list and map of one grid, all(): the village} */
export function createMyGrids(root, classes, on) {
  return {
    /** @param {object} me what /api/me/ says: {name, grids: [{code, name, figures: {n, c, lapsed}}]} */
    show({ name, grids }) {
      replace(
        root,
        h(
          "div",
          { class: "area-head" },
          h("h2", { tabindex: "-1", id: "area-name" }, t("我的网格")),
          h("p", { class: "quiet" }, t("{name}，您负责{n}个网格。", { name, n: grids.length })),
        ),
        grids.length
          ? h("ul", { class: "cards" }, grids.map((grid) => h("li", {}, card(grid, classes, on))))
          : emptyState(t("还没有给您分配网格"), t("请联系村妇联主席分配。您仍可以查看地图。")),
        h("button", { type: "button", class: "secondary more", onclick: on.all }, t("看全村地图")),
      );
    },
  };
}

function card(grid, classes, on) {
  const { n, c, lapsed } = grid.figures;
  return h(
    "article",
    { class: "card" },
    h("h3", {}, grid.name),
    h(
      "p",
      { class: "quiet" },
      n ? t("{n}户", { n: count(n) }) : t("还没有登记家庭"),
      n && c[0] ? ` · ${t("未评估 {n}", { n: count(c[0]) })}` : "",
      lapsed ? ` · ${t("到期未复核 {n}", { n: count(lapsed) })}` : "",
    ),
    n ? [classBar(c, n), classCounts(c, classes)] : null,
    h("button", { type: "button", onclick: () => on.open(grid) }, t("在地图上打开")),
  );
}
