/* One task at a time over the map: what to do now, and how to leave it. */

import { h, replace } from "../../lib/dom.js";
import { t } from "../../lib/i18n.js";

export function createTaskPanel(root, onLeave) {
  const problem = h("p", { class: "problem", role: "alert" });

  return {
    /** Show a task: its heading, its parts, and buttons beside "cancel". */
    show(title, parts, buttons = []) {
      problem.textContent = "";
      const leave = h("button", { type: "button", class: "secondary", onclick: onLeave }, t("取消"));
      replace(root, h("h2", { tabindex: "-1" }, title), parts, problem, h("div", { class: "task-buttons" }, leave, buttons));
      if (root.hidden) {
        root.hidden = false;
        document.body.classList.add("has-task");
        root.querySelector("h2").focus({ preventScroll: true });
      }
    },
    problem(sentence) {
      problem.textContent = sentence;
    },
    close() {
      root.hidden = true;
      document.body.classList.remove("has-task");
      replace(root);
    },
    isOpen: () => !root.hidden,
  };
}
