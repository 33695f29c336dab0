/* Households as rows: number, what we do, and what is due. Never in the order of colours. */

import { h } from "../lib/dom.js";
import { day } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { actionOf, classMark } from "./class-mark.js";
import { emptyState } from "./states.js";

export function householdRows(households, classes, chosen, onOpen) {
  if (!households.length) return emptyState(t("这里没有您能看到的家庭"), t("登记或导入家庭后会出现在这里。"));
  return h(
    "ul",
    { class: "rows" },
    households.map((household) => {
      const known = classes.find((c) => c.slot === household.slot);
      return h(
        "li",
        { class: "row-and-file" },
        h(
          "button",
          {
            type: "button",
            class: "row",
            dataset: { uuid: household.uuid },
            "aria-current": String(household.uuid === chosen),
            onclick: () => onOpen(household.uuid),
          },
          classMark(known),
          h(
            "span",
            { class: "row-main" },
            h("span", { class: "row-name" }, t("{no} 号家庭", { no: household.household_no })),
            h(
              "span",
              { class: "row-note" },
              actionOf(known),
              household.review_on ? ` · ${t("{day}复核", { day: day(household.review_on) })}` : "",
            ),
          ),
          h(
            "span",
            { class: "row-tags" },
            household.lapsed && h("span", { class: "tag tag-due" }, t("到期未复核")),
            household.proposed && h("span", { class: "tag tag-proposed" }, t("有待确认")),
            household.lon === null && h("span", { class: "tag" }, t("未落图")),
          ),
        ),
        h("a", { class: "row-file", href: `/households/${household.uuid}/`, "aria-label": t("{no} 号家庭的档案", { no: household.household_no }) }, t("档案")),
      );
    }),
  );
}
