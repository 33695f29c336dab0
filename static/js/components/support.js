/* What we owe a household: the colour and its reason, what is proposed, who answers. */

import { h } from "../lib/dom.js";
import { day } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { actionOf, classMark } from "./class-mark.js";
import { facts } from "./facts.js";

/** The colour as what we do, with its reason; or that nobody has assessed. */
export function support(household) {
  const { colour } = household;
  if (!colour) {
    return h(
      "section",
      { class: "support support-0" },
      h("div", { class: "support-head" }, classMark(null), h("p", {}, h("span", { class: "quiet" }, t("我们的服务")), h("strong", {}, t("未评估")))),
      h(
        "p",
        {},
        household.lapsed
          ? t("上次的评估已过复核日期，不再沿用。请走访后重新提出建议。")
          : t("还没有人评估过需要什么帮助。走访后可以提出建议，由上级确认。"),
      ),
    );
  }
  return h(
    "section",
    { class: `support support-${colour.slot}` },
    h(
      "div",
      { class: "support-head" },
      classMark(colour),
      h("p", {}, h("span", { class: "quiet" }, t("我们的服务")), h("strong", {}, actionOf(colour))),
    ),
    facts([
      ["原因", colour.reason],
      ["提供的帮助", colour.help_offered],
      ["确认人", colour.decided_by],
      ["确认日期", day(colour.decided_on)],
      ["复核日期", day(colour.review_on)],
    ]),
  );
}

/** What waits for somebody else's word. */
export function proposal(p, heading = "h3") {
  if (!p) return null;
  return h(
    "section",
    { class: "proposal" },
    h(heading, {}, t("待确认的建议")),
    h("p", { class: "class-tag" }, classMark(p, { small: true }), actionOf(p)),
    facts([
      ["原因", p.reason],
      ["提供的帮助", p.help_offered],
      ["提出人", p.proposed_by],
      ["提出日期", p.proposed_on && day(p.proposed_on)],
    ]),
    h("p", { class: "quiet" }, t("确认之前，地图和统计都不改变。")),
  );
}

/** Where it lies and who answers for it. */
export function duty(household) {
  return h(
    "section",
    {},
    h("h3", {}, t("谁来负责")),
    facts([
      ["村", household.village && household.village.name],
      ["网格", household.grid ? household.grid.name : t("还没有划入网格")],
      ["主责", household.lead ? household.lead.name : t("暂无主责人")],
      ["位置", household.point ? null : t("还没有位置，地图上看不到。")],
    ]),
  );
}
