/* A question over the page. Escape and "cancel" answer null. */

import { h } from "../../lib/dom.js";
import { t } from "../../lib/i18n.js";

/**
 * @param {string} title
 * @param {(close: (answer: any) => void, problem: (sentence: string) => void) => {body: any, buttons: any}} build
 * @returns {Promise<any>} what `close` was given, or null
 */
export function ask(title, build, { wide = false, leave = "取消" } = {}) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    let answer = null;
    const close = (value) => {
      answer = value;
      dialog.close();
    };
    const alert = h("p", { class: "problem", role: "alert" });
    const problem = (sentence) => (alert.textContent = sentence);
    const { body, buttons } = build(close, problem);
    const dialog = h(
      "dialog",
      { class: wide ? "ask is-wide" : "ask", "aria-labelledby": "ask-title" },
      h(
        "article",
        {},
        h("h2", { id: "ask-title", tabindex: "-1", autofocus: true }, title),
        h("div", { class: "ask-body", tabindex: "0", role: "region", "aria-label": title }, body),
        alert,
        h("div", { class: "ask-buttons" }, h("button", { type: "button", class: "secondary", onclick: () => close(null) }, t(leave)), buttons),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (before && before.isConnected) before.focus({ preventScroll: true });
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Yes or no. */
export function confirm(title, text, yes) {
  return ask(title, (close) => ({ body: h("p", {}, text), buttons: h("button", { type: "button", onclick: () => close(true) }, yes) }));
}

/** One line of text. */
export function askText(title, label, value, yes) {
  return ask(title, (close) => {
    const input = h("input", { id: "ask-text", value, maxlength: 80, required: true });
    const form = h(
      "form",
      {
        id: "ask-form",
        onsubmit: (event) => {
          event.preventDefault();
          if (input.value.trim()) close(input.value.trim());
        },
      },
      h("label", { for: "ask-text" }, label),
      input,
    );
    return { body: form, buttons: h("button", { type: "submit", form: "ask-form" }, yes) };
  });
}
