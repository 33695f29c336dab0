/* What the network is doing, when it is not simply working. */

import { announce, h, replace } from "../lib/dom.js";
import { clock } from "../lib/format.js";
import { t } from "../lib/i18n.js";

export function createBanner(root, onRetry) {
  let since = null;
  return {
    reach(reachable, lastSeen) {
      if (reachable && since) {
        since = null;
        document.body.classList.remove("is-offline");
        replace(root);
        announce(t("网络已恢复，内容已更新。"));
        return true;
      }
      if (!reachable && !since) {
        since = new Date();
        document.body.classList.add("is-offline");
        const text = t("连不上服务器，现在看到的是 {time} 的内容。恢复后会自动更新。", { time: clock(lastSeen) });
        replace(root, h("p", {}, text), h("button", { type: "button", class: "link", onclick: onRetry }, t("现在重试")));
        announce(text);
      }
      return false;
    },
  };
}
