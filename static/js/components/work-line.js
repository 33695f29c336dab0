/* A line of the work list: what it is about, one sentence, by when; and the shortest way to do it. */

import { h, replace } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { dueTag } from "./due.js";
import { sentence } from "./form.js";

const KINDS = { visit: "走访", colour: "颜色", need: "帮助", dispute: "纠纷", referral: "转介" };

/* What a visit may come to when there is nothing to write; everything else has its own page. */
const RESULTS = { met: "见到了，没有变化", nobody_home: "家里没人", declined: "今天不方便" };

/** The buttons of a visit that changed nothing: one to say that one has been there, one to say how it went. */
function beenThere(line, visited, done) {
  const root = h("div", { class: "work-act" });
  const problem = h("p", { class: "form-problem", role: "alert" });

  function closed() {
    replace(root, h("button", { type: "button", class: "secondary", onclick: opened }, t("去过了")), problem);
  }

  function opened() {
    const say = async (result) => {
      for (const button of root.querySelectorAll("button")) button.disabled = true;
      try {
        await visited(line.household, result);
        done(result);
      } catch (error) {
        replace(problem, sentence(error));
        closed();
      }
    };
    const buttons = Object.entries(RESULTS).map(([result, name]) => h("button", { type: "button", class: result === "met" ? "primary" : "secondary", onclick: () => say(result) }, t(name)));
    replace(root, h("div", { class: "work-results" }, buttons, h("a", { class: "chip-link", href: `/visits/new/${line.household}/` }, t("有变化，要写"))), problem);
    root.querySelector("button").focus();
  }

  closed();
  return root;
}

/** @param {false | ((household: string, result: string) => Promise)} visited notes a visit that changed nothing */
export function workLine(line, today, visited) {
  const kind = line.kind.split("-")[0];
  const visit = visited && line.kind === "visit-due" && line.household;
  const path = visit ? `/households/${line.household}/` : line.path;
  const row = h("li", { class: `work-line work-${kind}` });
  const done = () => {
    const said = h("p", { class: "work-done", role: "status", tabindex: "-1" }, t("已记下走访。"));
    replace(row, h("div", { class: "work-said" }, h("a", { href: path }, line.text), said));
    row.classList.add("is-done");
    said.focus();
  };
  row.append(
    h(
      "div",
      { class: "work-said" },
      h("a", { href: path }, line.text),
      h("p", { class: "work-meta" }, h("span", { class: "tag" }, t(KINDS[kind] || "其他")), line.due_on && dueTag(line.due_on, today)),
    ),
  );
  if (visit) row.append(beenThere(line, visited, done));
  return row;
}
