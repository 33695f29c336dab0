/* Where one is: 区 › 乡镇 › 村 › 网格 › 家庭. */

import { h, replace } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { shortName } from "../lib/levels.js";

/** @param {(code: string) => void} onGo */
export function createBreadcrumb(root, onGo) {
  let path = [];

  function draw(household) {
    const steps = [...path.map((area, i) => ({ code: area.code, name: shortName(area, path[i - 1]) })), ...(household ? [{ name: household }] : [])];
    replace(
      root,
      h(
        "ol",
        { class: "breadcrumb" },
        steps.map(({ code, name }, i) =>
          h(
            "li",
            {},
            i === steps.length - 1
              ? h("span", { "aria-current": "page" }, name)
              : h("button", { type: "button", class: "link", onclick: () => onGo(code), title: t("回到{name}", { name }) }, name),
          ),
        ),
      ),
    );
    root.scrollLeft = root.scrollWidth;
  }

  return {
    show(areas) {
      path = areas;
      draw(null);
    },
    /** The fifth level; null when no household is open. */
    household: draw,
  };
}
