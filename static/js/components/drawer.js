/* One household: what it is owed, why, who decided. Asked for by a click, shown masked. */

import { h, replace } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { concern } from "./concern.js";
import { familyTimeline, identity, people } from "./family.js";
import { emptyState, skeleton } from "./states.js";
import { duty, proposal, support } from "./support.js";

/**
 * @param {() => void} onClose
 * @param {{people?, reveal?, timeline?, concern?, file?}} asks what her role may ask the server, each with the household's uuid first; `file`: she may open its page
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
          identity: identity(household.uuid, asks),
          support: h("div", { class: "drawer-part" }),
          duty: h("div", { class: "drawer-part" }),
        };
        replace(
          content,
          asks.file && h("a", { class: "file-link", href: `/households/${household.uuid}/` }, t("打开家庭档案")),
          open.support,
          open.identity.node,
          asks.people && people(household.uuid, asks),
          asks.timeline && familyTimeline(household.uuid, asks.timeline),
          open.duty,
          asks.concern && concern((text) => asks.concern(household.uuid, text)),
        );
      }
      replace(open.support, support(household), proposal(household.proposal));
      open.identity.show(household.identity);
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
