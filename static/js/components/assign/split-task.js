/* To divide a grid, some, or a village: by a line, by a ring, or into grids of even load. */

import { h, replace } from "../../lib/dom.js";
import { decimal, percent } from "../../lib/format.js";
import { t } from "../../lib/i18n.js";
import { sumOf, usualParts } from "../../lib/territory.js";
import { skeleton } from "../states.js";

const PATIENCE = 350;
const MOST = 60;

/**
 * @param {object} panel task-panel.js
 * @param {object} on {line(), ring(), ways({parts|target_h}) → alternatives, look(way|null), take(way, {parts|target_h})}
 */
export function createSplitTask(panel, on) {
  let asked = 0;

  function wayCard(way, wish) {
    const look = () => on.look(way);
    return h(
      "li",
      { class: "way", onmouseenter: look, onfocusin: look },
      h("h3", {}, t(way.title)),
      h("p", {}, t(way.explanation)),
      h(
        "p",
        { class: "row-note" },
        [
          t("离平均最多差{p}", { p: percent(way.max_dev) }),
          t("最不紧凑的一格{n}（1 为圆）", { n: decimal(way.pp_min) }),
          way.cut_clusters ? t("隔开{n}对近邻", { n: way.cut_clusters }) : t("近邻都不隔开"),
        ].join(" · "),
      ),
      way.notes.map((note) => h("p", { class: "row-note gauge-warn" }, note)),
      h("button", { type: "button", "aria-label": t("用这种：{title}", { title: t(way.title) }), onclick: () => on.take(way, wish) }, t("用这种")),
    );
  }

  return {
    /** @param {{picked: object[], isWhole: boolean}} what the chosen rows, of one village; are they all of it? */
    open({ picked, members, place, isWhole }) {
      const { load } = sumOf(picked);
      const ways = h("ul", { class: "ways" });
      let wish = { parts: isWhole ? Math.max(usualParts(picked[0].village, members), picked.length) : Math.max(2, picked.length) };
      let timer = null;

      async function ask() {
        if (!ways.isConnected) return;
        const turn = (asked += 1);
        panel.problem("");
        const found = await on.ways(wish);
        if (turn !== asked || !ways.isConnected) return;
        replace(ways, found ? found.map((way) => wayCard(way, wish)) : null);
        on.look(found ? found[0] : null);
      }

      function wait(next) {
        // What stands there answers another question.
        asked += 1;
        wish = next;
        replace(ways, skeleton(3));
        clearTimeout(timer);
        timer = setTimeout(ask, PATIENCE);
      }

      const parts = h("input", { type: "number", id: "split-parts", min: 2, max: MOST, step: 1, value: wish.parts, inputmode: "numeric", oninput: () => changed() });
      const hours = h("input", { type: "number", id: "split-hours", min: 1, step: 1, inputmode: "decimal", oninput: () => byHours() });

      function changed() {
        const n = parts.valueAsNumber;
        if (!(n >= 2 && n <= MOST)) return;
        hours.value = "";
        wait({ parts: Math.round(n) });
      }

      function byHours() {
        const target = hours.valueAsNumber;
        if (!(target > 0)) return;
        parts.value = String(Math.max(1, Math.round(load / target)));
        wait({ target_h: target });
      }

      const byHand =
        picked.length === 1
          ? h(
              "div",
              { class: "by-hand" },
              h("button", { type: "button", class: "secondary", onclick: on.line }, t("自己画线切开")),
              h("button", { type: "button", class: "secondary", onclick: on.ring }, t("自己圈出一块")),
            )
          : null;
      panel.show(t("拆分：{place}", { place }), [
        byHand,
        h(
          "div",
          { class: "split-wish" },
          h("label", { for: "split-parts" }, t("自动划成几个网格"), parts),
          load ? h("label", { for: "split-hours" }, t("或者每格每月几小时"), hours) : null,
        ),
        h("p", { class: "quiet" }, t("下面三种分法，家庭都不会被切开；选中一种，地图上先看样子。")),
        ways,
      ]);
      replace(ways, skeleton(3));
      ask();
    },
  };
}
