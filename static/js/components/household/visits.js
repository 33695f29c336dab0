/* Who came to the family and how it ended; what was heard is shown when somebody asks, and logged. */

import { h, replace } from "../../lib/dom.js";
import { day } from "../../lib/format.js";
import { t } from "../../lib/i18n.js";
import { sentence } from "../form.js";
import { skeleton } from "../states.js";

function visit(one, words) {
  const who = one.second ? `${one.member}、${one.second}` : one.member;
  return h(
    "li",
    {},
    h("p", {}, h("time", { datetime: one.happened_at }, day(one.happened_at)), ` ${t(one.kind_label)} · `, t(one.result_label), one.changed && ` · ${t("有变化")}`),
    h("p", { class: "quiet" }, who, one.minutes && ` · ${t("{n}分钟", { n: one.minutes })}`),
    words && h("p", { class: "visit-words" }, words),
  );
}

/**
 * @param {{page: (n: number) => Promise, notes?: () => Promise}} ask
 * @returns {{node: Node, words: (told: Map) => void}} `words` puts what was heard under the visits
 */
export function visits(ask) {
  const list = h("ul", { class: "visits" });
  const foot = h("div", {});
  const known = [];
  let heard = new Map();

  const draw = () => replace(list, known.map((one) => visit(one, heard.get(one.uuid))));

  async function load(page) {
    replace(foot, skeleton(2));
    try {
      const found = await ask.page(page);
      known.push(...found.results);
      draw();
      replace(
        foot,
        !known.length && h("p", { class: "quiet" }, t("还没有人走访过。")),
        found.next && h("button", { type: "button", class: "link", onclick: () => load(page + 1) }, t("更早的")),
      );
    } catch (error) {
      replace(foot, h("p", { class: "quiet" }, sentence(error)), h("button", { type: "button", class: "link", onclick: () => load(page) }, t("再试一次")));
    }
  }

  load(1);
  return {
    node: h("section", { "aria-labelledby": "visits" }, h("h2", { id: "visits" }, t("走访")), list, foot),
    words(told) {
      heard = told;
      draw();
    },
  };
}

/** A button that shows what was heard, under visits and needs. Each press is a look, and logged. */
export function listen(ask, told) {
  const root = h("div", { class: "listen" });
  const button = h("button", { type: "button", class: "link", onclick: look }, t("看走访时记下的话"));
  const closed = (...said) => replace(root, said, button);

  async function look() {
    button.disabled = true;
    try {
      const found = await ask();
      const all = [...found.visits, ...found.needs];
      told(new Map(all.map((one) => [one.uuid, one.text])));
      replace(root, h("p", { class: "quiet", role: "status" }, all.length ? t("已显示，这次查看已经记下。") : t("没有记下的话。")));
    } catch (error) {
      button.disabled = false;
      closed(h("p", { class: "form-problem", role: "alert" }, sentence(error)));
    }
  }

  closed();
  return root;
}
