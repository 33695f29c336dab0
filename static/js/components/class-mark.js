/* The sign of a class: shape, colour and letter together, never a colour alone. */

import { h, s } from "../lib/dom.js";
import { count } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { letterY, shapePath } from "../lib/shapes.js";

/** The sign of a class, or of "not assessed" where there is none. Decorative: say the name beside it. */
export function classMark(known, { small = false } = {}) {
  const slot = known ? known.slot : 0;
  const shape = known ? known.shape : "circle";
  return s(
    "svg",
    { class: `mark mark-${slot}${small ? " mark-small" : ""}`, viewBox: "-1 -1 26 26", "aria-hidden": "true" },
    s("path", { d: shapePath(shape) }),
    s("text", { x: 12, y: letterY(shape), "text-anchor": "middle", "dominant-baseline": "central" }, known ? known.letter : "?"),
  );
}

/** What a class asks of us: "密切关注". */
export function actionOf(known) {
  return known ? t(known.action) : t("未评估");
}

/** Sign and words in one line. */
export function classTag(known) {
  return h("span", { class: "class-tag" }, classMark(known, { small: true }), actionOf(known));
}

/** How many households of each class: signs with numbers, classes without households left out. */
export function classCounts(c, classes) {
  return h(
    "span",
    { class: "class-counts" },
    classes
      .filter((known) => c[known.slot])
      .map((known) =>
        h(
          "span",
          {},
          classMark(known, { small: true }),
          h("span", { class: "visually-hidden" }, `${actionOf(known)} `),
          count(c[known.slot]),
        ),
      ),
  );
}

/** The same as one bar; purely a picture of what classCounts says. */
export function classBar(c, n) {
  const parts = [1, 2, 3, 4, 5, 0].filter((slot) => c[slot] > 0);
  return h(
    "span",
    { class: "class-bar", "aria-hidden": "true" },
    parts.map((slot) => h("i", { class: `fill-${slot}`, style: { "flex-grow": c[slot] / n } })),
  );
}
