/* One household: what it is owed, why, who decided. Asked for by a click, shown masked. */

import { h, replace } from "../lib/dom.js";
import { day } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { actionOf, classMark } from "./class-mark.js";
import { concern } from "./concern.js";
import { emptyState, skeleton } from "./states.js";

function facts(pairs) {
  return h(
    "dl",
    { class: "facts" },
    pairs
      .filter(([, value]) => value !== null && value !== undefined && value !== "")
      .map(([name, value]) => h("div", {}, h("dt", {}, t(name)), h("dd", {}, value))),
  );
}

function support(household) {
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

function proposal(p) {
  if (!p) return null;
  return h(
    "section",
    { class: "proposal" },
    h("h3", {}, t("待确认的建议")),
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

function body(household) {
  const { identity } = household;
  return [
    support(household),
    proposal(household.proposal),
    h(
      "section",
      {},
      h("h3", {}, t("家庭")),
      identity
        ? facts([
            ["户主", identity.contact_name],
            ["电话", identity.phone],
            ["地址", identity.address],
            ["人口", identity.members && t("{n}人", { n: identity.members })],
          ])
        : h("p", { class: "quiet" }, t("您的岗位看不到户主信息。")),
    ),
    h(
      "section",
      {},
      h("h3", {}, t("谁来负责")),
      facts([
        ["村", household.village && household.village.name],
        ["网格", household.grid ? household.grid.name : t("还没有划入网格")],
        ["主责", household.lead ? household.lead.name : t("暂无主责人")],
        ["位置", household.point ? null : t("还没有位置，地图上看不到。")],
      ]),
    ),
  ];
}

/**
 * @param {() => void} onClose
 * @param {?(uuid: string, text: string) => Promise} onConcern null: she may raise none
 */
export function createDrawer(root, onClose, onConcern) {
  let opener = null;
  const content = h("div", { class: "drawer-body", tabindex: "0", role: "region", "aria-labelledby": "drawer-title" });
  const title = h("h2", { id: "drawer-title", tabindex: "-1" });
  replace(
    root,
    h(
      "header",
      { class: "drawer-head" },
      title,
      h("button", { type: "button", class: "icon-button", "aria-label": t("关闭"), onclick: onClose }, "×"),
    ),
    content,
  );
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") onClose();
  });

  return {
    waiting() {
      if (root.hidden) opener = document.activeElement;
      root.hidden = false;
      title.textContent = t("家庭");
      replace(content, skeleton(5));
      title.focus({ preventScroll: true });
    },
    show(household) {
      title.textContent = t("{no} 号家庭", { no: household.household_no });
      replace(content, body(household), onConcern && concern((text) => onConcern(household.uuid, text)));
    },
    fail(message, retry) {
      replace(
        content,
        emptyState(t("没有打开"), message, h("button", { type: "button", class: "secondary", onclick: retry }, t("再试一次"))),
      );
    },
    close() {
      if (root.hidden) return;
      root.hidden = true;
      replace(content);
      // Back to where one came from, if that still stands on the page.
      const target = opener && opener.isConnected && opener !== document.body ? opener : document.getElementById("map");
      target.focus({ preventScroll: true });
    },
  };
}
