/* Who answered for which grid on a day: a slider over the days on which something changed, the grids as they were
   then, and the changes that were published. */

import { h, replace } from "../../lib/dom.js";
import { day } from "../../lib/format.js";
import { t } from "../../lib/i18n.js";
import { byVillage } from "../../lib/territory.js";
import { happened, stopAt } from "../../lib/past.js";
import { keepFocus } from "./keep-focus.js";

const PATIENCE = 200;
// So many villages with changes are unfolded unasked.
const FEW = 3;

/**
 * @param {object} on
 *   day(iso), pick(key), undo(change), close(), sheet(id, iso) → address of her hand-over sheet or null
 */
export function createHistoryPanel(root, on) {
  const open = new Set();
  let timer = null;
  let stops = [];
  let at = 0;
  let parts = null;

  function told() {
    const stop = stops[at];
    const exact = stop.on === parts.date.value;
    const text = exact ? [day(stop.on), happened(stop)].filter(Boolean).join("：") : t("{day}：和{before}一样", { day: day(parts.date.value), before: day(stop.on) });
    parts.slider.value = String(at);
    parts.slider.setAttribute("aria-valuetext", text);
    parts.back.disabled = at === 0;
    parts.on.disabled = at === stops.length - 1;
    parts.said.textContent = text;
    clearTimeout(timer);
    timer = setTimeout(() => on.day(parts.date.value), PATIENCE);
  }

  function turn(index) {
    at = Math.min(stops.length - 1, Math.max(0, index));
    parts.date.value = stops[at].on;
    told();
  }

  function typed() {
    if (!parts.date.value) return;
    at = stopAt(stops, parts.date.value);
    told();
  }

  function changeRow(change, mayUndo) {
    return h(
      "li",
      {},
      h("span", { class: "row-main" }, h("span", { class: "row-name" }, change.title), h("span", { class: "row-note" }, `${day(change.at)} · ${change.by}`)),
      mayUndo && !change.undoes ? h("button", { type: "button", class: "link", "aria-label": t("撤销这次调整：{title}", change), onclick: () => on.undo(change) }, t("撤销这次调整")) : null,
    );
  }

  function gridRow(row, picked) {
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: "past-row", dataset: { focus: row.key }, "aria-pressed": String(row.key === picked), onclick: () => on.pick(row.key) },
        row.tint === null ? h("i", { class: "tint swatch-denied", "aria-hidden": "true" }) : h("i", { class: `tint tint-${row.tint}`, "aria-hidden": "true" }),
        h("span", { class: "row-name" }, row.short),
        h("span", { class: "row-note" }, [row.leadName || t("未分工"), row.coverName && t("{name}代管", { name: row.coverName })].filter(Boolean).join(" · ")),
        row.changed ? h("span", { class: "tag" }, t("这天有变动")) : null,
      ),
    );
  }

  return {
    /** @param {object} past {days: as /api/territory/…/days/ says and today, changes, mayUndo} */
    show({ days, changes, mayUndo }) {
      stops = days;
      const button = (text, name, by) => h("button", { type: "button", class: "secondary", "aria-label": t(name), title: t(name), onclick: () => turn(at + by) }, text);
      parts = {
        slider: h("input", { type: "range", id: "history-slider", min: 0, max: stops.length - 1, "aria-label": t("哪一次变动"), disabled: stops.length < 2, oninput: () => turn(parts.slider.valueAsNumber) }),
        date: h("input", { type: "date", id: "history-day", min: stops[0].on, max: stops[stops.length - 1].on, onchange: typed }),
        back: button("‹", "上一次变动", -1),
        on: button("›", "下一次变动", 1),
        said: h("p", { class: "past-said", "aria-live": "polite" }),
        answer: h("div", { class: "answered", "aria-live": "polite" }),
        list: h("div", { class: "past-list" }),
      };
      replace(parts.answer, h("p", { class: "quiet" }, t("点地图或列表里的网格，看那天是谁负责。")));
      replace(
        root,
        h(
          "div",
          { class: "past-controls" },
          h("div", { class: "history-head" }, h("h2", { tabindex: "-1" }, t("那一天谁负责")), h("button", { type: "button", class: "secondary", onclick: on.close }, t("回到现在"))),
          h("div", { class: "history-slider" }, parts.back, parts.slider, parts.on),
          h("label", { class: "history-day", for: "history-day" }, t("或者选一天"), parts.date),
          parts.said,
          parts.answer,
        ),
        parts.list,
        changes.length ? h("details", { class: "changes" }, h("summary", {}, t("发布过的调整 {n}", { n: changes.length })), h("ul", {}, changes.map((change) => changeRow(change, mayUndo)))) : h("p", { class: "quiet" }, t("还没有发布过调整。")),
      );
      root.hidden = false;
      turn(stops.length - 1);
      root.querySelector("h2").focus({ preventScroll: true });
    },
    /** @param {object} then {rows: the grids of that day, villages: names by code, picked: the key of one or null} */
    grids({ rows, villages, picked }) {
      const grouped = [...byVillage(rows)].map(([code, inVillage]) => [code, inVillage, inVillage.filter((row) => row.changed).length]);
      const few = grouped.filter(([, , changed]) => changed).length <= FEW;
      if (picked) open.add(rows.get(picked).village);
      const fold = (code, isOpen) => (isOpen ? open.delete(code) : open.add(code));
      keepFocus(parts.list, () =>
        replace(
          parts.list,
          grouped.map(([code, inVillage, changed]) =>
            h(
              "details",
              { open: grouped.length === 1 || open.has(code) || (few && changed > 0) },
              h(
                "summary",
                { dataset: { focus: `past-${code}` }, onclick: (event) => fold(code, event.currentTarget.parentElement.open) },
                villages.get(code) || code,
                h("span", { class: "row-note" }, [t("{n}个网格", { n: inVillage.length }), changed ? t("{n}个有变动", { n: changed }) : null].filter(Boolean).join(" · ")),
              ),
              h("ul", {}, inVillage.map((row) => gridRow(row, picked))),
            ),
          ),
          grouped.length ? null : h("p", { class: "state-note" }, t("那天还没有划分网格。")),
        ),
      );
      parts.list.querySelector("[aria-pressed=true]")?.scrollIntoView({ block: "nearest" });
    },
    /** @param {object} found as /api/history/grids/ says */
    answered(found) {
      const names = (people) => people.map((p) => p.name).join("、");
      const held = [
        ["主责", found.leads],
        ["协同", found.supports],
        ["代管", found.covers],
      ].filter(([, people]) => people.length);
      const sheets = found.leads.map(({ id, name }) => ({ name, href: on.sheet(id, found.on) })).filter(({ href }) => href);
      replace(
        parts.answer,
        h("p", {}, h("strong", {}, found.grid ? found.grid.name : ""), ` ${day(found.on)}`),
        held.length ? h("p", {}, held.map(([part, people]) => `${t(part)} ${names(people)}`).join(" · ")) : h("p", {}, t("那天还没有人负责。")),
        found.came_from.length ? h("p", { class: "quiet" }, t("由{names}划出", { names: found.came_from.map((g) => g.name).join("、") })) : null,
        found.became.length ? h("p", { class: "quiet" }, t("后来成为{names}", { names: found.became.map((g) => g.name).join("、") })) : null,
        sheets.map(({ name, href }) => h("p", {}, h("a", { class: "sheet-link", href }, t("{name}的交接单", { name })))),
      );
    },
    problem(sentence) {
      replace(parts.answer, h("p", { class: "problem", role: "alert" }, sentence));
    },
    close() {
      clearTimeout(timer);
      root.hidden = true;
      replace(root);
    },
  };
}
