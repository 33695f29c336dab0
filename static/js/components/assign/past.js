/* The page turned back to a day: outlines and leads as they were, on the map and in a list. */

import { sheetOf } from "../../lib/assign-address.js";
import { t } from "../../lib/i18n.js";
import { daysAgo, stopsOf } from "../../lib/past.js";
import { dressed, tintsOf } from "../../lib/territory.js";
import { confirm } from "./dialog.js";
import { createHistoryPanel } from "./history-panel.js";

/** @param {object} page what pages/assign.js shares */
export function createPast(root, page) {
  const { api, map } = page;
  let rows = null; // the grids shown, by key; null: the present
  let picked = null;
  let on = null;
  let asked = 0;

  const panel = createHistoryPanel(root, { day: turn, pick, undo, close, sheet: (id, day) => sheetOf(page.boot.me, id, { on: day }) });

  async function turn(day) {
    const mine = (asked += 1);
    try {
      const found = await api.get(`/api/territory/${page.place().area}/?on=${day}`);
      if (mine !== asked || rows === null) return;
      on = day;
      rows = asThen(found.features);
      if (!rows.has(picked)) picked = null;
      const features = found.features.map((f) => ({ ...f, properties: lookOf(rows.get(f.id)) }));
      map.ghosts({ type: "FeatureCollection", features }, { instead: true });
      show();
      if (picked) await ask();
    } catch (error) {
      panel.problem(page.sentence(error));
    }
  }

  /* A lead has the tint she has today; one who leads nothing any more takes another. */
  function asThen(features) {
    const names = new Map(features.map((f) => [f.properties.lead_id, f.properties.lead]));
    const order = [...names.keys()];
    const plain = features.map(({ id, properties: { code, name, lead_id: lead, cover: coverName, changed } }) => ({ key: id, code, name, changed, coverName, village: code.slice(0, 12), lead, colour_index: order.indexOf(lead) }));
    const then = new Map(plain.map((row) => [row.key, row]));
    return dressed(then, { tints: tintsOf(then, page.tints()), villages: page.villages(), person: (id) => names.get(id) });
  }

  function lookOf(row) {
    return { tint: row.tint, label: [row.short, row.leadName || t("未分工")].join("\n") };
  }

  function show() {
    map.markGhost(picked);
    panel.grids({ rows, villages: page.villages(), picked });
  }

  async function ask() {
    const mine = picked;
    const found = await api.get(`/api/history/grids/${rows.get(mine).code}/?on=${on}`);
    if (rows !== null && mine === picked) panel.answered(found);
  }

  async function pick(key) {
    if (!rows.has(key)) return;
    picked = key;
    show();
    try {
      await ask();
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
    if (rows === null) return;
    rows = picked = null;
    asked += 1;
    map.ghosts(null);
    panel.close();
    document.body.classList.remove("is-past");
    page.legend();
    map.resize();
  }

  return {
    isOpen: () => rows !== null,
    close,
    pick,
    async open() {
      try {
        const [changes, { days }] = await Promise.all([api.get("/api/changes/"), api.get(`/api/territory/${page.place().area}/days/`)]);
        rows = new Map();
        page.choose([...page.chosen], false);
        document.body.classList.add("is-past");
        map.resize();
        page.legend("lead");
        panel.show({ days: stopsOf(days, daysAgo(0)), changes, mayUndo: page.role === "town" });
      } catch (error) {
        page.problem(page.sentence(error));
      }
    },
  };
}
