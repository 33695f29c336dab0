/* The assign page: puts the state, the map and the parts of the page together. */

import { createAtOnce } from "../components/assign/at-once.js";
import { createCarrier } from "../components/assign/drag.js";
import { askAgain } from "../components/assign/conflict-dialogs.js";
import { createControls } from "../components/assign/controls.js";
import { createCounter } from "../components/assign/counter.js";
import { createDraftBar } from "../components/assign/draft-bar.js";
import { createEditing } from "../components/assign/editing.js";
import { createExchange } from "../components/assign/exchange.js";
import { createGridList } from "../components/assign/grid-list.js";
import { createGridTooltip } from "../components/assign/grid-tooltip.js";
import { createPast } from "../components/assign/past.js";
import { createMemberCards } from "../components/assign/member-cards.js";
import { createPublishing } from "../components/assign/publishing.js";
import { createSelectionBar } from "../components/assign/selection-bar.js";
import { createTaskPanel } from "../components/assign/task-panel.js";
import { createTerritoryLegend } from "../components/assign/territory-legend.js";
import { createToolBar } from "../components/assign/tool-bar.js";
import { createTelling } from "../components/assign/step-notes.js";
import { showTowns } from "../components/assign/town-list.js";
import { createBanner } from "../components/banner.js";
import { createBreadcrumb } from "../components/breadcrumb.js";
import { emptyState, skeleton } from "../components/states.js";
import { ApiError, createApi, Unreachable } from "../lib/api.js";
import { createAddress, sheetOf } from "../lib/assign-address.js";
import { announce, h, readJson, replace } from "../lib/dom.js";
import { createSession } from "../lib/draft-session.js";
import { loadLanguage, t } from "../lib/i18n.js";
import { paintOf } from "../lib/paint.js";
import { poll } from "../lib/poll.js";
import { breaks } from "../lib/scale.js";
import { dressed, rowsOf, tintsOf, withStep } from "../lib/territory.js";
import { outlinesOf, readTerritory } from "../lib/territory-source.js";
import { createTerritoryMap } from "../map/territory.js";

const POLL_EVERY = 5000;
const $ = (id) => document.getElementById(id);

async function start() {
  await loadLanguage();
  const boot = readJson("boot");
  const { role, area: home } = boot.me;
  const chosen = new Set();
  let villages = new Map(); // names by code
  let rows = new Map();
  let members = [];
  let tints = new Map();
  let limits = [];
  let editable = false;
  let drafts = [];
  let last = ""; // the title of the last step
  let [asked, tool] = [0, "click"];
  let lastSeen = new Date();
  let version = null;

  const banner = createBanner($("banner"), () => poller.now());
  const api = createApi({
    onSignedOut: () => document.dispatchEvent(new Event("signed-out")),
    onReach(reachable) {
      if (banner.reach(reachable, lastSeen)) reload();
    },
  });

  const address = createAddress({ area: home.code }, follow);
  const place = () => address.get();

  function follow(now, before) {
    $("colour").value = now.colour;
    if (now.area !== before.area || now.draft !== before.draft) openPlace();
    else repaint();
  }

  /* Words. */

  const person = (id) => (id === null ? t("无人主责") : (members.find((m) => m.id === id) || { name: t("另一位同志") }).name);

  function sentence(error) {
    if (error instanceof Unreachable) return t("连不上服务器，不知道这一步做了没有。网络恢复后请再试一次，同一步不会做两遍。");
    if (error instanceof ApiError) return t(error.message);
    throw error;
  }

  /* Rows as the page shows them. */

  function dress(plain) {
    tints = tintsOf(plain, tints);
    rows = dressed(plain, { tints, villages, person });
    for (const key of [...chosen]) if (!rows.has(key)) chosen.delete(key);
    members = members.map((m) => ({ ...m, tint: tints.has(m.id) ? tints.get(m.id) : null }));
    limits = breaks([...rows.values()].map((row) => row.load_h).filter((h) => h !== null));
  }

  function lookOf(key) {
    const row = rows.get(key);
    if (!row) return { paint: { kind: "none" }, label: "", note: "", chosen: false };
    return { paint: paintOf(place().colour, row, limits), label: row.short, note: row.leadName || t("未分工"), chosen: chosen.has(key) };
  }

  /* Parts. */

  const tooltip = createGridTooltip($("tooltip"));
  const map = createTerritoryMap({
    target: $("map"),
    api,
    classes: boot.scheme.classes,
    basemaps: boot.basemaps,
    home: boot.bounds,
    lookOf,
    on: {
      pick(key, { add, touch }) {
        if (past.isOpen()) return key && past.pick(key);
        if (!key) return add || touch ? null : choose([...chosen], false);
        if (add || touch) return choose([key], !chosen.has(key));
        return chooseOnly([key]);
      },
      hover: (key, pixel) => tooltip.show(key && !past.isOpen() && tool === "click" ? rows.get(key) : null, pixel),
      brush: (key) => choose([key], true),
      drawn: (shape) => editing.drawn(shape) || select(shape),
      corner: () => editing.corner(),
      // Until the first place is in view the map has not been moved by anybody.
      move: (at) => document.body.dataset.ready && address.note({ at }),
      busy: (busy) => $("busy").classList.toggle("is-busy", busy),
    },
  });
  const carry = createCarrier(
    () => (chosen.size ? (chosen.size === 1 ? rows.get([...chosen][0]).title : t("{n}个网格", { n: chosen.size })) : null),
    (id) => editing.lead(id),
  );
  const counter = createCounter($("counter"), (keys) => map.zoomTo(keys));
  const toolBar = createToolBar($("tools"), use);
  const legend = createTerritoryLegend($("legend"));
  const breadcrumb = createBreadcrumb($("breadcrumb"), (code) => address.go({ area: code }));
  const task = createTaskPanel($("task"), () => editing.stop());
  const session = createSession(api, {
    division: () => place().area,
    changed: () => showDraft(),
    taken,
    async conflict(detail, mine) {
      // Within an edit: nothing else is under way.
      await read().then(take, () => null);
      return askAgain(detail, mine);
    },
  });
  const page = {
    api, boot, map, session, task, chosen, role,
    rows: () => rows,
    members: () => members,
    place,
    villages: () => villages,
    tints: () => tints,
    /** What the colours mean: of the map as it is, or of this colouring. */
    legend: (colour = place().colour) => legend.show(colour, limits),
    person, sentence, use, reload, choose, chooseOnly, problem: (text) => selection.problem(text),
    say: (text) => selection.problem(text, { calm: true }),
    forget() {
      address.note({ draft: null });
      session.set(null);
    },
  };
  const editing = createEditing(page);
  const publishing = createPublishing(page);
  const atOnce = createAtOnce(page);
  const exchange = createExchange(page);
  const tell = createTelling(page);
  const past = createPast($("past"), page);
  const list = createGridList($("grids"), {
    choose,
    show: (keys) => map.reveal(keys),
    carry: (event, key) => editable && carry(event, { before: () => chosen.has(key) || chooseOnly([key]) }),
  });
  const cards = createMemberCards($("members"), boot.scheme.classes, {
    ...editing,
    ...atOnce,
    sheet: (id) => sheetOf(boot.me, id, { draft: session.get()?.cursor ? session.get().id : null }),
    grids(id) {
      const hers = [...rows.values()].filter((row) => row.lead === id).map((row) => row.key);
      chooseOnly(hers);
      map.zoomTo(hers);
    },
  });
  const selection = createSelectionBar($("selection"), { ...editing, claim: atOnce.claim, nobody: () => editing.lead(null), clear: () => choose([...chosen], false), carry });
  const draftBar = createDraftBar($("draft"), {
    ...editing,
    ...publishing,
    preview: () => publishing.preview(),
    history: past.open,
    exchange: () => exchange(editable),
    open: (draft) => address.go({ area: draft.division.length > place().area.length ? draft.division : place().area, draft: draft.id }),
  });

  /* Showing. */

  function showDraft() {
    const draft = session.get();
    const others = drafts.filter((d) => !draft || d.id !== draft.id);
    const of = new Set([...chosen].map((key) => rows.get(key).village));
    const only = of.size === 1 ? villages.get([...of][0]) : of.size ? t("选中各村") : null;
    draftBar.show({ draft, busy: session.busy(), last, redo: session.redo() > 0, editable, others, only });
  }

  function repaint() {
    map.repaint();
    legend.show(past.isOpen() ? "lead" : place().colour, limits);
  }

  function showChosen() {
    repaint();
    list.show({ rows, villages, chosen });
    cards.show({ rows, members, villages, chosen, editable });
    selection.show({ rows, chosen, editable });
  }

  function showAll() {
    showChosen();
    counter.show(rows);
    showDraft();
  }

  let drawing = null;
  function choose(keys, yes) {
    for (const key of keys) {
      if (yes && rows.has(key)) chosen.add(key);
      else if (!yes) chosen.delete(key);
    }
    selection.problem("");
    if (drawing === null) {
      drawing = requestAnimationFrame(() => {
        drawing = null;
        showChosen();
        showDraft();
        announce(t("已选{n}个网格", { n: chosen.size }));
      });
    }
  }

  function chooseOnly(keys) {
    chosen.clear();
    choose(keys, true);
    if (keys.length === 1) requestAnimationFrame(() => list.reveal(keys[0]));
  }

  function use(name) {
    tool = name;
    map.use(name);
    toolBar.show(name);
  }

  async function select(shape) {
    const draft = session.get();
    try {
      const { keys } = await api.send("POST", "/api/grids/select/", { division: place().area, draft: draft && draft.id, ...shape });
      choose(keys, true);
    } catch (error) {
      selection.problem(sentence(error));
    }
  }

  /* Loading. */

  async function read() {
    const { area: code, draft } = place();
    const found = await readTerritory(api, code, draft, ["town", "village"].includes(role));
    drafts = found.drafts;
    return found;
  }

  function take({ found, told, shapes, last: title, redo, ended }) {
    lastSeen = new Date();
    villages = new Map([...found.path, ...found.children].filter((p) => p.level === "village").map((p) => [p.code, p.name]));
    editable = told.editable;
    members = told.members;
    session.set(told.draft, redo);
    last = title;
    const known = new Set(told.grids.map((row) => row.lead).filter((id) => id !== null));
    if (![...known].every((id) => tints.has(id))) tints = new Map();
    dress(rowsOf(told.grids));
    map.outlines(shapes);
    showPath(found);
    address.note({ draft: told.draft ? told.draft.id : null });
    showAll();
    if (ended) page.say(t("那份草稿已经发布或放弃，现在看到的是当前的分工。"));
  }

  /* No further up than where she works. */
  function showPath({ name, path }) {
    const mine = path.filter((step) => step.code.startsWith(home.code));
    breadcrumb.show(mine);
    $("breadcrumb").hidden = mine.length < 2;
    $("assign-name").textContent = name;
  }

  async function openPlace() {
    const turn = (asked += 1);
    editing.stop();
    past.close();
    chosen.clear();
    if (place().area.length === 6) return openDistrict(turn);
    replace($("counter"), skeleton(1));
    try {
      await session.calm(read, (answer) => {
        if (turn !== asked) return;
        tints = new Map();
        $("towns").hidden = true;
        $("grids").hidden = $("members").hidden = false;
        take(answer);
        place().at ? map.go(place().at) : map.all();
        announce(t("已打开{name}", answer.found));
      });
    } catch (error) {
      if (turn === asked) failed(error);
    }
  }

  async function openDistrict(turn) {
    try {
      const found = await api.area(place().area, 1);
      if (turn !== asked) return;
      rows = new Map();
      showPath(found);
      map.outlines({ type: "FeatureCollection", features: [] });
      $("grids").hidden = $("members").hidden = true;
      $("towns").hidden = false;
      showTowns($("towns"), found.children, (code) => address.go({ area: code }));
      replace($("counter"));
      repaint();
      selection.show({ rows, chosen, editable: false });
      showDraft();
    } catch (error) {
      if (turn === asked) failed(error);
    }
  }

  function failed(error) {
    const again = h("button", { type: "button", onclick: openPlace }, t("再试一次"));
    const back = h("button", { type: "button", class: "secondary", onclick: () => address.go({ area: home.code }) }, t("回到我的范围"));
    $("grids").hidden = true;
    $("towns").hidden = false;
    replace($("counter"));
    replace($("towns"), emptyState(t("没有打开"), sentence(error), again, back));
  }

  /* The same place anew, keeping what is chosen. */
  async function reload() {
    if (place().area.length === 6) return;
    const turn = asked;
    await session.calm(
      () => read().catch(() => null),
      (answer) => answer && turn === asked && take(answer),
    );
  }

  async function taken(answer, { kind, forward }) {
    last = forward ? answer.step.title : t("已撤销：{title}", answer.step);
    const touched = new Set(answer.touched.map((row) => row.village));
    const gone = [...rows.values()].filter((row) => touched.has(row.village)).map((row) => row.key);
    const fresh = answer.touched.filter((row) => !rows.has(row.key)).map((row) => row.key);
    dress(withStep(rows, answer));
    // Of several new grids one is meant next, and nobody knows which.
    if (fresh.length) chosen.clear();
    if (fresh.length === 1) chosen.add(fresh[0]);
    if (place().draft !== answer.draft.id) address.note({ draft: answer.draft.id });
    showAll();
    announce(last);
    tell(answer.step);
    if (["assign", "support", "rename", "lock", "suggest"].includes(kind)) return;
    const parts = await Promise.all([...touched].map((code) => api.get(outlinesOf(code, answer.draft)))).catch(() => null);
    if (!parts) return;
    map.outlines({ type: "FeatureCollection", features: parts.flatMap((part) => part.features) }, gone);
    repaint();
  }

  const poller = poll(async () => {
    const now = await api.version().catch(() => null);
    if (now === null) return;
    lastSeen = new Date();
    const found = await session.look().catch(() => null);
    if (found) {
      const newest = found.steps.filter((step) => step.number <= found.cursor).pop();
      await reload();
      if (newest) selection.problem(t("{by}刚刚改了这份草稿：{title}", newest), { calm: true });
    } else if (version !== null && now !== version && !session.busy()) {
      map.refresh(now);
      await reload();
    }
    version = now;
  }, POLL_EVERY);

  $("colour").addEventListener("change", (event) => address.go({ colour: event.target.value }));
  createControls({ map, editing, escape: () => (past.isOpen() ? past.close() : editing.escape()), editable: () => editable && !past.isOpen() });

  $("colour").value = place().colour;
  await openPlace();
  document.body.dataset.ready = "yes";
  poller.now();
}

start();
