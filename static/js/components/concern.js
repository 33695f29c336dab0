/* “I am worried”: a few words that go in and do not come out. */

import { h, replace } from "../lib/dom.js";
import { t } from "../lib/i18n.js";

/** @param {(text: string) => Promise} send */
export function concern(send) {
  const root = h("section", { class: "concern" });

  function closed() {
    replace(root, h("button", { type: "button", class: "link", onclick: opened }, t("我有担心")));
  }

  function opened() {
    const text = h("textarea", { id: "concern-text", rows: "3", maxlength: "1000", required: true });
    const problem = h("p", { class: "form-problem", role: "alert" });
    const button = h("button", { type: "submit" }, t("交出去"));
    const form = h(
      "form",
      {
        onsubmit: async (event) => {
          event.preventDefault();
          if (!text.value.trim()) return;
          button.disabled = true;
          try {
            received((await send(text.value)).message);
          } catch (error) {
            button.disabled = false;
            replace(problem, error.code ? error.message : t("连不上服务器，请稍后再试。"));
          }
        },
      },
      h("label", { for: "concern-text" }, t("您担心什么")),
      h("p", { class: "quiet" }, t("只有个案工作者能看到，交出去以后您自己也看不到。")),
      text,
      problem,
      h("div", { class: "concern-buttons" }, button, h("button", { type: "button", class: "secondary", onclick: cancel }, t("不写了"))),
    );
    replace(root, form);
    text.focus();
  }

  function cancel() {
    closed();
    root.querySelector("button").focus();
  }

  function received(message) {
    const said = h("p", { role: "status", tabindex: "-1" }, message);
    replace(root, said);
    said.focus();
  }

  closed();
  return root;
}
