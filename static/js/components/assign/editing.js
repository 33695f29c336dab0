/* The edits of a draft: from what is chosen or drawn to a step, with its refusals said where it was asked for. */

import { t } from "../../lib/i18n.js";
import { askText } from "./dialog.js";
import { showBorderTask, showLineTask, showRingTask } from "./draw-tasks.js";
import { createSplitTask } from "./split-task.js";

/** @param {object} page what pages/assign.js shares */
export function createEditing(page) {
  const { map, session, task, chosen, api } = page;
  let drawing = null; // what a drawn shape is for: "line", "ring", "border"
  let ends = null;

  const picked = () => [...chosen].map((key) => page.rows().get(key)).filter(Boolean);

  function names(rows) {
    if (rows.length === 1) return rows[0].title;
    return isWhole(rows) ? page.villages().get(rows[0].village) : t("{n}个网格", { n: rows.length });
  }

  function isWhole(rows) {
    const { village } = rows[0];
    return rows.every((row) => row.village === village) && rows.length === [...page.rows().values()].filter((row) => row.village === village).length;
  }

  async function take(kind, body, mine, problem = page.problem) {
    problem("");
    try {
      return await session.take(kind, body, mine);
    } catch (error) {
      problem(page.sentence(error));
      return null;
    }
  }

  function stop() {
    drawing = null;
    task.close();
    map.ghosts(null);
    page.use("click");
  }

  function begin(what, tool) {
    drawing = what;
    map.ghosts(null);
    page.use(tool);
  }

  const split = createSplitTask(task, {
    line() {
      begin("line", "line");
      map.zoomTo([...chosen]);
      showLineTask(task, names(picked()), { finish: map.finish, back: map.undoCorner });
    },
    ring() {
      begin("ring", "ring");
      map.zoomTo([...chosen]);
      showRingTask(task, names(picked()));
    },
    async ways(wish) {
      try {
        const draft = await session.ready();
        return (await api.send("POST", `/api/drafts/${draft.id}/alternatives/`, { keys: [...chosen], ...wish })).alternatives;
      } catch (error) {
        task.problem(page.sentence(error));
        return null;
      }
    },
    look(way) {
      if (!way) return map.ghosts(null);
      const features = way.outlines.features.map((f, i) => ({ ...f, properties: { tint: i % 8, label: String(i + 1) } }));
      return map.ghosts({ type: "FeatureCollection", features });
    },
    async take(way, wish) {
      const body = { keys: [...chosen], objective: way.objective, seed: 0, ...wish };
      if (await take("split_auto", body, t("拆分：{place}", { place: names(picked()) }), task.problem)) stop();
    },
  });

  /* A drawn shape belongs to the task at hand; null: it was for choosing. */
  function drawn(shape) {
    if (!drawing) return false;
    const [key] = [...chosen];
    const mine = t("拆分：{place}", { place: names(picked()) });
    const steps = {
      line: () => take("split_line", { key, line: shape.line }, mine, task.problem),
      ring: () => take("split_freehand", { key, ring: shape.polygon }, mine, task.problem),
      border: () => take("move_border", { ...ends, ring: shape.polygon }, t("移动边界"), task.problem),
    };
    steps[drawing]().then((done) => done && stop());
    return true;
  }

  function border() {
    const rows = picked();
    const same = [...page.rows().values()].filter((row) => row.village === rows[0].village);
    if (same.length < 2) return page.problem(t("这个村只有一个网格，没有边界可移。"));
    const other = rows[1] || same.find((row) => row.key !== rows[0].key);
    ends = { from: rows[0].key, to: other.key };
    begin("border", "ring");
    map.zoomTo(rows.map((row) => row.key));
    showBorderTask(task, same, ends);
    return null;
  }

  return {
    stop,
    drawn,
    border,
    corner: () => task.problem(""),
    escape() {
      if (task.isOpen()) stop();
      else page.choose([...chosen], false);
    },
    split() {
      const rows = picked();
      page.use("click");
      page.problem("");
      map.zoomTo([...chosen]);
      split.open({ picked: rows, members: page.members(), place: names(rows), isWhole: isWhole(rows) });
    },
    lead(id) {
      const rows = picked();
      if (!rows.length) return null;
      if (rows.every((row) => row.lead === id)) return page.say(t("已经由{name}主责。", { name: page.person(id) }));
      const mine = id === null ? t("撤下主责：{place}", { place: names(rows) }) : t("{place}由{name}主责", { place: names(rows), name: page.person(id) });
      return take("assign", { keys: [...chosen], lead: id }, mine);
    },
    support(id, add) {
      const mine = add ? t("{place}由{name}协同", { place: names(picked()), name: page.person(id) }) : t("{place}不再由{name}协同", { place: names(picked()), name: page.person(id) });
      return take("support", { keys: [...chosen], add: add ? [id] : [], remove: add ? [] : [id] }, mine);
    },
    merge: () => take("merge", { keys: [...chosen] }, t("合并{place}", { place: names(picked()) })),
    balance: () => take("rebalance", { keys: [...chosen], tol: 0.1 }, t("重新平衡{place}", { place: names(picked()) })),
    lock: (locked) => take("lock", { keys: [...chosen], locked }, locked ? t("锁定") : t("解锁")),
    suggest: () => take("suggest", { who: "people", ...(chosen.size ? { keys: [...chosen] } : {}) }, t("自动建议分工")),
    async rename() {
      const [row] = picked();
      const name = await askText(t("改名"), t("网格的名称"), row.title, t("改名"));
      if (name) await take("rename", { key: row.key, name }, t("改名"));
    },
    async undo() {
      if (!session.get() || !session.get().cursor || session.busy()) return;
      await session.undo(t("撤销")).catch((error) => page.problem(page.sentence(error)));
    },
    async redo() {
      if (!session.redo() || session.busy()) return;
      await session.again(t("重做")).catch((error) => page.problem(page.sentence(error)));
    },
  };
}
