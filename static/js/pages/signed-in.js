/* On every page of somebody signed in: the session's end comes announced, and takes nothing along. */

import { inUse, watchActivity } from "../lib/activity.js";
import { announce, h, replace } from "../lib/dom.js";
import { loadLanguage, t } from "../lib/i18n.js";
import { watchSession } from "../lib/session.js";

const WAY_IN = "/accounts/sign-in/?next=/accounts/signed-in-again/";

async function ask(method) {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const response = await fetch("/api/session/", { method, credentials: "same-origin", cache: "no-store", headers: { "X-CSRFToken": token } });
  // After signing in beside it, this page's token is of yesterday; the answer brings the new one.
  if (response.status === 403 && method === "POST") return ask("GET");
  if (response.status === 401) return null;
  if (!response.ok) throw new Error(response.status);
  return response.json();
}

async function start() {
  watchActivity(document);
  await loadLanguage();
  let state = "fine";
  const body = h("article", {});
  const dialog = h("dialog", { class: "session", "aria-labelledby": "session-title" }, body);

  function show(now, title, ...rest) {
    const fresh = state !== now;
    state = now;
    dialog.classList.toggle("is-ended", now === "ended");
    if (!fresh && dialog.open) return;
    replace(body, h("h2", { id: "session-title" }, title), rest);
    if (!dialog.isConnected) document.body.append(dialog);
    if (!dialog.open) dialog.showModal();
    announce(title);
  }

  const session = watchSession({
    member: Number(document.body.dataset.member),
    left: Number(document.body.dataset.idle) - 60,
    ask,
    inUse,
    tell: {
      fine({ token }) {
        state = "fine";
        if (dialog.open) dialog.close();
        for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
      },
      warn() {
        show(
          "warn",
          t("还在吗？"),
          h("p", {}, t("有一会儿没有操作了。再过不到两分钟，就要重新登录；写的内容不会丢。")),
          h("p", {}, h("button", { type: "button", onclick: () => session.stay() }, t("继续使用"))),
        );
      },
      ended() {
        show(
          "ended",
          t("请重新登录"),
          h("p", {}, t("为了安全，登录已经结束。请在新打开的页面里登录，再回到这里：写的内容还在。")),
          h("p", {}, h("a", { role: "button", href: WAY_IN, target: "_blank", rel: "noopener" }, t("重新登录"))),
        );
      },
      other: () => location.reload(),
    },
  });

  // Escape may close a warning, but not what hides the page from whoever comes by. It must not arrive
  // anywhere: a browser closes on the second one for a moment, and a third then empties the field behind.
  const swallow = (event) => {
    if (state !== "ended" || event.key !== "Escape") return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  window.addEventListener("keydown", swallow, true);
  // A phone closes by its back gesture, which is no key.
  dialog.addEventListener("close", () => state === "ended" && dialog.showModal());
  document.addEventListener("signed-out", () => state !== "ended" && session.check());
  document.addEventListener("visibilitychange", () => !document.hidden && state !== "fine" && session.check());
}

start();
