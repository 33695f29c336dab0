/* What the colours of grids mean, a word beside each. */

import { h, replace } from "../../lib/dom.js";
import { decimal } from "../../lib/format.js";
import { t } from "../../lib/i18n.js";
import { GAUGE_NAMES } from "../../lib/paint.js";
import { mix, shade } from "../../lib/scale.js";
import { readTheme } from "../../map/theme.js";

const MEANING = {
  lead: "同一种颜色是同一位主责人，名字写在网格上。颜色没有好坏之分。",
  load: "每月走访和走路要花的小时数。",
  gauge: "三把尺子取最差的一把：区域性（走一圈不太远）、整体性（连成一片不狭长）、适度性（和本村其他网格差不多忙）。",
  unassigned: "还没有主责人的网格。",
};

function line(swatch, text) {
  return h("li", {}, swatch, h("span", {}, text));
}

export function createTerritoryLegend(root) {
  const swatch = (name) => h("i", { class: `swatch ${name}`, "aria-hidden": "true" });

  function lines(colour, limits) {
    if (colour === "lead") return [line(h("span", { class: "tint-row", "aria-hidden": "true" }, [0, 1, 2, 3].map((i) => h("i", { class: `tint tint-${i}` }))), t("各位主责人")), line(swatch("swatch-denied"), t("未分工"))];
    if (colour === "gauge") return ["ok", "warn", "bad"].map((value) => line(swatch(`swatch-${value}`), t(GAUGE_NAMES[value])));
    if (colour === "unassigned") return [line(swatch("swatch-missing"), t("未分工")), line(swatch(""), t("有人主责"))];
    const steps = limits.length + 1;
    return Array.from({ length: steps }, (_, i) => {
      const text = i === steps - 1 ? (limits.length ? t("{a} 以上", { a: decimal(limits[i - 1]) }) : t("大于 0")) : `${decimal(i ? limits[i - 1] : 0)}–${decimal(limits[i])}`;
      const [low, high] = readTheme().ramp;
      return line(h("i", { class: "swatch", "aria-hidden": "true", style: { "background-color": mix(low, high, shade(i, limits)) } }), text);
    });
  }

  return {
    show(colour, limits) {
      replace(root, h("summary", {}, t("图例")), h("div", { class: "legend-body" }, h("p", { class: "quiet legend-meaning" }, t(MEANING[colour])), h("ul", { class: "legend-list" }, lines(colour, limits))));
    },
  };
}
