/* A family's colour as an argued decision: its own words, what we offer and why, whose word is next. */

import { h } from "../../lib/dom.js";
import { day } from "../../lib/format.js";
import { t } from "../../lib/i18n.js";
import { actionOf, classMark } from "../class-mark.js";
import { facts } from "../facts.js";
import { field, form, opens } from "../form.js";
import { proposal as proposed, support } from "../support.js";

// What each step is called, what it needs to be told, and what it does.
const STEPS = {
  confirm: { name: "确认", note: "确认以后颜色生效，到复核日期为止。" },
  refuse: { name: "不同意", words: "为什么不同意", note: "提出的人会看到您的理由。" },
  second_look: { name: "再看一遍", note: "不久前刚改过颜色。您也认为该改，再交给主席确认。" },
  object: { name: "家庭有异议", words: "家庭怎么说", note: "记下以后颜色马上收回，七天内由没有经手的人复核。" },
  keep: { name: "维持颜色", words: "给家庭的答复", note: "颜色恢复，到复核日期为止。" },
  withdraw: { name: "收回颜色", words: "给家庭的答复", note: "这户回到未评估。" },
};

const area = (id, name, label, most, required = true) => field(label, h("textarea", { id, name, rows: "3", maxlength: String(most), required }));

function steps(row, take, more) {
  if (!more && !(row && row.steps.length)) return null;
  return h(
    "div",
    { class: "colour-steps" },
    (row ? row.steps : []).map((step) => {
      const { name, words, note } = STEPS[step];
      const fields = words ? [area(`${step}-words`, "words", words, 300)] : [];
      const look = ["confirm", "keep"].includes(step) ? "primary" : "secondary";
      return opens(name, (cancel) => form({ note, fields, submit: name, cancel, send: (data) => take(row.uuid, step, data) }), look);
    }),
    more,
  );
}

/** `waits` while the colour does: one that has lapsed meanwhile is reviewed no more. */
function objection(one, waits) {
  return h(
    "div",
    { class: "colour-objection" },
    h("p", {}, h("strong", {}, t("家庭有异议")), " ", one.text),
    h("p", { class: "quiet" }, t("{name}记于{day}", { name: one.by, day: day(one.on) })),
    one.answer && h("p", {}, h("strong", {}, t("给家庭的答复")), " ", one.answer),
    waits && h("p", { class: "quiet" }, t("最晚{day}由没有经手的人复核。在这以前按未评估对待。", { day: day(one.due_on) })),
  );
}

/** The family's own words; shown first. */
export function statement(found, write) {
  const text = found && h("blockquote", { class: "family-words" }, h("p", {}, found.text), h("footer", { class: "quiet" }, t("{name}记于{day}", { name: found.written_by, day: day(found.written_on) })));
  if (!text && !write) return null;
  const edit = (cancel) => {
    const words = area("statement-text", "text", "家庭自己怎么说", 1000, false);
    if (found) words.querySelector("textarea").value = found.text;
    return form({ note: "照她们的话写，不改。留空就是家庭收回自己的话。", fields: [words], submit: "记下", cancel, send: write });
  };
  return h(
    "section",
    { "aria-labelledby": "statement" },
    h("h2", { id: "statement" }, t("家庭自己的话")),
    text || h("p", { class: "quiet" }, t("这家人还没有说过。走访时可以问一问。")),
    write && opens(found ? "改写" : "记下家庭的话", edit, "link"),
  );
}

function propose(choices, send) {
  return opens("提出颜色", (cancel) => {
    const reason = h(
      "select",
      { id: "proposal-reason", name: "reason", required: true },
      h("option", { value: "" }, t("请选择")),
      choices.classes.map((one) => h("optgroup", { label: `${one.name} ${t(one.action)} · ${t("由{name}确认", { name: t(one.decided_by) })}` }, one.reasons.map((why) => h("option", { value: why.id }, why.text)))),
    );
    const source = h(
      "select",
      { id: "proposal-source", name: "source", required: true },
      h("option", { value: "" }, t("请选择")),
      choices.sources.map((one) => h("option", { value: one.value }, t(one.label))),
    );
    const fields = [
      field("这家需要什么", reason, "颜色由需要决定。"),
      field("怎么知道的", source),
      area("proposal-help", "help_offered", "我们提供什么帮助", 300),
    ];
    return form({ fields, submit: "提出", cancel, send: (data) => send({ ...data, reason: Number(data.reason) }) });
  });
}

const GOOD = { elders: "孝老爱亲", children: "用心教子", neighbours: "邻里互助", public: "热心公益", work: "勤劳致富", home: "整洁美丽", overcome: "自强不息" };

/** The good that is known of a family; it changes no colour. */
export function goodWords(found, say) {
  if (!found.length && !say) return null;
  const made = (cancel) => {
    const kind = h("select", { id: "good-kind", name: "kind" }, Object.entries(GOOD).map(([value, name]) => h("option", { value }, t(name))));
    return form({ fields: [field("哪一方面", kind), area("good-text", "text", "做了什么", 300)], submit: "记下", cancel, send: say });
  };
  return h(
    "section",
    { "aria-labelledby": "good-words" },
    h("h2", { id: "good-words" }, t("值得称道的")),
    found.length
      ? h("ul", { class: "good-words" }, found.map((one) => h("li", {}, h("span", { class: "tag" }, t(one.kind)), h("span", {}, one.text), h("span", { class: "quiet" }, `${one.by} · ${day(one.on)}`))))
      : h("p", { class: "quiet" }, t("还没有记下。")),
    say && opens("记一件好事", made, "link"),
  );
}

function past(rows) {
  if (!rows.length) return null;
  return h(
    "details",
    { class: "happened colour-past" },
    h("summary", {}, t("以前的颜色")),
    h(
      "ul",
      {},
      rows.map((row) =>
        h(
          "li",
          {},
          h("p", { class: "class-tag" }, classMark(row, { small: true }), `${actionOf(row)} · ${t(row.status_label)}`),
          facts([
            ["原因", row.reason],
            ["提供的帮助", row.help_offered],
            ["提出人", row.proposed_by && `${row.proposed_by} · ${day(row.proposed_on)}`],
            ["确认人", row.decided_by && `${row.decided_by} · ${day(row.decided_on)}`],
            ["为什么不同意", row.refusal],
          ]),
          row.objections.map((one) => objection(one, false)),
        ),
      ),
    ),
  );
}

/**
 * @param {object} found the colour as the server tells it
 * @param {{take: Function, propose: Function}} act each answers with a promise
 */
export function colour(found, lapsed, act) {
  const { current } = found;
  const held = current && current.status === "confirmed" ? current : null;
  return [
    h("div", { class: "colour-part" }, support({ colour: held, lapsed }), current && current.status === "objected" && current.objections.filter((one) => !one.answer).map((one) => objection(one, true)), steps(current, act.take, found.choices && propose(found.choices, act.propose))),
    found.proposal &&
      h(
        "div",
        { class: "colour-part" },
        proposed(found.proposal, "h2"),
        found.proposal.second_look_owed && h("p", { class: "state-note" }, t("不久前刚改过颜色，要另一个人再看一遍，才能确认。")),
        steps(found.proposal, act.take),
      ),
    past(found.past),
  ];
}
