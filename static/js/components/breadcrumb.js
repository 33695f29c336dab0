/* Where one is: 区 › 乡镇 › 村 › 网格. */

import { h, replace } from "../lib/dom.js";
import { t } from "../lib/i18n.js";

/** @param {(code: string) => void} onGo */
export function createBreadcrumb(root, onGo) {
  return {
    show(path) {
      replace(
        root,
        h(
          "ol",
          { class: "breadcrumb" },
          path.map((area, i) =>
            h(
              "li",
              {},
              i === path.length - 1
                ? h("span", { "aria-current": "page" }, area.name)
                : h("button", { type: "button", class: "link", onclick: () => onGo(area.code), title: t("回到{name}", area) }, area.name),
            ),
          ),
        ),
      );
      root.scrollLeft = root.scrollWidth;
    },
  };
}
