/* Grids and who answers, out to Excel or QGIS, and an edited file back in as one step of the draft. */

import { h } from "../../lib/dom.js";
import { t } from "../../lib/i18n.js";
import { ask } from "./dialog.js";

// So many of what is wrong with a file are said at a time.
const REASONS = 5;
const KINDS = { xlsx: "Excel 表格", gpkg: "GeoPackage (QGIS)", geojson: "GeoJSON" };

/** @param {object} page what pages/assign.js shares */
export function createExchange(page) {
  const { session } = page;

  function out() {
    const draft = session.get();
    const query = draft && draft.cursor ? `&draft=${draft.id}` : "";
    const links = Object.entries(KINDS).map(([kind, name]) => h("li", {}, h("a", { href: `/api/territory/${page.place().area}/export/?as=${kind}${query}`, download: "" }, t(name))));
    return h("section", {}, h("h3", {}, t("导出")), h("p", { class: "quiet" }, t("网格、边界和负责的人；不含家庭。")), h("ul", { class: "files" }, links));
  }

  return async function exchange(editable) {
    const file = h("input", { type: "file", id: "exchange-file", accept: ".xlsx,.gpkg,.geojson,.json" });
    const chosen = await ask(t("导入导出"), (close, problem) => ({
      body: [
        out(),
        editable
          ? h("section", {}, h("h3", {}, t("导入")), h("p", { class: "quiet" }, t("把导出的文件改好，再交回来：改动进草稿，可以撤销，发布后才生效。")), h("label", { for: "exchange-file" }, t("改好的文件"), file))
          : null,
      ],
      buttons: editable ? h("button", { type: "button", onclick: () => (file.files.length ? close(file.files[0]) : problem(t("先选一个文件。"))) }, t("导入到草稿")) : null,
    }));
    if (!chosen) return;
    page.problem("");
    try {
      const answer = await session.bring(chosen);
      await page.reload();
      page.say([answer.message, ...answer.notes].join(""));
    } catch (error) {
      const { reasons = [] } = error.detail || {};
      page.problem([page.sentence(error), ...reasons.slice(0, REASONS)].join(""));
    }
  };
}
