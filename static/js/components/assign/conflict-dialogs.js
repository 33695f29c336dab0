/* Somebody else was quicker: what they did beside what one wanted; the reader chooses. */

import { h } from "../../lib/dom.js";
import { clock } from "../../lib/format.js";
import { t } from "../../lib/i18n.js";
import { ask } from "./dialog.js";

function side(title, ...parts) {
  return h("section", { class: "side" }, h("h3", {}, title), parts);
}

/**
 * The draft was changed while one made a step of it.
 *
 * @returns {Promise<true|null>} true: look, then do my step on top of theirs
 */
export function askAgain({ by, steps, since }, mine) {
  const new_ = steps.filter((step) => step.number > since);
  const undone = !new_.length;
  return ask(
    t("{by}也在改这份草稿", { by }),
    (close) => ({
      body: [
        h("p", {}, t("您的这一步还没有做。对方的改动已经显示在地图和列表里。")),
        h(
          "div",
          { class: "sides" },
          side(
            t("对方改了什么"),
            undone ? h("p", {}, t("{by}撤销或重做了一步。", { by })) : h("ul", {}, new_.map((step) => h("li", {}, `${clock(new Date(step.at))} ${step.by}：${step.title}`))),
          ),
          side(t("您想做的"), h("p", {}, mine)),
        ),
      ],
      buttons: h("button", { type: "button", onclick: () => close(true) }, t("在对方的基础上再做我的")),
    }),
    { wide: true, leave: "不做了，用对方的" },
  );
}

/**
 * Grids were changed by a publication since the draft touched them.
 *
 * @param {object[]} grids {key, code, closed, base, mine, theirs}
 * @param {(id: number|null) => string} person
 * @returns {Promise<null|Object<string, "mine"|"theirs">>}
 */
export function askWhose(grids, person) {
  return ask(
    t("有{n}个网格已经被别人改过", { n: grids.length }),
    (close, problem) => {
      const chosen = {};
      const said = (grid) => [
        h("p", {}, grid.removed ? t("已不再单独存在") : grid.name),
        grid.removed ? null : h("p", { class: "quiet" }, t("主责：{name}", { name: person(grid.lead) })),
        grid.removed || !grid.supports.length ? null : h("p", { class: "quiet" }, t("协同：{names}", { names: grid.supports.map(person).join("、") })),
      ];
      const choice = (grid, whose, title) =>
        h(
          "label",
          { class: "side" },
          h("span", { class: "side-head" }, h("input", { type: "radio", name: `whose-${grid.key}`, value: whose, onchange: () => (chosen[grid.key] = whose) }), h("strong", {}, title)),
          said(grid[whose]),
        );
      function done() {
        if (grids.some((grid) => !chosen[grid.key])) return problem(t("请给每个网格选一种。"));
        return close(chosen);
      }
      return {
        body: [
          h("p", {}, t("草稿做好以后，这些网格又发布过新的改动。请逐个选：用已经发布的，还是用您草稿里的。")),
          grids.map((grid) =>
            h(
              "fieldset",
              { class: "whose" },
              h("legend", {}, grid.base.name || grid.code, h("span", { class: "quiet" }, t("原来主责：{name}", { name: person(grid.base.lead) }))),
              h("div", { class: "sides" }, choice(grid, "theirs", t("用已发布的")), choice(grid, "mine", t("用我的草稿"))),
              outlineChanged(grid) ? h("p", { class: "quiet" }, t("两边画的边界也不一样。")) : null,
            ),
          ),
        ],
        buttons: h("button", { type: "button", onclick: done }, t("按选的发布")),
      };
    },
    { wide: true },
  );
}

function outlineChanged({ mine, theirs }) {
  return mine.outline !== theirs.outline;
}
