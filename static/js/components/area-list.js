/* The list beside the map: everything the map can do, without the map. */

import { h, replace } from "../lib/dom.js";
import { count, decimal, percent } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { childLevel, LEVEL_NAMES } from "../lib/levels.js";
import { IS_RATIO, measure } from "../lib/modes.js";
import { actionOf, classBar, classCounts, classMark } from "./class-mark.js";
import { householdRows } from "./household-list.js";
import { stateNote, stateSwatch, STATE_NAMES } from "./states.js";

/** A measured value in words: "12%", "34", "密切关注". */
export function valueText({ state, value }, mode, classes) {
  if (state !== "ok" && state !== "zero") return t(STATE_NAMES[state]);
  if (mode.key === "main") return value ? actionOf(classes.find((c) => c.slot === value)) : t("都未评估");
  return IS_RATIO[mode.key] ? percent(value) : decimal(value);
}

function totals(area, classes) {
  const { totals: sum } = area;
  if (sum.state !== "ok") {
    return h("div", { class: "totals" }, stateNote(sum.state, sum.n), sum.grids ? figures([["网格", sum.grids]]) : null);
  }
  return h(
    "div",
    { class: "totals" },
    figures([
      ["家庭", sum.n],
      ["未评估", sum.c[0]],
      ["到期未复核", sum.lapsed],
      area.level === "grid" ? null : ["网格", sum.grids],
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
  );
}

function figures(pairs) {
  return h(
    "dl",
    { class: "figures" },
    pairs.filter(Boolean).map(([name, value]) => h("div", {}, h("dt", {}, t(name)), h("dd", {}, count(value)))),
  );
}

function row(child, mode, classes, onOpen, onPoint) {
  const measured = measure(mode, child.level === "grid" ? { ...child, grids: 1, led: child.led ? 1 : 0 } : child);
  const odd = measured.state !== "ok" && measured.state !== "zero";
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
        h(
          "span",
          { class: "row-note" },
          child.n === null || child.n === undefined ? t(LEVEL_NAMES[child.level]) : t("{n}户", { n: count(child.n) }),
          child.level === "grid" ? ` · ${child.lead ? t("主责 {name}", { name: child.lead }) : child.led ? t("已有主责") : t("暂无主责人")}` : "",
        ),
        child.state === "ok" && child.c && child.n > 0 ? [classBar(child.c, child.n), classCounts(child.c, classes)] : null,
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
 * @param {object} on {open(area), point(code), household(uuid), more(), unplaced(), print()}
 */
export function createAreaList(root, classes, on) {
  return {
    show({ area, mode, household, more, canSeeUnplaced }) {
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
        totals(area, classes),
        h(
          "div",
          { class: "area-actions" },
          canSeeUnplaced && h("button", { type: "button", class: "chip", onclick: on.unplaced }, t("未落图的家庭")),
          h("button", { type: "button", class: "chip", onclick: on.print }, t("打印")),
        ),
        below && [
          h("h3", { class: "list-title" }, t(LEVEL_NAMES[below]), h("span", { class: "quiet" }, ` ${area.children_count || children.length}`)),
          children.length
            ? h("ul", { class: "rows" }, children.map((child) => row(child, mode, classes, on.open, on.point)))
            : h("p", { class: "state-note" }, t("下面还没有{level}。", { level: t(LEVEL_NAMES[below]) })),
        ],
        area.level === "grid" && area.households
          ? [
              h("h3", { class: "list-title" }, t("家庭"), h("span", { class: "quiet" }, ` ${area.households.count}`)),
              householdRows(area.households.results, classes, household, on.household),
            ]
          : null,
        more && h("button", { type: "button", class: "more secondary", onclick: on.more }, t("再看一些")),
      );
    },
  };
}
