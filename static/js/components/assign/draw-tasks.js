/* Tasks in which one draws on the map: a line, a ring, a piece of border. */

import { h } from "../../lib/dom.js";
import { t } from "../../lib/i18n.js";

/** @param {object} on {finish(), back()} */
export function showLineTask(panel, place, on) {
  panel.show(
    t("画线切开：{place}", { place }),
    h("p", {}, t("在网格外面点第一下，沿着要切的地方一下一下点过去，最后点在网格另一边的外面，再按“画好了”。线要绕开房屋。")),
    [
      h("button", { type: "button", class: "secondary", onclick: on.back }, t("退回一点")),
      h("button", { type: "button", onclick: on.finish }, t("画好了")),
    ],
  );
}

export function showRingTask(panel, place) {
  panel.show(t("圈出一块：{place}", { place }), h("p", {}, t("按住不放，围着要分出来的地方画一圈，松手就切开。圈可以画到网格外面。")));
}

/**
 * @param {object[]} options rows of the same village
 * @param {{from: string, to: string}} ends keys; changed in place as the reader chooses
 */
export function showBorderTask(panel, options, ends) {
  const choose = (end) =>
    h(
      "select",
      { id: `border-${end}`, onchange: (event) => (ends[end] = event.target.value) },
      options.map((row) => h("option", { value: row.key, selected: row.key === ends[end] }, row.title)),
    );
  panel.show(t("移动边界"), [
    h("div", { class: "split-wish" }, h("label", { for: "border-from" }, t("从这个网格"), choose("from")), h("label", { for: "border-to" }, t("划给"), choose("to"))),
    h("p", {}, t("按住不放，把要划过去的地方圈起来，松手就改。圈可以画到外面。")),
  ]);
}
