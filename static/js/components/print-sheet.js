/* The page on paper: areas and sums, never households and never their colours. */

import { h, replace } from "../lib/dom.js";
import { count, day } from "../lib/format.js";
import { isChinese, t } from "../lib/i18n.js";
import { childLevel, LEVEL_NAMES } from "../lib/levels.js";
import { measure } from "../lib/modes.js";
import { valueText } from "./area-list.js";
import { legendContent, modeTitle } from "./legend.js";

// A sum of one to four can point at a family.
function safe(value) {
  return value > 0 && value < 5 ? t("少于5") : count(value);
}

function table(area, mode, classes) {
  const rows = (area.children || []).map((child) => {
    const counts = child.level === "grid" ? { ...child, grids: 1, led: child.led ? 1 : 0 } : child;
    const measured = counts.state === "ok" && counts.n < 5 ? { state: "suppressed", value: null } : measure(mode, counts);
    const known = child.state === "ok";
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, child.name),
      h("td", {}, safe(child.n)),
      h("td", {}, known ? safe(child.c[0]) : "—"),
      h("td", {}, known ? safe(child.lapsed) : "—"),
      h("td", {}, valueText(measured, mode, classes)),
    );
  });
  const head = [t(LEVEL_NAMES[childLevel(area.level)]), t("家庭(户)"), t("未评估(户)"), t("到期未复核(户)"), modeTitle(mode, classes)];
  return h(
    "table",
    {},
    h("thead", {}, h("tr", {}, head.map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, rows),
  );
}

/** Fill the sheet that only paper shows. */
export function fillPrintSheet(root, { area, mode, limits, classes, picture, by }) {
  const today = new Date();
  const iso = [today.getFullYear(), today.getMonth() + 1, today.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
  picture.className = "print-map";
  replace(
    root,
    h("h1", {}, `${area.name} · ${modeTitle(mode, classes)}`),
    h(
      "p",
      {},
      t("统计到 {day}。单位:户。只含打印人有权查看的范围,小于5的数不打印。", { day: day(iso, isChinese()) }),
      ` ${t("打印人:{name}", { name: by })}`,
    ),
    area.invented && h("p", {}, t("演示数据:乡镇、村、网格边界为虚构。")),
    h("div", { class: "print-figure" }, picture, h("div", { class: "print-legend" }, legendContent(mode, limits, classes, { signs: false }))),
    childLevel(area.level) && table(area, mode, classes),
  );
}
