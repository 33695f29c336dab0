/* Nobody leads the chosen grids: who stands in, from when to when. */

import { h } from "../../lib/dom.js";
import { t } from "../../lib/i18n.js";
import { ask } from "./dialog.js";

/** @returns {Promise<null | {from: string, to: string|null}>} */
export function askCover({ name, place, today }) {
  return ask(t("请{name}代管{place}", { name, place }), (close, problem) => {
    const from = h("input", { type: "date", id: "cover-from", value: today, required: true });
    const to = h("input", { type: "date", id: "cover-to" });
    function done(event) {
      event.preventDefault();
      if (to.value && (to.value < from.value || to.value < today)) return problem(t("代管的结束日期早于开始日期，或已经过去。"));
      return close({ from: from.value, to: to.value || null });
    }
    return {
      body: h(
        "form",
        { id: "cover-form", class: "ask-form", onsubmit: done },
        h("label", { for: "cover-from" }, t("从哪天"), from),
        h("label", { for: "cover-to" }, t("到哪天（可以不填）"), to),
        h("p", { class: "quiet" }, t("代管马上登记，不经过草稿；有了主责人，代管自动结束。")),
      ),
      buttons: h("button", { type: "submit", form: "cover-form" }, t("登记")),
    };
  });
}
