/* The list beside the map: everything the map can do, without the map. */

import { h, replace } from "../lib/dom.js";
import { count, decimal, percent } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { childLevel, LEVEL_NAMES } from "../lib/levels.js";
import { IS_RATIO, isTold, measure } from "../lib/modes.js";
import { actionOf, classBar, classCounts, classMark } from "./class-mark.js";
import { householdRows } from "./household-list.js";
import { stateNote, stateSwatch, STATE_NAMES } from "./states.js";

/** A measured value in words: "12%", "34", "密切关注". */
export function valueText({ state, value }, mode, classes) {
  if (value === null) return state === "unknown" ? "" : t(STATE_NAMES[state]);
  if (mode.key === "main") return value ? actionOf(classes.find((c) => c.slot === value)) : t("都未评估");
  return IS_RATIO[mode.key] ? percent(value) : decimal(value);
}

function totals(area, classes, { released, intro }) {
  const { totals: sum } = area;
  if (!isTold(sum)) {
    const why = intro ? h("p", { class: "state-note" }, intro) : stateNote(sum.state, sum.n);
    return h("div", { class: "totals" }, why, sum.grids && area.level !== "grid" ? gridFigures(sum) : null);
  }
  return h(
    "div",
    { class: "totals" },
    figures([
      ["家庭", sum.n],
      ["未评估", sum.c[0]],
      ["到期未复核", sum.lapsed],
      area.level !== "grid" && sum.state === "ok" && ["网格", sum.grids],
    ]),
    classBar(sum.c, sum.n),
    h(
      "ul",
      { class: "class-rows" },
      classes.map((known) =>
        h(
          "li",
          {},
          classMark(known),
          h("span", { class: "grow" }, actionOf(known)),
          h("b", {}, count(sum.c[known.slot])),
          h("span", { class: "unit" }, t("户")),
        ),
      ),
    ),
    sum.state === "part" && h("p", { class: "quiet" }, t("只统计您负责的网格。")),
    released && h("p", { class: "quiet" }, t("按公布口径：四舍五入到5，少于5的不显示。")),
  );
}

function gridFigures({ grids, led }) {
  return figures([["网格", grids], ["暂无主责人", grids - led]]);
}

function figures(pairs) {
  return h(
    "dl",
    { class: "figures" },
    pairs.filter(Boolean).map(([name, value]) => h("div", {}, h("dt", {}, t(name)), h("dd", {}, count(value)))),
  );
}

/* Under a name: how many households, and for a grid who answers for it. */
function note(child) {
  const households = isKnown(child.n) ? t("{n}户", { n: count(child.n) }) : child.level === "grid" ? null : t("{n}个网格", { n: child.grids });
  const lead = child.level === "grid" && (child.lead ? t("主责 {name}", { name: child.lead }) : t("暂无主责人"));
  return [households, lead].filter(Boolean).join(" · ");
}

function isKnown(n) {
  return n !== null && n !== undefined;
}

function row(child, mode, classes, onOpen, onPoint) {
  const measured = measure(mode, child);
  const odd = measured.value === null;
  return h(
    "li",
    {},
    h(
      "button",
      {
        type: "button",
        class: "row",
        dataset: { code: child.code },
        onclick: () => onOpen(child),
        onmouseenter: () => onPoint(child.code),
        onmouseleave: () => onPoint(null),
      },
      h(
        "span",
        { class: "row-main" },
        h("span", { class: "row-name" }, child.name),
        h("span", { class: "row-note" }, note(child)),
        isTold(child) && child.n > 0 ? [classBar(child.c, child.n), classCounts(child.c, classes)] : null,
      ),
      h(
        "span",
        { class: "row-value" },
        odd ? stateSwatch(measured.state) : mode.key === "main" && measured.value ? classMark(classes.find((c) => c.slot === measured.value)) : null,
        h("span", { class: odd ? "quiet" : "" }, valueText(measured, mode, classes)),
      ),
    ),
  );
}

/**
 * @param {object} on {open(area), point(code), household(uuid), more(), unplaced(), mine(), print()}
 * @param {{released: boolean, intro: string|null}} reader do figures come rounded; what her post is for
 */
export function createAreaList(root, classes, on, { released, intro }) {
  return {
    show({ area, mode, household, more, canSeeUnplaced, hasGrids }) {
      const below = childLevel(area.level);
      const children = area.children || [];
      replace(
        root,
        h(
          "div",
          { class: "area-head" },
          h("h2", { tabindex: "-1", id: "area-name" }, area.name),
          h("p", { class: "quiet" }, `${t(LEVEL_NAMES[area.level])} · ${area.code}`),
        ),
        totals(area, classes, { released, intro }),
        h(
          "div",
          { class: "area-actions" },
          hasGrids && h("button", { type: "button", class: "chip", onclick: on.mine }, t("我的网格")),
          canSeeUnplaced && h("button", { type: "button", class: "chip", onclick: on.unplaced }, t("未落图的家庭")),
          h("button", { type: "button", class: "chip", onclick: on.print }, t("打印")),
        ),
        below && [
          h("h3", { class: "list-title" }, t(LEVEL_NAMES[below]), h("span", { class: "quiet" }, ` ${count(area.count)}`)),
          children.length
            ? h("ul", { class: "rows" }, children.map((child) => row(child, mode, classes, on.open, on.point)))
            : h("p", { class: "state-note" }, t("下面还没有{level}。", { level: t(LEVEL_NAMES[below]) })),
        ],
        area.level === "grid" && area.households
          ? [
              h("h3", { class: "list-title" }, t("家庭"), h("span", { class: "quiet" }, ` ${count(area.households.count)}`)),
              householdRows(area.households.results, classes, household, on.household),
            ]
          : null,
        more && h("button", { type: "button", class: "more secondary", onclick: on.more }, t("再看一些")),
      );
    },
  };
}
