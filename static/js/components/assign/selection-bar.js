/* What is chosen, in figures, and what can be done with it. What went wrong is said here too. */

import { h, replace } from "../../lib/dom.js";
import { count, decimal } from "../../lib/format.js";
import { t } from "../../lib/i18n.js";
import { sumOf } from "../../lib/territory.js";
import { keepFocus } from "./keep-focus.js";

/**
 * @param {object} on {split(), merge(), border(), balance(), rename(), claim(), lock(yes), nobody(), clear(), carry(event)}
 */
export function createSelectionBar(root, on) {
  const problem = h("p", { class: "problem", role: "alert" });
  const body = h("div", {});
  replace(root, problem, body);

  function action(name, text, onclick, { disabled = false, why = null } = {}) {
    return h("button", { type: "button", class: "secondary", dataset: { focus: name }, disabled, title: disabled ? why : null, onclick }, text);
  }

  return {
    show({ rows, chosen, editable }) {
      const picked = [...chosen].map((key) => rows.get(key)).filter(Boolean);
      const sum = sumOf(picked);
      root.hidden = !picked.length && !problem.textContent;
      const oneVillage = new Set(picked.map((row) => row.village)).size === 1;
      const locked = picked.some((row) => row.locked);
      const several = { disabled: picked.length < 2 || !oneVillage, why: t("先选中同一个村的两个或更多网格") };
      keepFocus(body, () =>
        replace(
          body,
          picked.length
            ? h(
                "div",
                { class: "chosen-head" },
                h(
                  "p",
                  editable ? { class: "chosen carry", onpointerdown: on.carry, title: t("按住，拖到右边的人员卡上") } : { class: "chosen" },
                  editable ? h("span", { class: "grip", "aria-hidden": "true" }, "⠿") : null,
                  h("strong", {}, picked.length === 1 ? picked[0].title : t("已选{n}个网格", { n: picked.length })),
                  h("span", { class: "quiet" }, [t("{n}户", { n: count(sum.n) }), t("{h}小时/月", { h: decimal(sum.load) })].join(" · ")),
                ),
                h("button", { type: "button", class: "link", dataset: { focus: "clear" }, onclick: on.clear }, t("取消选择")),
              )
            : null,
          picked.length && editable
            ? h(
                "div",
                { class: "chosen-actions", role: "toolbar", "aria-label": t("对选中的网格") },
                action("split", t("拆分"), on.split, { disabled: !oneVillage, why: t("一次只能拆分一个村的网格") }),
                action("merge", t("合并"), on.merge, several),
                action("border", t("移动边界"), on.border, { disabled: picked.length > 2 || !oneVillage, why: t("先选中一个或两个网格") }),
                action("balance", t("重新平衡"), on.balance, several),
                action("nobody", t("撤下主责"), on.nobody, { disabled: !picked.some((row) => row.lead !== null) }),
                action("rename", t("改名"), on.rename, { disabled: picked.length !== 1 }),
                action("claim", t("认领一户"), on.claim, { disabled: picked.length !== 1 || !picked[0].code, why: t("先选中一个网格") }),
                action("lock", locked ? t("解锁") : t("锁定"), () => on.lock(!locked)),
              )
            : null,
        ),
      );
    },
    /** A sentence about what was not done, or with `calm` about what was; empty takes it away. */
    problem(sentence, { calm = false } = {}) {
      problem.textContent = sentence;
      problem.classList.toggle("is-calm", calm);
      if (sentence) root.hidden = false;
    },
  };
}
