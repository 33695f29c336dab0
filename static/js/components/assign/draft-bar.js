/* The draft at the foot of the page: what has been done, and what to do with it. */

import { h, replace } from "../../lib/dom.js";
import { clock, day } from "../../lib/format.js";
import { t } from "../../lib/i18n.js";
import { keepFocus } from "./keep-focus.js";

/**
 * @param {object} on {undo(), redo(), suggest(), preview(), discard(), history(), exchange(), open(draft)}
 */
export function createDraftBar(root, on) {
  function button(name, text, onclick, { disabled = false, kind = "secondary", label = null } = {}) {
    return h("button", { type: "button", class: kind, dataset: { focus: name }, disabled, "aria-label": label, onclick }, text);
  }

  function state({ draft, busy, last }) {
    if (!draft) return h("p", { class: "draft-state" }, h("strong", {}, t("还没有改动")), h("span", { class: "quiet" }, t("改动先存进草稿，发布后才生效。")));
    const where = {
      open: draft.cursor ? t("草稿里有{n}步改动", { n: draft.cursor }) : t("草稿里还没有改动"),
      proposed: t("村里提交的方案，{n}步改动", { n: draft.cursor }),
      scheduled: t("已定于{day}生效", { day: day(draft.effective_on) }),
    };
    const saved = busy ? t("正在保存…") : t("已自动保存 {time}", { time: clock(new Date(draft.updated_at)) });
    return h(
      "p",
      { class: "draft-state" },
      h("strong", {}, where[draft.state]),
      h("span", { class: "quiet" }, [last, saved].filter(Boolean).join(" · ")),
    );
  }

  return {
    /** @param {object} model {draft, busy, last, redo, editable, others, only: the village of what is chosen} */
    show(model) {
      const { draft, editable, others, busy, redo, only } = model;
      const isOpen = draft && ["open", "proposed"].includes(draft.state);
      const done = Boolean(isOpen && draft.cursor);
      keepFocus(root, () =>
        replace(
          root,
          editable || draft ? state(model) : h("p", { class: "draft-state" }, h("span", { class: "quiet" }, t("这里只能查看。调整分工由村和乡镇妇联主席做。"))),
          others.length
            ? h(
                "details",
                { class: "others" },
                h("summary", {}, t("其他草稿 {n}", { n: others.length })),
                h("ul", { class: "rows" }, others.map((other) => h("li", {}, h("button", { type: "button", class: "row", onclick: () => on.open(other) }, h("span", { class: "row-main" }, h("span", { class: "row-name" }, other.title), h("span", { class: "row-note" }, otherState(other))))))),
              )
            : null,
          editable
            ? h(
                "div",
                { class: "draft-buttons", role: "toolbar", "aria-label": t("草稿") },
                button("undo", t("撤销"), on.undo, { disabled: !done || busy }),
                button("redo", t("重做"), on.redo, { disabled: !isOpen || !redo || busy }),
                button("suggest", only ? t("建议{village}的分工", { village: only }) : t("自动建议分工"), on.suggest, { disabled: busy || Boolean(draft && !isOpen) }),
                button("history", t("历史"), on.history),
                button("exchange", t("导入导出"), on.exchange, { disabled: busy }),
                draft && button("discard", t("放弃草稿"), on.discard, { disabled: busy }),
                button("preview", t("预览和发布"), on.preview, { disabled: busy || !(done || (draft && draft.state === "scheduled")), kind: "" }),
              )
            : h("div", { class: "draft-buttons" }, button("history", t("历史"), on.history)),
        ),
      );
    },
  };
}

function otherState(other) {
  const by = other.created_by || "";
  if (other.state === "proposed") return t("{by}提交的方案", { by });
  if (other.state === "scheduled") return t("{by}，已定于{day}生效", { by, day: day(other.effective_on) });
  return t("{by}的草稿", { by });
}
