/* What colours, textures and signs mean: a word beside each. */

import { h, replace } from "../lib/dom.js";
import { decimal, percent } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { BY_GRID, IS_RATIO, MODE_MEANINGS, MODE_NAMES } from "../lib/modes.js";
import { mix, shade } from "../lib/scale.js";
import { readTheme } from "../map/theme.js";
import { actionOf, classMark } from "./class-mark.js";
import { stateSwatch, STATE_NAMES } from "./states.js";

function swatch(colour) {
  return h("span", { class: "swatch", "aria-hidden": "true", style: { "background-color": colour } });
}

function ramp(mode, limits) {
  const { ramp: [low, high], fills, paper } = readTheme();
  const to = mode.key === "share" ? fills[mode.slot] : high;
  const from = mode.key === "share" ? mix(paper, to, 0.06) : low;
  const text = IS_RATIO[mode.key] ? percent : decimal;
  const steps = [0, ...limits].map((lower, i) => {
    const upper = limits[i];
    const words = upper === undefined ? (limits.length ? t("{a} 以上", { a: text(lower) }) : t("大于 0")) : `${i ? text(lower) : "0"} – ${text(upper)}`;
    return h("li", {}, swatch(mix(from, to, shade(i, limits))), words);
  });
  return h("ul", { class: "legend-list" }, steps);
}

function mainClasses(classes) {
  const { fills, paper } = readTheme();
  return h(
    "ul",
    { class: "legend-list" },
    classes.map((known) =>
      h("li", {}, swatch(mix(paper, fills[known.slot], 0.62)), classMark(known, { small: true }), actionOf(known)),
    ),
    h("li", {}, stateSwatch("zero"), t("都未评估")),
  );
}

/* The states in which an area can be found in this mode, beside those with a figure. */
function statesOf(key) {
  if (key === "unassigned") return ["zero", "ungridded"];
  if (key === "size") return ["ungridded", "empty", "denied", "suppressed"];
  return [...(key === "main" ? [] : ["zero"]), "empty", "denied", "suppressed"];
}

function title(mode, classes) {
  if (mode.key !== "share") return t(MODE_NAMES[mode.key]);
  return t("“{action}”的占比", { action: actionOf(classes.find((c) => c.slot === mode.slot)) });
}

export { title as modeTitle };

/** The legend's content for a mode, for the screen and for paper. */
export function legendContent(mode, limits, classes, { signs, parts }) {
  return [
    h("h3", {}, title(mode, classes)),
    h("p", { class: "quiet legend-meaning" }, t(MODE_MEANINGS[mode.key])),
    mode.key === "main" ? mainClasses(classes) : ramp(mode, limits),
    h(
      "ul",
      { class: "legend-list" },
      statesOf(mode.key).map((state) => h("li", {}, stateSwatch(state), t(STATE_NAMES[state]))),
      parts && !BY_GRID[mode.key] && h("li", {}, h("span", { class: "swatch swatch-part", "aria-hidden": "true" }), t("只统计您负责的网格")),
    ),
    signs && [
      h("h3", {}, t("家庭")),
      h(
        "ul",
        { class: "legend-list legend-signs" },
        classes.map((known) => h("li", {}, classMark(known), actionOf(known))),
        h("li", {}, classMark(null), t("未评估")),
        h("li", {}, h("span", { class: "sign-cell", "aria-hidden": "true" }, "8"), t("聚在一处的户数")),
        h("li", {}, h("span", { class: "sign-lapsed", "aria-hidden": "true" }), t("到期未复核")),
        h("li", {}, h("span", { class: "sign-proposed", "aria-hidden": "true" }), t("有待确认的建议")),
      ),
    ],
  ];
}

/** @param {{signs: boolean, parts: boolean}} reader does she see single households, or parts of areas? */
export function createLegend(root, classes, reader) {
  const content = h("div", { class: "legend-body", tabindex: "0", role: "region", "aria-label": t("图例") });
  replace(root, h("summary", {}, t("图例")), content);
  if (window.matchMedia("(min-width: 60rem)").matches) root.open = true;
  return { show: (mode, limits) => replace(content, legendContent(mode, limits, classes, reader)) };
}
