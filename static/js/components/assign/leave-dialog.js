/* A member is away: from when to when, and who stands in for her. */

import { h } from "../../lib/dom.js";
import { t } from "../../lib/i18n.js";
import { ask } from "./dialog.js";

/** @returns {Promise<null | {member: number, from: string, to: string, cover: number|null}>} */
export function askLeave(member, others, today) {
  return ask(t("登记请假：{name}", member), (close, problem) => {
    const from = h("input", { type: "date", id: "leave-from", value: today, required: true });
    const to = h("input", { type: "date", id: "leave-to", value: today, required: true });
    const cover = h("select", { id: "leave-cover" }, h("option", { value: "" }, t("先不安排")), others.map((m) => h("option", { value: m.id }, m.name)));
    function done(event) {
      event.preventDefault();
      if (to.value < from.value) return problem(t("请假的结束日期早于开始日期。"));
      return close({ member: member.id, from: from.value, to: to.value, cover: cover.value ? Number(cover.value) : null });
    }
    return {
      body: h(
        "form",
        { id: "leave-form", class: "ask-form", onsubmit: done },
        h("label", { for: "leave-from" }, t("从哪天"), from),
        h("label", { for: "leave-to" }, t("到哪天"), to),
        h("label", { for: "leave-cover" }, t("请假期间谁来代管她的网格"), cover),
        h("p", { class: "quiet" }, t("代管马上登记，不经过草稿；假期一过自动结束。")),
      ),
      buttons: h("button", { type: "submit", form: "leave-form" }, t("登记")),
    };
  });
}
