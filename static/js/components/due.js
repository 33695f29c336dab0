/* How a day stands to today, in words: never by colour alone. */

import { h } from "../lib/dom.js";
import { day } from "../lib/format.js";
import { t } from "../lib/i18n.js";

const DAY = 24 * 60 * 60 * 1000;

/** Days from today to an ISO day; negative: it is past. The browser's clock, as for the reader. */
export function daysUntil(iso, now = new Date()) {
  const [y, m, d] = iso.slice(0, 10).split("-").map(Number);
  return Math.round((Date.UTC(y, m - 1, d) - Date.UTC(now.getFullYear(), now.getMonth(), now.getDate())) / DAY);
}

export function dueWords(iso, now) {
  const days = daysUntil(iso, now);
  if (days < 0) return t("过了{n}天", { n: -days });
  if (days === 0) return t("今天");
  if (days === 1) return t("明天");
  return days <= 14 ? t("还有{n}天", { n: days }) : t("{day}前", { day: day(iso) });
}

export function dueTag(iso, now) {
  const late = daysUntil(iso, now) <= 0 ? " tag-due" : "";
  return h("time", { class: `tag${late}`, datetime: iso, title: day(iso) }, dueWords(iso, now));
}
