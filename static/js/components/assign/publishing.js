/* The end of a draft: looked at, published, proposed or given up. */

import { announce } from "../../lib/dom.js";
import { day } from "../../lib/format.js";
import { t } from "../../lib/i18n.js";
import { daysAgo } from "../../lib/past.js";
import { askWhose } from "./conflict-dialogs.js";
import { confirm } from "./dialog.js";
import { showPreview } from "./preview-dialog.js";

/** @param {object} page what pages/assign.js shares */
export function createPublishing(page) {
  const { api, session, boot, role } = page;
  const previewOf = (n) => api.get(`/api/drafts/${session.get().id}/preview/${n > 1 ? `?page=${n}` : ""}`);

  let changed = ""; // families came or went since the preview: it is shown anew, with this sentence

  /* null: done. A sentence: why not. undefined: not done, and nothing to say. */
  async function end(path, body, mine) {
    try {
      return (await session.end(path, body, mine)) ? null : undefined;
    } catch (error) {
      if (error.code === "households_changed") {
        changed = page.sentence(error);
        return null;
      }
      if (error.code !== "stale_draft") return page.sentence(error);
      const resolve = await askWhose(error.detail.grids, page.person);
      return resolve ? end(path, { ...body, resolve: { ...body.resolve, ...resolve } }, mine) : undefined;
    }
  }

  return {
    async preview() {
      page.problem("");
      let preview;
      try {
        preview = await previewOf(1);
      } catch (error) {
        return page.problem(page.sentence(error));
      }
      const may = { publish: role === "town", today: daysAgo(-1) };
      const news = changed;
      changed = "";
      const sent = await showPreview(
        { preview, news, classes: boot.scheme.classes, person: page.person, may },
        {
          page: (n) => previewOf(n).then((found) => found.families.list, () => null),
          publish: (on) => end("publish", { on, seen: preview.seen }, t("发布")),
          propose: () => end("propose", {}, t("提交给乡镇")),
        },
      );
      if (changed) return this.preview();
      if (!sent) return null;
      const { state, effective_on: on } = session.get();
      const told = { published: t("已发布，从现在起生效。"), scheduled: t("已定好，{day}生效。", { day: day(on) }), proposed: t("已提交给乡镇，等待发布。") }[state];
      if (state === "published") page.forget();
      await page.reload();
      page.say(told);
      announce(told);
      return null;
    },
    async discard() {
      const yes = await confirm(t("放弃草稿"), t("草稿里的改动都不要了；已经发布的分工不变。"), t("放弃草稿"));
      if (!yes) return;
      try {
        if (!(await session.end("discard", {}, t("放弃草稿")))) return;
        page.forget();
        await page.reload();
      } catch (error) {
        page.problem(page.sentence(error));
      }
    },
  };
}
