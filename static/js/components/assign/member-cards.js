/* Who can answer for grids: what each has now, and what she would have with the chosen ones. */

import { h, replace } from "../../lib/dom.js";
import { count, day, decimal } from "../../lib/format.js";
import { t } from "../../lib/i18n.js";
import { bandOf, bearing, cardOf, ifHers, nearFirst } from "../../lib/territory.js";
import { classCounts } from "../class-mark.js";
import { keepFocus } from "./keep-focus.js";

const HOURS_A_DAY = 8;
const BEARING = { less: "比人均少", fair: "和人均相当", more: "比人均多", unknown: "" };
const ROLES = { village: "村妇联主席", town: "乡镇妇联主席" };
// A card of everybody in a town would only be searched in.
const AT_ONCE = 40;

/**
 * @param {object} on
 *   lead(id), support(id, add), grids(id), leave(id), cover(id), uncover(id), mayCover, claims(id),
 *   mayClaim(id), sheet(id) → address of her hand-over sheet or null
 */
export function createMemberCards(root, classes, on) {
  let model = null;
  let text = "";
  let more = false;
  const find = h("input", { type: "search", placeholder: t("找姓名"), "aria-label": t("找姓名"), oninput: () => seek(find.value) });
  const body = h("div", { class: "members" });
  replace(root, h("div", { class: "grid-find" }, h("h2", {}, t("人员")), find), body);

  function seek(value) {
    text = value.trim();
    draw();
  }

  function bar(load, after, band, most) {
    const at = (value) => `${Math.min(100, (100 * value) / most)}%`;
    return h(
      "span",
      { class: "load-bar", "aria-hidden": "true" },
      band ? h("i", { class: "load-band", style: { left: at(band[0]), width: at(band[1] - band[0]) } }) : null,
      after === null ? null : h("i", { class: `load-after is-${bearing(after, band)}`, style: { width: at(after) } }),
      h("i", { class: `load-now is-${bearing(load, band)}`, style: { width: at(after === null ? load : Math.min(load, after)) } }),
    );
  }

  function hours(now, after, band) {
    const fits = bearing(after === null ? now : after, band);
    return h(
      "p",
      { class: "load-line" },
      after === null
        ? h("strong", {}, t("{h}小时/月", { h: decimal(now) }))
        : h("strong", {}, t("{a} → {b} 小时/月", { a: decimal(now), b: decimal(after) })),
      h("span", { class: "quiet" }, t("约{n}个工作日", { n: decimal((after === null ? now : after) / HOURS_A_DAY) })),
      BEARING[fits] ? h("span", { class: `tag load-${fits}` }, t(BEARING[fits])) : null,
    );
  }

  function facts(member, now) {
    return [
      t("主责{n}个网格", { n: now.grids }),
      now.supports ? t("协同{n}个", { n: now.supports }) : null,
      now.covers ? t("代管{n}个", { n: now.covers }) : null,
      member.claims ? t("认领{n}户", { n: member.claims }) : null,
      member.distance_m === null ? null : t("离家约{km}千米", { km: decimal(member.distance_m / 1000) }),
    ]
      .filter(Boolean)
      .join(" · ");
  }

  function sheetLink({ id, name }) {
    const href = on.sheet(id);
    return href ? h("a", { class: "sheet-link", href, dataset: { focus: `sheet-${id}` }, "aria-label": t("交接单：{name}", { name }) }, t("交接单")) : null;
  }

  /* At once, not in the draft: so only for grids as they are published. */
  function coverButton({ id, name, leave }) {
    const picked = [...model.chosen].map((key) => model.rows.get(key)).filter(Boolean);
    if (!on.mayCover || !picked.length) return null;
    const button = (text, label, disabled, onclick) => h("button", { type: "button", class: "secondary", disabled, dataset: { focus: `cover-${id}` }, "aria-label": label, onclick }, text);
    if (picked.every((row) => row.cover === id)) return button(t("结束代管"), t("结束代管：{name}", { name }), false, () => on.uncover(id));
    const vacant = picked.every((row) => row.code && row.lead === null && row.cover === null);
    return vacant ? button(t("请人代管"), t("请人代管：{name}", { name }), Boolean(leave), () => on.cover(id)) : null;
  }

  function card(member, most) {
    const { rows, chosen, members, villages, editable } = model;
    const now = cardOf(member.id, rows);
    const hers = chosen.size ? ifHers(member.id, rows, chosen) : null;
    const after = hers && editable ? hers : null;
    const band = bandOf(member.village, rows, members);
    const supports = chosen.size > 0 && [...chosen].every((key) => rows.get(key)?.supports.includes(member.id));
    const shown = after || now;
    return h(
      "article",
      { class: "member", dataset: { member: member.id }, "aria-label": member.name },
      h(
        "div",
        { class: "member-head" },
        h("h3", {}, member.tint === null ? null : h("i", { class: `tint tint-${member.tint}`, "aria-hidden": "true" }), member.name),
        h("span", { class: "quiet" }, [ROLES[member.role] ? t(ROLES[member.role]) : null, villages.get(member.village)].filter(Boolean).join(" · ")),
      ),
      member.leave ? h("p", { class: "tag tag-due" }, t("请假到{day}", { day: day(member.leave) })) : null,
      shown.known === shown.grids ? [hours(now.load, after ? after.load : null, band), bar(now.load, after ? after.load : null, band, most)] : null,
      h("p", { class: "row-note" }, facts(member, now), after ? h("span", {}, t("，选给她后{n}个", { n: after.grids })) : null),
      shown.n ? h("p", { class: "member-homes" }, h("span", { class: "row-note" }, t("{n}户", { n: count(shown.n) })), classCounts(shown.c, classes)) : null,
      editable && chosen.size
        ? h(
            "div",
            { class: "member-actions" },
            h("button", { type: "button", dataset: { focus: `lead-${member.id}` }, disabled: !after, "aria-label": t("设为主责：{name}", { name: member.name }), onclick: () => on.lead(member.id) }, t("设为主责")),
            h(
              "button",
              { type: "button", class: "secondary", disabled: !hers, dataset: { focus: `support-${member.id}` }, "aria-label": supports ? t("取消协同：{name}", { name: member.name }) : t("设为协同：{name}", { name: member.name }), onclick: () => on.support(member.id, !supports) },
              supports ? t("取消协同") : t("协同"),
            ),
            coverButton(member),
          )
        : null,
      h(
        "div",
        { class: "member-links" },
        now.grids ? h("button", { type: "button", class: "link", dataset: { focus: `grids-${member.id}` }, "aria-label": t("看网格：{name}", { name: member.name }), onclick: () => on.grids(member.id) }, t("看网格")) : null,
        editable ? h("button", { type: "button", class: "link", dataset: { focus: `leave-${member.id}` }, "aria-label": t("登记请假：{name}", { name: member.name }), onclick: () => on.leave(member.id) }, t("请假")) : null,
        member.claims && on.mayClaim(member.id) ? h("button", { type: "button", class: "link", dataset: { focus: `claims-${member.id}` }, "aria-label": t("看认领：{name}", { name: member.name }), onclick: () => on.claims(member.id) }, t("看认领")) : null,
        sheetLink(member),
      ),
    );
  }

  function draw() {
    if (!model) return;
    const { rows, chosen, members, editable } = model;
    const now = new Set([...rows.values()].flatMap((row) => [row.lead, row.cover, ...row.supports]));
    const villages = new Set([...chosen].map((key) => rows.get(key)?.village));
    // Whoever only looks is shown those who work here.
    const here = editable ? members : members.filter((m) => now.has(m.id) || model.villages.has(m.village));
    const found = nearFirst(here, villages).filter((m) => !text || m.name.includes(text));
    const near = found.filter((m) => villages.has(m.village));
    const first = text || more || !near.length ? found : near;
    const listed = more ? first : first.slice(0, AT_ONCE);
    const loads = members.map((m) => cardOf(m.id, rows).load);
    const bands = [...new Set(members.map((m) => m.village))].map((v) => (bandOf(v, rows, members) || [0, 0])[1]);
    const most = 1.25 * Math.max(1, ...loads, ...bands);
    keepFocus(body, () =>
      replace(
        body,
        editable && !chosen.size ? h("p", { class: "quiet" }, t("先选网格，再把它们交给谁：点卡片上的“设为主责”，或者拖到卡片上。")) : null,
        listed.map((member) => card(member, most)),
        listed.length ? null : h("p", { class: "state-note" }, t("这里还没有可以负责网格的人员。")),
        listed.length < found.length
          ? h("button", { type: "button", class: "secondary more", dataset: { focus: "more" }, onclick: () => showAll() }, t("看其余{n}位", { n: found.length - listed.length }))
          : null,
      ),
    );
  }

  function showAll() {
    more = true;
    draw();
  }

  return {
    /** @param {object} next {rows, members, villages, chosen, editable} */
    show(next) {
      if (!next.chosen.size) more = false;
      model = next;
      draw();
    },
  };
}
