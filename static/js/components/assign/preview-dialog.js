/* Before and after of a draft: by member, by grid, and for which families somebody else will come. */

import { h, replace } from "../../lib/dom.js";
import { count, decimal } from "../../lib/format.js";
import { t } from "../../lib/i18n.js";
import { classCounts, classMark } from "../class-mark.js";
import { ask } from "./dialog.js";
import { gaugeRows } from "./gauge-table.js";

function change(before, after, say = String) {
  const [a, b] = [before, after].map((v) => (v === null || v === undefined ? "—" : say(v)));
  return a === b ? a : h("span", {}, h("span", { class: "was" }, a), " → ", h("strong", {}, b));
}

function table(caption, head, rows) {
  return h(
    "section",
    { class: "compared" },
    h("h3", {}, caption),
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, rows.map(([name, ...cells]) => h("tr", {}, h("th", { scope: "row" }, name), cells.map((cell) => h("td", {}, cell))))),
    ),
  );
}

function members(found) {
  if (!found.length) return null;
  return table(
    t("人员"),
    [t("姓名"), t("主责网格"), t("户数"), t("小时/月")],
    found.map(({ name, before, after }) => [name, change(before.grids.length, after.grids.length), change(before.n, after.n, count), change(before.load_h, after.load_h, decimal)]),
  );
}

function grids(found, person) {
  return table(
    t("网格"),
    [t("名称"), t("主责"), t("户数"), t("小时/月")],
    found.map(({ before, after }) => {
      const b = before || {};
      const a = after || {};
      const name = !before ? h("span", {}, a.name, h("span", { class: "tag tag-proposed" }, t("新"))) : !after ? h("span", {}, b.name, h("span", { class: "tag" }, t("不再单独存在"))) : change(b.name, a.name);
      const who = (row) => (row.key ? person(row.lead) : null);
      return [name, change(who(b), who(a)), change(b.n, a.n, count), change(b.load_h, a.load_h, decimal)];
    }),
  );
}

function gauges(found) {
  const rows = gaugeRows(found).map(({ name, words, figures }) => [
    h("span", { class: "gauge-name" }, name),
    [change(...words), figures.length ? h("span", { class: "row-note" }, figures.map((figure, i) => [i ? " · " : "", figure.name, " ", change(...figure.pair)])) : null],
  ]);
  return table(t("三把尺子"), [t("尺子"), t("所在村的网格")], rows);
}

function families(preview, classes, onMore) {
  const { n, c, list } = preview.families;
  const rows = h("ul", { class: "rows" });
  const add = (homes) =>
    rows.append(
      ...homes.map((home) =>
        h("li", { class: "handed" }, classMark(classes.find((known) => known.slot === home.slot)), h("span", { class: "row-name" }, t("{no} 号家庭", { no: home.household_no })), h("span", { class: "row-note" }, `${home.from || t("无人主责")} → ${home.to || t("无人主责")}`)),
      ),
    );
  add(list || []);
  let page = 1;
  const more = h("button", { type: "button", class: "secondary", onclick: next }, t("再看一些"));

  async function next() {
    more.disabled = true;
    const found = await onMore(page + 1);
    more.disabled = false;
    if (!found) return;
    page += 1;
    add(found);
    more.hidden = rows.children.length >= n;
  }

  return h(
    "section",
    { class: "compared" },
    h("h3", {}, t("换人负责的家庭：{n}户", { n: count(n) })),
    n ? h("p", {}, classCounts(c, classes)) : h("p", { class: "quiet" }, t("没有家庭换人负责。")),
    n && list ? h("p", { class: "quiet" }, t("最需要关注的排在前面。发布前，请和原来的同志交接好。")) : null,
    rows,
    list && list.length < n ? more : null,
  );
}

/**
 * @param {object} on {page(n) → families|null, publish(on: string|null) → problem|null, propose() → problem|null}
 * @param {object} shown with may {publish: boolean, today: string}, news: a sentence to say first
 * @returns {Promise<any>} true when it was published or proposed
 */
export function showPreview({ preview, news, classes, person, may }, on) {
  return ask(
    t("发布之前看一看"),
    (close, problem) => {
      const date = h("input", { type: "date", id: "publish-on", min: may.today, "aria-label": t("哪天生效") });
      const act = (work) => async (event) => {
        event.target.disabled = true;
        problem("");
        const sentence = await work();
        event.target.disabled = false;
        if (sentence) problem(sentence);
        else if (sentence === null) close(true);
      };
      const body = h("div", {});
      replace(
        body,
        news ? h("p", { class: "problem", role: "alert" }, news) : null,
        h("p", { class: "lead" }, t("改动{g}个网格，涉及{m}位人员，{n}户家庭换人负责。", { g: preview.grids.length, m: preview.members.length, n: preview.families.n })),
        members(preview.members),
        gauges(preview.gauges),
        families(preview, classes, on.page),
        grids(preview.grids, person),
      );
      return {
        body,
        buttons: may.publish
          ? [
              h("span", { class: "on-day" }, date, h("button", { type: "button", class: "secondary", onclick: act(() => (date.value ? on.publish(date.value) : Promise.resolve(t("先选一个今天以后的日期。")))) }, t("到这天发布"))),
              h("button", { type: "button", onclick: act(() => on.publish(null)) }, t("现在发布")),
            ]
          : h("button", { type: "button", onclick: act(on.propose) }, t("提交给乡镇")),
      };
    },
    { wide: true, leave: "再改一改" },
  );
}
