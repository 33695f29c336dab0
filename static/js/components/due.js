/* How a day stands to today, in words: never by colour alone. */

import { h } from "../lib/dom.js";
import { day } from "../lib/format.js";
import { t } from "../lib/i18n.js";

const DAY = 24 * 60 * 60 * 1000;

function count(iso) {
  const [y, m, d] = iso.slice(0, 10).split("-").map(Number);
  return Date.UTC(y, m - 1, d) / DAY;
}

/** In words; `today` as the server has it, for a telephone may be wrong or elsewhere. */
export function dueWords(iso, today) {
  const days = count(iso) - count(today);
  if (days < 0) return t("过了{n}天", { n: -days });
  if (days === 0) return t("今天");
  if (days === 1) return t("明天");
  return days <= 14 ? t("还有{n}天", { n: days }) : t("{day}前", { day: day(iso) });
}

export function dueTag(iso, today) {
  const late = iso <= today ? " tag-due" : "";
  return h("time", { class: `tag${late}`, datetime: iso, title: day(iso) }, dueWords(iso, today));
}
