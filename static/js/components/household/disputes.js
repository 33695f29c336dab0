/* Disputes around the family: how each stands, by when; what happened is read on its own page. */

import { h } from "../../lib/dom.js";
import { day } from "../../lib/format.js";
import { t } from "../../lib/i18n.js";
import { dueTag } from "../due.js";

const path = (one) => `/disputes/${one.uuid}/`;

/** Those that wait for a next step, as lines of what is owed. */
export function disputesOwed(found) {
  return found.filter((one) => one.due_on).map((one) => ({ text: `${t("纠纷")} ${one.number} · ${t(one.state_label)}`, due_on: one.due_on, path: path(one) }));
}

/** @param {string | false} enter where one more is entered, if she may */
export function disputes(found, today, enter) {
  if (!found.length && !enter) return null;
  return h(
    "section",
    { "aria-labelledby": "disputes" },
    h("h2", { id: "disputes" }, t("矛盾纠纷")),
    found.length > 0 &&
      h(
        "ul",
        {},
        found.map((one) =>
          h(
            "li",
            { class: "owed-row" },
            h("span", { class: "owed-text" }, h("a", { href: path(one) }, `${one.number} ${t(one.kind_label)}`), h("span", { class: "tag" }, t(one.state_label))),
            one.due_on ? dueTag(one.due_on, today) : h("span", { class: "quiet" }, day(one.found_on)),
          ),
        ),
      ),
    enter && h("a", { href: enter }, t("登记一件纠纷")),
  );
}
