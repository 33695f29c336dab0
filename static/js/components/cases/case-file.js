/* One case, opened: the family, where it truly lives, what was said, what was done. */

import { h, replace } from "../../lib/dom.js";
import { clock, day } from "../../lib/format.js";
import { t } from "../../lib/i18n.js";
import { facts } from "../facts.js";

const moment = (iso) => `${day(iso)} ${clock(new Date(iso))}`;

const PROTECTIONS = {
  none: ["不保护", "大家看到的是真实的位置。"],
  shielded: ["不公开住址", "除您以外，大家在地图和名单上看到的是村里的办公地点。"],
  sealed: ["封存", "除您以外，谁也找不到这户，数字里也没有。"],
};

function family(home) {
  return h(
    "section",
    {},
    h("h3", {}, t("家庭")),
    facts([
      ["户编号", home.household_no],
      ["户主", home.contact_name],
      ["电话", home.phone],
      ["地址", home.address],
      ["人口", home.members && t("{n}人", { n: home.members })],
      ["村", home.village.name],
      ["网格", home.grid && home.grid.name],
      ["真实位置", home.point && `${home.point.lon}, ${home.point.lat}`],
    ]),
    home.listed &&
      h(
        "details",
        { class: "case-listed" },
        h("summary", {}, t("封存以后，导入的名单又提到这户")),
        facts([
          ["户主", home.listed.contact_name],
          ["电话", home.listed.phone],
          ["地址", home.listed.address],
          ["备注", home.listed.note],
        ]),
      ),
  );
}

function protection(home, protect) {
  const problem = h("p", { class: "form-problem", role: "alert" });
  const reason = h("input", { id: "protection-reason", type: "text", maxlength: "1000", autocomplete: "off" });
  const choices = Object.entries(PROTECTIONS).map(([value, [name, meaning]]) =>
    h(
      "label",
      { class: "case-choice" },
      h("input", { type: "radio", name: "protection", value, checked: home.protection === value }),
      h("span", {}, h("strong", {}, t(name)), h("span", { class: "quiet" }, t(meaning))),
    ),
  );
  return h(
    "section",
    {},
    h("h3", { id: "protection" }, t("保护")),
    h(
      "form",
      {
        onsubmit: (event) => {
          event.preventDefault();
          const chosen = new FormData(event.target).get("protection");
          if (chosen === home.protection) return;
          if (!reason.value.trim()) replace(problem, t("请写明理由。"));
          else protect(chosen, reason.value);
        },
      },
      h("div", { role: "radiogroup", "aria-labelledby": "protection" }, choices),
      h("label", { for: "protection-reason" }, t("理由")),
      reason,
      problem,
      h("button", { type: "submit", class: "secondary" }, t("改变保护")),
    ),
  );
}

function concerns(list) {
  return h(
    "section",
    {},
    h("h3", {}, t("谁说了什么")),
    h(
      "ul",
      { class: "case-said" },
      list.map((said) =>
        h("li", {}, h("p", {}, said.text), h("p", { class: "quiet" }, `${t(said.kind === "wish" ? "本人要求" : "有人担心")} · ${said.raised_by} · ${moment(said.raised_at)}`)),
      ),
    ),
  );
}

function record(list, write) {
  const text = h("textarea", { id: "record-text", rows: "3", maxlength: "10000", required: true });
  return h(
    "section",
    {},
    h("h3", {}, t("记录")),
    h(
      "form",
      {
        onsubmit: (event) => {
          event.preventDefault();
          if (text.value.trim()) write(text.value);
        },
      },
      h("label", { for: "record-text" }, t("添一条记录，写下就不能改")),
      text,
      h("button", { type: "submit", class: "secondary" }, t("写下")),
    ),
    h(
      "ul",
      { class: "case-said" },
      list.map((entry) =>
        h(
          "li",
          {},
          h("p", {}, entry.text),
          facts([
            ["临时住处", entry.shelter],
            ["人身安全保护令至", entry.order_until && day(entry.order_until)],
          ]),
          h("p", { class: "quiet" }, `${entry.written_by} · ${moment(entry.written_at)}`),
        ),
      ),
    ),
  );
}

/** @param {{back: () => void, protect: (to: string, reason: string) => void, write: (text: string) => void}} act */
export function caseFile(found, records, act) {
  return h(
    "article",
    { class: "case-file" },
    h("button", { type: "button", class: "link", onclick: act.back }, t("回到列表")),
    h("h2", { tabindex: "-1" }, t("个案 {number}", { number: found.number })),
    found.until && h("p", { class: "case-until", role: "status" }, t("您正在紧急查看，到 {time} 自动结束。每一步都有记录。", { time: moment(found.until) })),
    family(found.household),
    protection(found.household, act.protect),
    concerns(found.concerns),
    record(records, act.write),
  );
}
