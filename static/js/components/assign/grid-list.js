/* The grids as a list by village: everything one can choose on the map can be chosen here. */

import { h, replace } from "../../lib/dom.js";
import { decimal } from "../../lib/format.js";
import { isChinese, t } from "../../lib/i18n.js";
import { byVillage, sumOf, worst } from "../../lib/territory.js";
import { figuresOf } from "./grid-tooltip.js";
import { keepFocus } from "./keep-focus.js";

const SHOW = { all: "全部网格", unassigned: "只看未分工", changed: "只看有改动", gauge: "只看要留意" };

/**
 * @param {object} on {choose(keys, yes), show(keys), carry(event, key)}
 */
export function createGridList(root, on) {
  const open = new Set();
  let model = null;
  let text = "";
  let show = "all";

  const find = h("input", { type: "search", placeholder: t("找网格、村或人"), "aria-label": t("找网格、村或人"), oninput: () => seek(find.value) });
  const which = h(
    "select",
    { "aria-label": t("列出哪些网格"), onchange: () => narrow(which.value) },
    Object.entries(SHOW).map(([value, name]) => h("option", { value }, t(name))),
  );
  const body = h("div", { class: "grid-villages" });
  replace(root, h("div", { class: "grid-find" }, find, which), body);

  function seek(value) {
    text = value.trim();
    draw();
  }

  function narrow(value) {
    show = value;
    draw();
  }

  /* What is chosen here must be seen on the map. */
  function chooseHere(keys, yes) {
    on.choose(keys, yes);
    if (yes) on.show(keys);
  }

  function wanted(row) {
    if (show === "unassigned" && row.lead !== null) return false;
    if (show === "changed" && !row.changed) return false;
    if (show === "gauge" && worst(row.gauges) === "ok") return false;
    return !text || [row.title, row.code, row.leadName, model.villages.get(row.village)].some((word) => word && word.includes(text));
  }

  function tags(row) {
    return [
      row.changed && h("span", { class: "tag tag-proposed" }, t("有改动")),
      row.locked && h("span", { class: "tag" }, t("已锁定")),
      row.lead === null && h("span", { class: "tag tag-due" }, t("未分工")),
    ];
  }

  function gridRow(row) {
    const id = `grid-${row.key}`;
    return h(
      "li",
      { class: "grid-row", dataset: { key: row.key }, onpointerdown: (event) => event.pointerType === "mouse" && on.carry(event, row.key) },
      h("input", {
        type: "checkbox",
        id,
        dataset: { focus: id },
        checked: model.chosen.has(row.key),
        onchange: (event) => chooseHere([row.key], event.target.checked),
      }),
      h(
        "label",
        { for: id },
        h("span", { class: "row-name" }, row.tint === null ? null : h("i", { class: `tint tint-${row.tint}`, "aria-hidden": "true" }), row.title),
        h(
          "span",
          { class: "row-note" },
          [row.leadName, row.coverName && t("{name}代管", { name: row.coverName }), ...figuresOf(row)].filter(Boolean).join(" · "),
        ),
        row.gauges.notes.length ? h("span", { class: `row-note gauge-${worst(row.gauges)}` }, row.gauges.notes.join(isChinese() ? "" : " ")) : null,
      ),
      h("span", { class: "row-tags" }, tags(row)),
    );
  }

  function village(code, rows) {
    const name = model.villages.get(code) || code;
    const keys = rows.map((row) => row.key);
    const chosen = keys.filter((key) => model.chosen.has(key)).length;
    const id = `village-${code}`;
    const all = h("input", {
      type: "checkbox",
      id,
      dataset: { focus: id },
      checked: chosen === keys.length,
      onchange: (event) => {
        if (event.target.checked) open.add(code);
        chooseHere(keys, event.target.checked);
      },
    });
    all.indeterminate = chosen > 0 && chosen < keys.length;
    const isOpen = open.has(code) || model.villages.size === 1 || Boolean(text) || show !== "all";
    const none = rows.filter((row) => row.lead === null).length;
    const sum = sumOf(rows);
    return h(
      "section",
      { class: "grid-village", "aria-label": name },
      h(
        "div",
        { class: "village-head" },
        all,
        h("label", { for: id }, h("span", { class: "row-name" }, name, h("span", { class: "visually-hidden" }, t("（全村）"))), h("span", { class: "row-note" }, [t("{n}个网格", { n: rows.length }), sum.load && sum.known === sum.grids ? t("{h}小时/月", { h: decimal(sum.load) }) : null, none ? t("{n}个未分工", { n: none }) : null].filter(Boolean).join(" · "))),
        h("button", { type: "button", class: "fold", dataset: { focus: `fold-${code}` }, "aria-expanded": String(isOpen), "aria-label": t("展开{name}的网格", { name }), onclick: () => fold(code, isOpen) }),
      ),
      isOpen ? h("ul", {}, rows.map(gridRow)) : null,
    );
  }

  function fold(code, isOpen) {
    if (isOpen) open.delete(code);
    else open.add(code);
    draw();
  }

  function draw() {
    if (!model) return;
    const villages = [...byVillage(model.rows)].map(([code, rows]) => [code, rows.filter(wanted)]).filter(([, rows]) => rows.length);
    keepFocus(body, () => replace(body, villages.length ? villages.map(([code, rows]) => village(code, rows)) : h("p", { class: "state-note" }, t("没有这样的网格。"))));
  }

  return {
    /** @param {{rows: Map, villages: Map<string, string>, chosen: Set<string>}} next rows with title, leadName and tint */
    show(next) {
      model = next;
      draw();
    },
    /** Open the village of a grid and bring the grid into view. */
    reveal(key) {
      const row = model.rows.get(key);
      if (!row) return;
      open.add(row.village);
      draw();
      body.querySelector(`[data-key="${key}"]`)?.scrollIntoView({ block: "nearest" });
    },
  };
}
