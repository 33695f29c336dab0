/* One household of a grid, by its number, and the member who takes it on. */

import { h } from "../../lib/dom.js";
import { t } from "../../lib/i18n.js";
import { ask } from "./dialog.js";

/**
 * @param {{title: string}} grid
 * @param {{uuid: string, household_no: string}[]} homes of that grid
 * @returns {Promise<null | {home: object, member: number}>}
 */
export function askClaim(grid, homes, members) {
  return ask(t("认领{place}的一户", { place: grid.title }), (close, problem) => {
    const number = h("input", { id: "claim-home", list: "claim-homes", autocomplete: "off", required: true });
    const who = h("select", { id: "claim-member", required: true }, h("option", { value: "" }, t("请选一位")), members.map((m) => h("option", { value: m.id }, m.name)));
    function done(event) {
      event.preventDefault();
      const home = homes.find((one) => one.household_no === number.value.trim());
      if (!home) return problem(t("这个网格里没有这个户编号。"));
      return close({ home, member: Number(who.value) });
    }
    return {
      body: h(
        "form",
        { id: "claim-form", class: "ask-form", onsubmit: done },
        h("label", { for: "claim-home" }, t("户编号"), number),
        h("datalist", { id: "claim-homes" }, homes.map((one) => h("option", { value: one.household_no }))),
        h("label", { for: "claim-member" }, t("由谁认领"), who),
        h("p", { class: "quiet" }, t("认领马上登记，不经过草稿；网格的主责人不变。")),
      ),
      buttons: h("button", { type: "submit", form: "claim-form" }, t("登记")),
    };
  });
}
