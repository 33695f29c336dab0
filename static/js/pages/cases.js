/* Case work: which cases there are, one opened, and what was opened in haste. */

import { caseFile } from "../components/cases/case-file.js";
import { glassList } from "../components/cases/glass-list.js";
import { emptyState, skeleton } from "../components/states.js";
import { ApiError, createApi } from "../lib/api.js";
import { announce, h, readJson, replace } from "../lib/dom.js";
import { day } from "../lib/format.js";
import { loadLanguage, t } from "../lib/i18n.js";

async function start() {
  await loadLanguage();
  const boot = readJson("boot");
  const root = document.getElementById("cases");
  const api = createApi({ onSignedOut: () => location.assign("/accounts/sign-in/?next=/cases/"), onReach() {} });

  const said = (error) => (error instanceof ApiError ? error.message : t("连不上服务器，请稍后再试。"));

  async function tried(work) {
    try {
      await work();
    } catch (error) {
      replace(root, emptyState(t("没有打开"), said(error), h("button", { type: "button", class: "secondary", onclick: showList }, t("回到列表"))));
      announce(said(error));
    }
  }

  function row(found, colleagues) {
    const give = colleagues.length > 0 && !found.until;
    return h(
      "li",
      {},
      h(
        "div",
        { class: "case-row" },
        h("strong", {}, t("个案 {number}", { number: found.number })),
        h("span", { class: "quiet" }, t("{day}开始", { day: day(found.opened_on) })),
        h("span", { class: found.worker ? "quiet" : "tag" }, found.worker ? found.worker.name : t("还没有人负责")),
      ),
      found.mine && h("button", { type: "button", class: "secondary", onclick: () => open(found.uuid) }, t("打开个案")),
      give && giveForm(found, colleagues),
    );
  }

  function giveForm(found, colleagues) {
    const id = `give-${found.number}`;
    const choice = h(
      "select",
      { id },
      h("option", { value: "" }, t("请选择")),
      colleagues.map((m) => h("option", { value: m.id, selected: found.worker && found.worker.id === m.id }, m.name)),
    );
    return h(
      "form",
      {
        class: "case-give",
        onsubmit: (event) => {
          event.preventDefault();
          if (choice.value) tried(() => api.send("POST", `/api/cases/${found.uuid}/assign/`, { member: Number(choice.value) }).then(showList));
        },
      },
      h("label", { for: id }, t("由谁负责")),
      choice,
      h("button", { type: "submit", class: "secondary" }, t("交给她")),
    );
  }

  async function showList() {
    history.replaceState(null, "", "/cases/");
    replace(root, skeleton(4));
    await tried(async () => {
      const parts = [];
      if (boot.role === "caseworker") {
        const { cases, colleagues } = await api.get("/api/cases/");
        parts.push(
          cases.length
            ? h("ul", { class: "plain-list" }, cases.map((found) => row(found, colleagues)))
            : emptyState(t("没有由您负责的个案"), t("有了新的，会由区里交给您。")),
        );
      }
      const glasses = await api.get("/api/break-glass/");
      const review = (glass, remark) => tried(() => api.send("POST", `/api/break-glass/${glass.uuid}/review/`, { remark }).then(showList));
      replace(root, parts, glassList(glasses, review));
    });
  }

  async function open(uuid) {
    history.replaceState(null, "", `#${uuid}`);
    replace(root, skeleton(6));
    try {
      const [found, records] = await Promise.all([api.get(`/api/cases/${uuid}/`), api.get(`/api/cases/${uuid}/record/`)]);
      const again = (promise) => tried(() => promise.then(() => open(uuid)));
      replace(
        root,
        caseFile(found, records, {
          back: showList,
          protect: (protection, reason) => again(api.send("POST", `/api/households/${found.household.uuid}/protection/`, { protection, reason })),
          write: (text) => again(api.send("POST", `/api/cases/${uuid}/record/`, { text })),
        }),
      );
      root.querySelector("h2").focus();
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) replace(root, glassForm(uuid));
      else await tried(() => Promise.reject(error));
    }
  }

  /** A case that is not hers: in need she may look for three hours, and says why. */
  function glassForm(uuid) {
    const reason = h("textarea", { id: "reason", rows: "3", minlength: "10", maxlength: "500", required: true });
    const problem = h("p", { class: "form-problem", role: "alert" });
    return h(
      "form",
      {
        class: "case-glass",
        onsubmit: async (event) => {
          event.preventDefault();
          try {
            await api.send("POST", `/api/cases/${uuid}/break-glass/`, { reason: reason.value });
            open(uuid);
          } catch (error) {
            replace(problem, said(error));
          }
        },
      },
      h("h2", { tabindex: "-1" }, t("这个个案不由您负责")),
      h("p", {}, t("情况紧急时可以查看 3 小时，到时自动结束。区里的负责人和审计员马上会收到通知，并复核理由。")),
      h("label", { for: "reason" }, t("为什么现在要看（至少 10 个字）")),
      reason,
      problem,
      h("div", { class: "case-buttons" }, h("button", { type: "submit" }, t("紧急查看")), h("button", { type: "button", class: "secondary", onclick: showList }, t("回到列表"))),
    );
  }

  const asked = location.hash.slice(1);
  await (/^[0-9a-f-]{36}$/.test(asked) && boot.role === "caseworker" ? open(asked) : showList());
  document.body.dataset.ready = "";
}

start();
