/* What a family needs, what was done for it, and how it ended. */

import { h } from "../../lib/dom.js";
import { day } from "../../lib/format.js";
import { t } from "../../lib/i18n.js";
import { dueTag } from "../due.js";
import { field, form, opens } from "../form.js";

const HELPS = { money: "救助金", goods: "物资", legal: "法律援助", counsel: "心理疏导", job: "介绍工作", training: "培训", honour: "表彰", referral: "联系其他部门", other: "上门帮忙" };
const HONOURS = { beautiful: "最美家庭", five_good: "五好家庭", in_laws: "好婆媳", courtyard: "五美庭院" };
const OUTCOMES = { "": "还不知道", helped: "有帮助", partly: "解决了一部分", not_yet: "还需要别的办法" };
const WHY = { not_wanted: "家庭说不需要了", elsewhere: "已由别处解决", moved: "家庭搬走了", not_possible: "现在办不到" };

const choice = (id, name, options) => h("select", { id, name }, Object.entries(options).map(([value, label]) => h("option", { value }, t(label))));

function helpForm(need, today, cancel, send) {
  const id = (name) => `${name}-${need.uuid}`;
  // What only one kind of help has.
  const more = {
    money: field("金额（元）", h("input", { id: id("amount"), name: "amount", type: "text", inputmode: "decimal", autocomplete: "off" })),
    goods: field("物资", h("input", { id: id("goods"), name: "goods", type: "text", maxlength: "80", autocomplete: "off" })),
    honour: field("称号", choice(id("honour"), "honour", HONOURS)),
  };
  const kind = choice(id("kind"), "kind", HELPS);
  const shown = () => {
    for (const [name, node] of Object.entries(more)) node.hidden = name !== kind.value;
  };
  kind.addEventListener("change", shown);
  shown();
  const fields = [
    field("哪种帮助", kind),
    Object.values(more),
    field("哪天", h("input", { id: id("given"), name: "given_on", type: "date", value: today, max: today, required: true })),
    field("结果", choice(id("outcome"), "outcome", OUTCOMES)),
  ];
  const said = ({ amount, goods, honour, ...rest }) => send({ ...rest, ...{ money: { amount }, goods: { goods }, honour: { honour } }[rest.kind] });
  return form({ fields, submit: "记下", send: said, cancel });
}

/** A need that is open: what it is, by when, and what one may do about it. `act` null: nothing. */
export function needRow(need, today, words, act) {
  const step = (asked) => act.step(need.uuid, asked);
  const why = (cancel) => form({ fields: [field("为什么不再跟进", choice(`why-${need.uuid}`, "why", WHY))], submit: "不再跟进", cancel, send: (data) => step({ step: "end", why: data.why }) });
  const met = (cancel) => form({ note: "办到了就从这里划掉，留在给过的帮助里。", fields: [], submit: "办到了", cancel, send: () => step({ step: "meet" }) });
  return h(
    "li",
    { class: "owed-row" },
    h("span", { class: "owed-text" }, t(need.kind_label), h("span", { class: "tag" }, t(need.action))),
    dueTag(need.due_on, today),
    words && h("p", { class: "owed-words" }, words),
    act &&
      h(
        "div",
        { class: "owed-act" },
        opens("给了帮助", (cancel) => helpForm(need, today, cancel, (data) => act.help(need.uuid, data)), "link"),
        opens("办到了", met, "link"),
        opens("不再跟进", why, "link"),
      ),
  );
}

function help(one) {
  const what = [t(one.kind_label), one.amount && t("{n}元", { n: Number(one.amount) }), one.goods, one.honour && t(one.honour_label)].filter(Boolean).join(" · ");
  return h("li", {}, h("span", {}, what), h("span", { class: "quiet" }, [day(one.given_on), one.by, one.outcome && t(one.outcome_label)].filter(Boolean).join(" · ")));
}

/** What was done for the family's needs, and which are closed. */
export function helpGiven(needs) {
  const told = needs.filter((need) => need.helps.length || need.state !== "open");
  if (!told.length) return null;
  return h(
    "section",
    { "aria-labelledby": "help-given" },
    h("h2", { id: "help-given" }, t("给过的帮助")),
    h(
      "ul",
      { class: "helps" },
      told.map((need) =>
        h(
          "li",
          {},
          h("p", { class: "helps-need" }, h("span", {}, t(need.kind_label)), h("span", { class: "tag" }, need.why_label ? t(need.why_label) : t(need.state_label))),
          need.helps.length > 0 && h("ul", {}, need.helps.map(help)),
        ),
      ),
    ),
  );
}
