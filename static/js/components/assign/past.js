/* The page turned back to a day: outlines and leads as they were. */

import { sheetOf } from "../../lib/assign-address.js";
import { t } from "../../lib/i18n.js";
import { shortName } from "../../lib/levels.js";
import { TINTS } from "../../lib/territory.js";
import { confirm } from "./dialog.js";
import { createHistoryPanel, daysAgo } from "./history-panel.js";

/** @param {object} page what pages/assign.js shares */
export function createPast(root, page) {
  const { api, map } = page;
  let codes = null; // of the grids shown, by key; null: the present
  let on = null;
  let asked = 0;

  const panel = createHistoryPanel(root, { day: turn, undo, close, sheet: (id, day) => sheetOf(page.boot.me, id, { on: day }) });

  async function turn(day) {
    const mine = (asked += 1);
    on = day;
    try {
      const found = await api.get(`/api/territory/${page.place().area}/?on=${day}`);
      if (mine !== asked || codes === null) return;
      codes = new Map(found.features.map((f) => [f.id, f.properties.code]));
      const leads = [...new Set(found.features.map((f) => f.properties.lead))];
      const features = found.features.map((f) => {
        const { lead, name, code } = f.properties;
        return { ...f, properties: { tint: lead ? leads.indexOf(lead) % TINTS : null, label: [shortName({ name, code }, { name: page.villages().get(code.slice(0, 12)) || "" }), lead || t("未分工")].join("\n") } };
      });
      map.ghosts({ type: "FeatureCollection", features }, { instead: true });
    } catch (error) {
      panel.problem(page.sentence(error));
    }
  }

  async function undo(change) {
    if (!(await confirm(t("撤销这次调整"), t("网格和负责的人回到这次调整以前，从现在起生效；历史保留。"), t("撤销这次调整")))) return;
    try {
      await api.send("POST", `/api/changes/${change.id}/undo/`, {});
      close();
      page.forget();
      await page.reload();
      page.say(t("已撤销：{title}", change));
    } catch (error) {
      panel.problem(page.sentence(error));
    }
  }

  function close() {
    if (codes === null) return;
    codes = null;
    asked += 1;
    map.ghosts(null);
    panel.close();
    document.body.classList.remove("is-past");
  }

  return {
    isOpen: () => codes !== null,
    close,
    async open() {
      try {
        const changes = await api.get("/api/changes/");
        codes = new Map();
        page.choose([...page.chosen], false);
        document.body.classList.add("is-past");
        panel.show({ changes, mayUndo: page.role === "town" });
        await turn(daysAgo(0));
      } catch (error) {
        page.problem(page.sentence(error));
      }
    },
    async pick(key) {
      const code = codes.get(key);
      if (!code) return;
      try {
        panel.answered(await api.get(`/api/history/grids/${code}/?on=${on}`));
      } catch (error) {
        panel.problem(page.sentence(error));
      }
    },
  };
}
