/* Find a place by name, pinyin initials or code: a combobox after the ARIA pattern. */

import { announce, h, replace } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { LEVEL_NAMES } from "../lib/levels.js";

const WAIT = 180;

/**
 * @param {(text: string, options: object) => Promise<{results: object[]}>} find
 * @param {(result: object) => void} onChoose
 */
export function createSearch(root, find, onChoose) {
  let results = [];
  let active = -1;
  let timer = null;
  let pending = null;

  const list = h("ul", { id: "search-results", role: "listbox", "aria-label": t("搜索结果"), hidden: true });
  const note = h("p", { class: "search-note", hidden: true });
  const input = h("input", {
    type: "search",
    id: "search",
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    enterkeyhint: "search",
    placeholder: t("地名、拼音首字母、编码"),
    "aria-label": t("搜索地名、拼音首字母、编码或户编号"),
    "aria-expanded": "false",
    "aria-controls": "search-results",
    "aria-autocomplete": "list",
    oninput: () => {
      clearTimeout(timer);
      timer = setTimeout(ask, WAIT);
    },
    onkeydown: keydown,
    onfocus: () => results.length && open(),
  });
  replace(root, input, list, note);
  document.addEventListener("pointerdown", (event) => {
    if (!root.contains(event.target)) close();
  });

  async function ask() {
    if (pending) pending.abort();
    const q = input.value.trim();
    if (!q) return close();
    pending = new AbortController();
    try {
      results = (await find(q, { signal: pending.signal })).results;
      draw(q);
    } catch (error) {
      if (error.name !== "AbortError") say(t("暂时搜不了，请稍后再试。"));
    }
    return undefined;
  }

  function draw(q) {
    active = -1;
    if (!results.length) {
      say(t("没有找到“{q}”。可以试试拼音首字母或编码。", { q }));
      return;
    }
    note.hidden = true;
    replace(
      list,
      results.map((result, i) =>
        h(
          "li",
          {
            id: `search-${i}`,
            role: "option",
            "aria-selected": "false",
            // Before the input loses focus and the list is gone.
            onpointerdown: (event) => event.preventDefault(),
            onclick: () => choose(i),
          },
          h("span", { class: "row-name" }, result.name),
          h("span", { class: "row-note" }, [t(LEVEL_NAMES[result.level || result.kind] || ""), result.path, result.code].filter(Boolean).join(" · ")),
        ),
      ),
    );
    open();
    announce(t("{n}个结果", { n: results.length }));
  }

  function say(text) {
    results = [];
    close();
    note.textContent = text;
    note.hidden = false;
    announce(text);
  }

  function open() {
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
  }

  function close() {
    list.hidden = true;
    note.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function move(by) {
    if (list.hidden) return;
    const options = list.children;
    if (active >= 0) options[active].setAttribute("aria-selected", "false");
    active = (active + by + options.length) % options.length;
    options[active].setAttribute("aria-selected", "true");
    options[active].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[active].id);
  }

  function choose(i) {
    const result = results[i];
    input.value = "";
    results = [];
    close();
    input.blur();
    onChoose(result);
  }

  function keydown(event) {
    if (event.isComposing) return; // Enter and arrows belong to the Chinese input method
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(active < 0 ? 0 : -1);
    else if (event.key === "Enter" && results.length) choose(Math.max(0, active));
    else if (event.key === "Escape") {
      if (list.hidden) input.value = "";
      close();
    } else return;
    event.preventDefault();
  }
}
