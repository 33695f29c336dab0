/* Who answered for which grid on a day: a slider over the past, and the changes that were published. */

import { h, replace } from "../../lib/dom.js";
import { day } from "../../lib/format.js";
import { t } from "../../lib/i18n.js";

const DAYS = 365;
const PATIENCE = 200;

function iso(date) {
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
}

export function daysAgo(n, today = new Date()) {
  return iso(new Date(today.getFullYear(), today.getMonth(), today.getDate() - n));
}

/** @param {object} on {day(iso), undo(change), close(), sheet(id, iso) → address of her hand-over sheet or null} */
export function createHistoryPanel(root, on) {
  let timer = null;
  const answer = h("div", { class: "answered", "aria-live": "polite" });

  return {
    show({ changes, mayUndo }) {
      const slider = h("input", { type: "range", id: "history-slider", min: 0, max: DAYS, value: DAYS, "aria-label": t("哪一天"), oninput: () => slide() });
      const date = h("input", { type: "date", id: "history-day", value: daysAgo(0), max: daysAgo(0), "aria-label": t("日期"), onchange: () => typed() });

      function told(text) {
        slider.setAttribute("aria-valuetext", day(text));
        clearTimeout(timer);
        timer = setTimeout(() => on.day(text), PATIENCE);
      }

      function slide() {
        date.value = daysAgo(DAYS - slider.valueAsNumber);
        told(date.value);
      }

      function typed() {
        if (!date.value) return;
        const back = Math.round((new Date(daysAgo(0)) - new Date(date.value)) / 86400000);
        slider.value = String(DAYS - back);
        told(date.value);
      }

      replace(answer, h("p", { class: "quiet" }, t("点地图上的网格，看那天是谁负责。")));
      replace(
        root,
        h("div", { class: "history-head" }, h("h2", { tabindex: "-1" }, t("那一天谁负责")), h("button", { type: "button", class: "secondary", onclick: on.close }, t("回到现在"))),
        h("div", { class: "history-day" }, slider, date),
        answer,
        changes.length
          ? h(
              "details",
              { class: "changes" },
              h("summary", {}, t("发布过的调整 {n}", { n: changes.length })),
              h(
                "ul",
                {},
                changes.map((change) =>
                  h(
                    "li",
                    {},
                    h("span", { class: "row-main" }, h("span", { class: "row-name" }, change.title), h("span", { class: "row-note" }, `${day(change.at)} · ${change.by}`)),
                    mayUndo && !change.undoes ? h("button", { type: "button", class: "link", "aria-label": t("撤销这次调整：{title}", change), onclick: () => on.undo(change) }, t("撤销这次调整")) : null,
                  ),
                ),
              ),
            )
          : h("p", { class: "quiet" }, t("还没有发布过调整。")),
      );
      root.hidden = false;
      root.querySelector("h2").focus({ preventScroll: true });
    },
    /** @param {object} found as /api/history/grids/ says */
    answered(found) {
      const names = (people) => people.map((p) => p.name).join("、");
      const parts = [
        ["主责", found.leads],
        ["协同", found.supports],
        ["代管", found.covers],
      ].filter(([, people]) => people.length);
      replace(
        answer,
        h("p", {}, h("strong", {}, found.grid ? found.grid.name : ""), ` ${day(found.on)}`),
        parts.length ? h("p", {}, parts.map(([part, people]) => `${t(part)} ${names(people)}`).join(" · ")) : h("p", {}, t("那天还没有人负责。")),
        found.leads.map(({ id, name }) => {
          const href = on.sheet(id, found.on);
          return href ? h("p", {}, h("a", { class: "sheet-link", href }, t("{name}的交接单", { name }))) : null;
        }),
        found.came_from.length ? h("p", { class: "quiet" }, t("由{names}划出", { names: found.came_from.map((g) => g.name).join("、") })) : null,
        found.became.length ? h("p", { class: "quiet" }, t("后来成为{names}", { names: found.became.map((g) => g.name).join("、") })) : null,
      );
    },
    problem(sentence) {
      replace(answer, h("p", { class: "problem", role: "alert" }, sentence));
    },
    close() {
      clearTimeout(timer);
      root.hidden = true;
      replace(root);
    },
  };
}
