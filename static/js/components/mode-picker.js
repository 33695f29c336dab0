/* What the colours of areas show. */

import { h, replace } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { MODE_NAMES, modeText, parseMode } from "../lib/modes.js";
import { actionOf } from "./class-mark.js";

/**
 * @param {string[]} modes those that this reader has figures for
 * @param {(mode: object) => void} onChoose
 */
export function createModePicker(root, classes, modes, onChoose) {
  const option = (value, text) => h("option", { value }, text);
  const select = h(
    "select",
    { id: "mode", onchange: () => onChoose(parseMode(select.value)) },
    modes.map((key) =>
      key === "share"
        ? h(
            "optgroup",
            { label: t(MODE_NAMES.share) },
            classes.map((known) => option(`share-${known.slot}`, t("{action}占比", { action: `${known.letter} ${actionOf(known)}` }))),
          )
        : option(key, t(MODE_NAMES[key])),
    ),
  );
  replace(root, h("label", { for: "mode" }, t("地图显示")), select);
  return {
    show(mode) {
      select.value = modeText(mode);
    },
  };
}
