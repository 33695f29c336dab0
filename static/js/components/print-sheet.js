/* The page on paper: areas and sums, never households and never their colours. */

import { h, replace } from "../lib/dom.js";
import { count, day } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { childLevel, LEVEL_NAMES } from "../lib/levels.js";
import { forPaper, isTold, measure } from "../lib/modes.js";
import { valueText } from "./area-list.js";
import { legendContent, modeTitle } from "./legend.js";

function table(area, mode, classes) {
  const rows = (area.children || []).map((child) => {
    const counts = forPaper(child);
    const known = isTold(counts);
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, child.name),
      h("td", {}, count(counts.n)),
      h("td", {}, known ? count(counts.c[0]) : "—"),
      h("td", {}, known ? count(counts.lapsed) : "—"),
      h("td", {}, valueText(measure(mode, counts), mode, classes)),
    );
  });
  const head = [t(LEVEL_NAMES[childLevel(area.level)]), t("家庭（户）"), t("未评估（户）"), t("到期未复核（户）"), modeTitle(mode, classes)];
  return h(
    "table",
    {},
    h("thead", {}, h("tr", {}, head.map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, rows),
  );
}

/** Fill the sheet that only paper shows. */
export function fillPrintSheet(root, { area, mode, limits, classes, picture, by, parts, invented }) {
  const today = new Date();
  const iso = [today.getFullYear(), today.getMonth() + 1, today.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
  picture.className = "print-map";
  replace(
    root,
    h("h1", {}, `${area.name} · ${modeTitle(mode, classes)}`),
    h(
      "p",
      {},
      t("统计到 {day}。单位：户。只含打印人有权查看的范围，小于5的数不打印。", { day: day(iso) }),
      ` ${t("打印人：{name}", { name: by })}`,
    ),
    invented && h("p", {}, t("演示数据：乡镇、村、网格边界为虚构。")),
    h("div", { class: "print-figure" }, picture, h("div", { class: "print-legend" }, legendContent(mode, limits, classes, { signs: false, parts }))),
    childLevel(area.level) && table(area, mode, classes),
  );
}
