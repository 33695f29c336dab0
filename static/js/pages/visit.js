/* Writing a visit down, on a phone at the door: nothing changed is one button; all else opens when it is wanted. */

import { field, sentence } from "../components/form.js";
import { createApi } from "../lib/api.js";
import { h, readJson, replace } from "../lib/dom.js";
import { loadLanguage, t } from "../lib/i18n.js";

const words = (id, longest, rows = "3") => h("textarea", { id, name: id, rows, maxlength: longest });

const choices = (pairs) => pairs.map(([value, label]) => h("option", { value }, t(label)));

const select = (id, pairs, none) => h("select", { id, name: id }, none && h("option", { value: "" }, t(none)), choices(pairs));

/** Large radio buttons; `chosen` is checked. */
function options(name, legend, pairs, chosen, onchange) {
  return h(
    "fieldset",
    {},
    h("legend", {}, t(legend)),
    h(
      "div",
      { class: "visit-options" },
      pairs.map(([value, label]) =>
        h("label", { class: "visit-option" }, h("input", { type: "radio", name, value, checked: value === chosen, onchange: onchange && (() => onchange(value)) }), t(label)),
      ),
    ),
  );
}

/** Now, as a field for local times wants it. */
function localNow() {
  const now = new Date();
  return new Date(now - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Needs: as many as there are, each with its kind, its day and, if wanted, a few words. */
function needList(boot) {
  const list = h("div", { class: "visit-changes" });
  const rows = [];

  function add() {
    const n = rows.length;
    const groups = boot.needs.map(([action, kinds]) => h("optgroup", { label: t(action) }, choices(kinds)));
    const kind = h("select", { id: `need-${n}` }, h("option", { value: "" }, t("请选")), groups);
    const due = h("input", { type: "date", id: `need-day-${n}`, value: boot.need_due_on });
    const text = words(`need-text-${n}`, 500, "2");
    rows.push({ kind, due, text });
    list.append(
      h("div", { class: "visit-need" }, field("需要什么帮助", kind), field("最晚哪天办到", due), field("具体情况（可以不写）", text, "只有负责这户的人能看，每次查看都登记。")),
    );
    kind.focus();
  }

  const button = h("button", { type: "button", class: "secondary", onclick: add }, t("加一项需要"));
  const told = () =>
    rows.filter((row) => row.kind.value).map((row) => ({ kind: row.kind.value, due_on: row.due.value, text: row.text.value }));
  return { nodes: [list, button], told };
}

/** A proposal of which support is needed; somebody else decides. */
function colourPart(boot) {
  if (!boot.reasons.length) return { node: null, told: () => null };
  const reason = select("reason", boot.reasons, "不提建议");
  const help = words("help-offered", 300, "2");
  const source = select("source", boot.sources);
  const node = h(
    "details",
    {},
    h("summary", {}, t("建议换一种支持")),
    field("她家需要什么", reason, "由别人确认以后才算数。"),
    field("我们提供什么帮助", help),
    field("怎么知道的", source),
  );
  const told = () => (reason.value ? { reason: Number(reason.value), help_offered: help.value, source: source.value } : null);
  return { node, told };
}

/** A dispute that was heard of. Where somebody was hurt, it belongs into "I am worried". */
function disputePart(boot) {
  const kind = select("dispute", boot.disputes, "没有听说");
  const severity = select("severity", boot.severities);
  const text = words("dispute-text", 1000);
  const anyway = h("input", { type: "checkbox", id: "dispute-anyway" });
  const again = h("label", { class: "visit-option", hidden: true }, anyway, t("不是同一件事，照样登记"));
  const node = h(
    "details",
    {},
    h("summary", {}, t("听说有矛盾纠纷")),
    field("哪一类", kind, "有人受到伤害或者威胁的，不写在这里，请用下面的“我有担心”。"),
    field("急不急", severity),
    field("经过", text),
    again,
  );
  const told = () => (kind.value ? { kind: kind.value, severity: Number(severity.value), text: text.value, anyway: anyway.checked } : null);
  const refused = (error) => {
    if (error.code === "may_be_the_same") again.hidden = false;
  };
  return { node, told, refused };
}

function visitForm(boot, send) {
  const needs = needList(boot);
  const dispute = disputePart(boot);
  const colour = colourPart(boot);
  const note = words("note", 1000);
  const at = h("input", { type: "datetime-local", id: "at", value: localNow(), max: localNow() });
  const minutes = h("input", { type: "number", id: "minutes", min: "1", max: "600", inputmode: "numeric" });
  const second = select("second", boot.colleagues, "没有");
  const worry = words("concern", 1000);
  const changes = h("div", { class: "visit-changes", hidden: true }, field("记下的话（可以不写）", note, "只有负责这户的人能看，每次查看都登记。"), needs.nodes, colour.node, dispute.node);
  const problem = h("p", { class: "form-problem", role: "alert" });
  const button = h("button", { type: "submit" }, t("记下"));

  function told(form) {
    const chosen = new FormData(form);
    const changed = chosen.get("changed") === "yes";
    const what = changed ? { note: note.value, needs: needs.told(), proposal: colour.told(), dispute: dispute.told() } : {};
    return {
      household: boot.household,
      kind: chosen.get("kind"),
      result: chosen.get("result"),
      happened_at: new Date(at.value || Date.now()).toISOString(),
      changed,
      second: second.value ? Number(second.value) : null,
      minutes: minutes.value ? Number(minutes.value) : null,
      concern: worry.value,
      ...what,
    };
  }

  return h(
    "form",
    {
      class: "visit-form",
      onsubmit: async (event) => {
        event.preventDefault();
        button.disabled = true;
        replace(problem);
        try {
          await send(told(event.target));
        } catch (error) {
          replace(problem, sentence(error));
          dispute.refused(error);
          button.disabled = false;
        }
      },
    },
    options("result", "结果", boot.results, "met"),
    options("changed", "有变化吗", [["no", "没有变化"], ["yes", "有变化"]], "no", (value) => {
      changes.hidden = value === "no";
    }),
    changes,
    options("kind", "这次是", boot.kinds, "visit"),
    h("details", {}, h("summary", {}, t("同去的人和时间")), field("同去的人", second), field("什么时候", at), field("多少分钟（可以不写）", minutes)),
    h(
      "details",
      {},
      h("summary", {}, t("我有担心")),
      field("您担心什么", worry, "只有个案工作者能看到，交出去以后您自己也看不到。"),
    ),
    h("div", { class: "visit-send" }, problem, button),
  );
}

async function start() {
  await loadLanguage();
  const boot = readJson("boot");
  const root = document.getElementById("visit");
  const may = (rule) => boot.may.includes(rule);
  const api = createApi({ onSignedOut: () => document.dispatchEvent(new Event("signed-out")), onReach() {} });

  function done() {
    const said = h("h1", { tabindex: "-1" }, t("已经记下"));
    replace(
      root,
      h(
        "div",
        { class: "visit-done" },
        said,
        may("work GET") && h("a", { href: "/work/", role: "button" }, t("回到要办的事")),
        may("household GET") && h("a", { href: `/households/${boot.household}/` }, t("打开家庭档案")),
      ),
    );
    said.focus();
  }

  replace(
    root,
    h("h1", {}, t("走访 {no} 号家庭", { no: boot.number })),
    visitForm(boot, async (visit) => {
      await api.send("POST", "/api/visits/", visit);
      done();
    }),
  );
  document.body.dataset.ready = "yes";
}

start();
