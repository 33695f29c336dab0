/* One household: what it is owed, why, who decided. Asked for by a click, shown masked. */

import { h, replace } from "../lib/dom.js";
import { day } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { actionOf, classMark } from "./class-mark.js";
import { concern } from "./concern.js";
import { facts } from "./facts.js";
import { createFamily } from "./family.js";
import { emptyState, skeleton } from "./states.js";

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

function duty(household) {
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

/**
 * @param {() => void} onClose
 * @param {{people?, reveal?, timeline?, concern?}} asks what her role may ask the server, each with the household's uuid first
 */
export function createDrawer(root, onClose, asks) {
  // Of the household that is open: what was typed or shown in them outlasts a refresh.
  let open = null;
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
      open = null;
      title.textContent = t("家庭");
      replace(content, skeleton(5));
      title.focus({ preventScroll: true });
    },
    show(household) {
      title.textContent = t("{no} 号家庭", { no: household.household_no });
      if (!open || open.uuid !== household.uuid) {
        open = {
          uuid: household.uuid,
          family: createFamily(household.uuid, asks),
          support: h("div", { class: "drawer-part" }),
          duty: h("div", { class: "drawer-part" }),
        };
        replace(content, open.support, open.family.node, open.duty, asks.concern && concern((text) => asks.concern(household.uuid, text)));
      }
      replace(open.support, support(household), proposal(household.proposal));
      open.family.show(household.identity);
      replace(open.duty, duty(household));
    },
    fail(message, retry) {
      open = null;
      replace(
        content,
        emptyState(t("没有打开"), message, h("button", { type: "button", class: "secondary", onclick: retry }, t("再试一次"))),
      );
    },
    close() {
      if (root.hidden) return;
      open = null;
      root.hidden = true;
      replace(content);
      // Back to where one came from, if that still stands on the page.
      const target = opener && opener.isConnected && opener !== document.body ? opener : document.getElementById("map");
      target.focus({ preventScroll: true });
    },
  };
}
