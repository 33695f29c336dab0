/* What the mouse points at, in two lines. A picture of what the list says; not read out. */

import { h, replace } from "../lib/dom.js";
import { count } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { measure } from "../lib/modes.js";
import { valueText } from "./area-list.js";
import { classCounts } from "./class-mark.js";

export function createTooltip(root, classes) {
  return {
    show(found, pixel, mode) {
      root.hidden = !found || found.kind === "household";
      if (root.hidden) return;
      const { counts } = found;
      if (found.kind === "cell") {
        replace(root, h("strong", {}, t("{n}户", { n: found.n })), classCounts(found.c, classes));
      } else {
        replace(
          root,
          h("strong", {}, found.name),
          counts.n === null || counts.n === undefined ? null : h("span", {}, t("{n}户", { n: count(counts.n) })),
          h("span", { class: "quiet" }, valueText(measure(mode, counts), mode, classes)),
        );
      }
      root.style.setProperty("left", `${pixel[0]}px`);
      root.style.setProperty("top", `${pixel[1]}px`);
    },
  };
}
