/* The work list: what waits, by day, one plain sentence each. A visit that changed nothing is two taps. */

import { sentence } from "../components/form.js";
import { emptyState, skeleton } from "../components/states.js";
import { workLine } from "../components/work-line.js";
import { createApi } from "../lib/api.js";
import { announce, h, readJson, replace } from "../lib/dom.js";
import { loadLanguage, t } from "../lib/i18n.js";

const GROUPS = { now: "今天和已过期", week: "七天内", later: "以后" };

async function start() {
  await loadLanguage();
  const boot = readJson("boot");
  const root = document.getElementById("work");
  const may = (rule) => boot.may.includes(rule);
  const api = createApi({ onSignedOut: () => document.dispatchEvent(new Event("signed-out")), onReach() {} });

  const visited =
    may("visit-list POST") &&
    ((household, result) =>
      api.send("POST", "/api/visits/", { household, kind: "visit", result, changed: false, happened_at: new Date().toISOString() }).then(() => announce(t("已记下走访。"))));

  function section(group, counts) {
    const list = h("ul", { class: "work-list", lang: "zh-Hans" });
    const node = h(
      "section",
      { "aria-labelledby": `work-${group}` },
      h("h2", { id: `work-${group}` }, t(GROUPS[group]), " ", h("span", { class: "work-count" }, String(counts[group]))),
      list,
    );
    return { node, list };
  }

  async function load(page, sections, more) {
    const found = await api.get(`/api/work/?page=${page}`);
    for (const line of found.results) {
      if (!sections[line.group]) {
        sections[line.group] = section(line.group, found.counts);
        root.insertBefore(sections[line.group].node, more);
      }
      sections[line.group].list.append(workLine(line, boot.today, visited));
    }
    return found;
  }

  async function open() {
    replace(root, skeleton(6));
    const more = h("div", { class: "work-more" });
    const sections = {};
    const next = async (page) => {
      try {
        if (page === 1) replace(root, more);
        replace(more, skeleton(3));
        const found = await load(page, sections, more);
        const button = found.next && h("button", { type: "button", class: "secondary more", onclick: () => next(found.next) }, t("再看一些"));
        replace(more, button, !found.next && found.more && h("p", { class: "quiet" }, t("先办这些，办好以后会列出其余的。")));
        if (!Object.keys(sections).length) replace(root, emptyState(t("现在没有要办的事"), t("到了走访、复核的日子，会列在这里。"), h("a", { class: "chip-link", href: "/" }, t("打开地图"))));
      } catch (error) {
        replace(more, emptyState(t("没有打开"), sentence(error), h("button", { type: "button", class: "secondary", onclick: () => next(page) }, t("再试一次"))));
      }
    };
    await next(1);
  }

  await open();
  document.body.dataset.ready = "yes";
}

start();
