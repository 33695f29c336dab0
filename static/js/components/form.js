/* A small form in the page: fields, one problem line, a way out. */

import { h, replace } from "../lib/dom.js";
import { t } from "../lib/i18n.js";

/** What went wrong, in a sentence for people. */
export const sentence = (error) => (error.code ? t(error.message) : t("连不上服务器，请稍后再试。"));

/** A label above what one fills in; `control` has an id. */
export function field(label, control, note) {
  if (note) control.setAttribute("aria-describedby", `${control.id}-note`);
  return h("div", { class: "form-field" }, h("label", { for: control.id }, t(label)), note && h("p", { class: "quiet", id: `${control.id}-note` }, t(note)), control);
}

/**
 * @param {{fields: Node[], submit: string, send: (data: object) => Promise, note?: string, cancel?: () => void}} what
 *   `send` gets the named fields; what it throws is said below them, and nothing typed is lost
 */
export function form({ fields, submit, send, note, cancel }) {
  const problem = h("p", { class: "form-problem", role: "alert" });
  const button = h("button", { type: "submit" }, t(submit));
  return h(
    "form",
    {
      class: "small-form",
      onsubmit: async (event) => {
        event.preventDefault();
        button.disabled = true;
        replace(problem);
        try {
          await send(Object.fromEntries(new FormData(event.target)));
        } catch (error) {
          replace(problem, sentence(error));
        }
        button.disabled = false;
      },
    },
    note && h("p", { class: "quiet" }, t(note)),
    fields,
    problem,
    h("div", { class: "form-buttons" }, button, cancel && h("button", { type: "button", class: "secondary", onclick: cancel }, t("不写了"))),
  );
}

/** A button that turns into a form in its place. `made(close)` is the form. */
export function opens(name, made, look = "secondary") {
  const root = h("div", { class: "opens" });
  const closed = () => {
    replace(root, h("button", { type: "button", class: look, onclick: opened }, t(name)));
  };
  function opened() {
    replace(root, made(closed));
    root.querySelector("input, textarea, select, button").focus();
  }
  closed();
  return root;
}
