/* The three gauges of the villages that a draft touches, before and after: in words first, then in figures. */

import { decimal, percent } from "../../lib/format.js";
import { t } from "../../lib/i18n.js";
import { GAUGE_NAMES } from "../../lib/paint.js";

const NAMES = { area: "区域性", whole: "整体性", load: "适度性" };

function words(counts) {
  const said = Object.keys(GAUGE_NAMES).filter((value) => counts[value]);
  return said.map((value) => t("{word}{n}个", { word: t(GAUGE_NAMES[value]), n: counts[value] })).join(" · ") || null;
}

const FIGURES = {
  area: [
    ["切开的自然村", (plan) => plan.settlements_cut],
    ["最远处（千米）", (plan) => decimal(plan.across_m / 1000)],
  ],
  whole: [
    ["紧凑度", (plan) => plan.compactness.toFixed(2)],
    ["饱满度", (plan) => percent(plan.hull)],
  ],
  load: [],
};

/** @returns {{name: string, words: any[], figures: {name: string, pair: any[]}[]}[]} pairs are before and after */
export function gaugeRows({ before, after }) {
  const pair = (say) => [before, after].map((plan) => (plan.area ? say(plan) : null));
  return Object.keys(NAMES).map((gauge) => ({
    name: t(NAMES[gauge]),
    words: pair((plan) => words(plan[gauge])),
    figures: FIGURES[gauge].map(([name, say]) => ({ name: t(name), pair: pair(say) })),
  }));
}
