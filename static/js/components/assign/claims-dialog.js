/* The households that a member has taken on, by number alone; each can be given back, and taken on again. */

import { h, replace } from "../../lib/dom.js";
import { t } from "../../lib/i18n.js";
import { ask } from "./dialog.js";

/**
 * @param {{id: number, household_no: string, village: string}[]} claims as /api/claims/ says
 * @param {Map<string, string>} villages names by code
 * @param {object} on {end(claim) → problem|null, again(claim) → problem|null}
 */
export function showClaims(member, claims, villages, on) {
  return ask(
    t("{name}认领的家庭", member),
    (close, problem) => ({
      body: claims.length ? h("ul", { class: "rows claims" }, claims.map((claim) => row(claim, problem))) : h("p", { class: "quiet" }, t("没有您能看到的认领。")),
      buttons: null,
    }),
    { leave: "关上" },
  );

  function row(claim, problem) {
    const no = claim.household_no;
    const li = h("li", {});
    const button = (text, onclick, more) => h("button", { type: "button", class: "link", onclick, ...more }, text);
    const act = (work, next) => async (event) => {
      event.target.disabled = true;
      const sentence = await work(claim);
      problem(sentence || "");
      draw(sentence ? held : next);
      li.querySelector("button").focus();
    };
    const held = () => button(t("结束认领"), () => draw(sure, true), { "aria-label": t("结束认领：{no}号家庭", { no }) });
    const sure = () => [
      h("span", { class: "row-note" }, t("结束以后，不在她网格里的这户她就看不到了。")),
      button(t("确定结束"), act(on.end, ended)),
      button(t("不结束"), () => draw(held, true)),
    ];
    const ended = () => [h("span", { class: "row-note" }, t("已结束认领")), button(t("重新认领"), act(on.again, held))];
    function draw(state, focus = false) {
      replace(li, h("span", { class: "row-main" }, h("span", { class: "row-name" }, t("{no}号家庭", { no })), h("span", { class: "row-note" }, villages.get(claim.village) || claim.village)), h("span", { class: "claim-deeds" }, state()));
      if (focus) li.querySelector("button").focus();
    }
    draw(held);
    return li;
  }
}
