/* What was opened in haste, for whoever reviews it. */

import { h } from "../../lib/dom.js";
import { clock, day } from "../../lib/format.js";
import { t } from "../../lib/i18n.js";

function form(glass, review) {
  const id = `remark-${glass.uuid}`;
  const remark = h("input", { id, type: "text", maxlength: "300", autocomplete: "off" });
  return h(
    "form",
    {
      class: "case-give",
      onsubmit: (event) => {
        event.preventDefault();
        review(glass, remark.value);
      },
    },
    h("label", { for: id }, t("复核意见（可以不写）")),
    remark,
    h("button", { type: "submit", class: "secondary" }, t("已复核")),
  );
}

export function glassList(glasses, review) {
  if (!glasses.length) return null;
  return h(
    "section",
    {},
    h("h2", {}, t("紧急查看")),
    h(
      "ul",
      { class: "plain-list" },
      glasses.map((glass) =>
        h(
          "li",
          {},
          h(
            "div",
            { class: "case-row" },
            h("strong", {}, t("{name}查看了个案 {number}", { name: glass.by, number: glass.case })),
            h("span", { class: "quiet" }, `${day(glass.started_at)} ${clock(new Date(glass.started_at))}`),
            h("p", {}, glass.reason),
            glass.reviewed_at && h("p", { class: "quiet" }, t("{day}已复核", { day: day(glass.reviewed_at) }), glass.remark && ` · ${glass.remark}`),
          ),
          glass.told && !glass.reviewed_at && form(glass, review),
        ),
      ),
    ),
  );
}
