/* How one chooses on the map. */

import { h, replace, s } from "../../lib/dom.js";
import { t } from "../../lib/i18n.js";

const TOOLS = {
  click: { name: "点选", hint: "点一下选中一个；按住 Ctrl 或 Shift 再点，可以多选。", path: "M5 3l14 8-6 2-3 6z" },
  brush: { name: "刷选", hint: "按住，从要选的网格上刷过去。", path: "M14 4l6 6-8 6-4-4zM8 12c-3 1-2 4-5 6 4 2 8 1 9-2z" },
  box: { name: "框选", hint: "按住，拉出一个方框。", path: "M4 5h16v14H4z" },
  lasso: { name: "圈选", hint: "按住，围着要选的网格画一圈。", path: "M12 5c5 0 8 2 8 5s-3 5-8 5-8-2-8-5 3-5 8-5zM7 14c-2 2 0 4 2 5" },
};

/** @param {(name: string) => void} onUse */
export function createToolBar(root, onUse) {
  let now = "click";
  const hint = h("p", { class: "tool-hint", hidden: true });
  const buttons = Object.entries(TOOLS).map(([name, tool]) =>
    h(
      "button",
      { type: "button", class: "tool", dataset: { tool: name }, "aria-pressed": String(name === now), title: t(tool.hint), onclick: () => onUse(name) },
      s("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, s("path", { d: tool.path })),
      h("span", {}, t(tool.name)),
    ),
  );
  replace(root, h("div", { class: "tools", role: "toolbar", "aria-label": t("怎样在地图上选网格") }, buttons), hint);

  return {
    show(name) {
      now = name;
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.tool === name));
      hint.hidden = !(name in TOOLS) || name === "click";
      if (!hint.hidden) hint.textContent = t(TOOLS[name].hint);
    },
  };
}
