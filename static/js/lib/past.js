/* Days: which they are, and what changed on them. Pure. */

import { t } from "./i18n.js";

function iso(date) {
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
}

export function daysAgo(n, today = new Date()) {
  return iso(new Date(today.getFullYear(), today.getMonth(), today.getDate() - n));
}

/** The stops of the slider: the days of change, and today. */
export function stopsOf(days, today) {
  const past = days.filter((stop) => stop.on <= today);
  return past.length && past[past.length - 1].on === today ? past : [...past, { on: today, drawn: 0, closed: 0, redrawn: 0, people: 0 }];
}

/** Which stop tells how things were on a day: the last one not after it. */
export function stopAt(stops, day) {
  return Math.max(0, stops.filter((stop) => stop.on <= day).length - 1);
}

/** What happened on it: "新划2个网格，停用1个"; empty when nothing did. */
export function happened({ drawn, closed, redrawn, people }) {
  return [
    drawn && t("新划{n}个网格", { n: drawn }),
    closed && t("停用{n}个网格", { n: closed }),
    redrawn && t("{n}个网格改了边界或名称", { n: redrawn }),
    people && t("{n}个网格换了负责的人", { n: people }),
  ]
    .filter(Boolean)
    .join("，");
}
