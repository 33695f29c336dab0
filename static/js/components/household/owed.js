/* What we owe this family now: the most urgent first, one plain sentence each. */

import { h } from "../../lib/dom.js";
import { t } from "../../lib/i18n.js";
import { dueTag } from "../due.js";

/** @param {{text?: string, due_on?: string, path?: string, node?: Node}[]} rows a row may bring its own node */
export function owed(rows, today) {
  const sorted = [...rows].sort((a, b) => (a.due_on || "9999").localeCompare(b.due_on || "9999"));
  return h(
    "section",
    { class: "file-part owed", "aria-labelledby": "owed" },
    h("h2", { id: "owed" }, t("现在要为这家做的")),
    sorted.length
      ? h(
          "ul",
          {},
          sorted.map(({ text, due_on: due, path, node }) =>
            node || h("li", { class: "owed-row" }, path ? h("a", { href: path }, text) : h("span", {}, text), due && dueTag(due, today)),
          ),
        )
      : h("p", { class: "quiet" }, t("现在没有到期的事。")),
  );
}
