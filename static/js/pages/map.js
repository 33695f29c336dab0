/* The five-colour map: puts the state, the map and the parts of the page together. */

import { createAreaList } from "../components/area-list.js";
import { createBanner } from "../components/banner.js";
import { createBreadcrumb } from "../components/breadcrumb.js";
import { createDrawer } from "../components/drawer.js";
import { householdRows } from "../components/household-list.js";
import { createLegend } from "../components/legend.js";
import { createModePicker } from "../components/mode-picker.js";
import { createMyGrids } from "../components/my-grids.js";
import { fillPrintSheet } from "../components/print-sheet.js";
import { createSearch } from "../components/search.js";
import { createSheet } from "../components/sheet.js";
import { emptyState, skeleton } from "../components/states.js";
import { createTooltip } from "../components/tooltip.js";
import { ApiError, createApi, Unreachable } from "../lib/api.js";
import { announce, h, readJson, replace } from "../lib/dom.js";
import { loadLanguage, t } from "../lib/i18n.js";
import { forPaper, measure, MODES } from "../lib/modes.js";
import { poll } from "../lib/poll.js";
import { breaks } from "../lib/scale.js";
import { createState, parseHash } from "../lib/state.js";
import { createMap } from "../map/engine.js";

const POLL_EVERY = 5000;
// An answer that comes sooner is not announced by grey lines.
const PATIENCE = 150;
const $ = (id) => document.getElementById(id);

async function start() {
  await loadLanguage();
  const boot = readJson("boot");
  const { classes } = boot.scheme;
  const { role, area: home } = boot.me;
  const isMember = role === "member";
  // Posts that keep the system rather than families: for them the map is geography.
  const isReader = ["member", "village", "town", "district"].includes(role);
  // The district office reads rounded figures by town, and nobody's household.
  const isReleased = role === "district";
  const listsHouseholds = boot.me.may.includes("area-households");
  let area = null; // what /api/areas/ last said of the place looked at, with `households` of a grid
  let page = 1; // the last of its pages that the list holds
  let lastSeen = new Date();
  let version = null;
  let asked = 0; // answers to older questions are dropped
  const known = new Map(); // areas by code: for names on the map and for what the tiles do not tell

  const banner = createBanner($("banner"), () => poller.now());
  const api = createApi({
    onSignedOut: () => document.dispatchEvent(new Event("signed-out")),
    onReach(reachable) {
      if (banner.reach(reachable, lastSeen)) refresh(String(Date.now()));
    },
  });

  const map = createMap({
    target: $("map"),
    api,
    home: boot.bounds || home.bbox,
    classes,
    finest: isReleased ? "town" : "grid",
    basemaps: boot.basemaps,
    onPick: picked,
    onPoint: (found, pixel) => tooltip.show(found, pixel, state.get().mode),
    onMove: (at) => state.note({ at }),
    onBusy: (busy) => $("busy").classList.toggle("is-busy", busy),
  });
  const tooltip = createTooltip($("tooltip"), classes);
  const sheet = createSheet($("panel"), $("handle"), () => map.resize());
  const breadcrumb = createBreadcrumb($("breadcrumb"), (code) => state.go({ area: code }));
  const legend = createLegend($("legend"), classes, { signs: listsHouseholds, parts: listsHouseholds });
  const picker = createModePicker($("mode-picker"), classes, isReader ? MODES : ["unassigned"], (mode) => state.go({ mode }));
  const may = (route) => boot.me.may.includes(route);
  const drawer = createDrawer($("drawer"), () => state.go({ household: null }), {
    people: may("household-people") && api.people,
    reveal: may("household-reveal") && api.reveal,
    timeline: may("household-timeline") && api.timeline,
    file: may("household"),
    concern: may("concern-list") && ((household, text) => api.send("POST", "/api/concerns/", { household, text })),
  });
  const list = createAreaList(
    $("list"),
    classes,
    {
      open: (child) => state.go({ area: child.code }),
      point: (code) => map.point(code),
      household: (uuid) => state.go({ household: uuid }),
      more: showMore,
      unplaced: showUnplaced,
      mine: () => state.go({ mine: true, area: home.code }),
      print: () => window.print(),
    },
    {
      released: isReleased,
      intro: isReader ? null : t("您的岗位不按片区查看家庭。这里只有公开的区划、网格，以及网格有没有主责人。"),
    },
  );
  const myGrids = createMyGrids($("list"), classes, {
    open: (grid) => state.go({ area: grid.code }),
    all: () => state.go({ area: home.code }),
  });
  createSearch($("searchbox"), api.search, ({ kind, code, uuid }) => {
    state.go({ area: code, household: kind === "household" ? uuid : null });
  });

  const state = createState(
    {
      area: home.code,
      mine: isMember && sheet.isSheet() && !parseHash(location.hash).area,
      mode: { key: isReader ? "main" : "unassigned", slot: 1 },
    },
    changed,
  );

  /* What lies over the map: top, right, bottom, left, in pixels. */
  function padding() {
    const { household } = state.get();
    if (sheet.isSheet()) return [56, 0, Math.round($("map").clientHeight * (household ? 0.62 : 0.46)) + (household ? 0 : 48), 0];
    const right = household ? $("drawer").offsetWidth : $("legend").open ? $("legend").offsetWidth : 0;
    return [48, right, 32, 0];
  }

  /* A cell is opened by opening the grid it lies in; inside that grid, by coming closer. */
  function picked(found, { area: around, cell, at }) {
    if (!found) return;
    const { area: here, at: view } = state.get();
    if (found.kind === "household") {
      // The list turns to its grid; the map stays where it is.
      const turned = around && around.code !== here ? { area: around.code, at: view } : {};
      state.go({ ...turned, household: found.uuid });
    } else if (found.kind === "area" && found.code !== here) state.go({ area: found.code });
    else if (cell && cell.kind === "cell") map.closer(at, 1.5);
  }

  function changed(now, before) {
    picker.show(now.mode);
    if (now.area !== before.area || now.mine !== before.mine) openPlace(now);
    else if (now.mode !== before.mode) showMode();
    if (now.household !== before.household) openHousehold(now.household);
  }

  async function openPlace({ area: code, mine, at }) {
    const turn = (asked += 1);
    if (sheet.isSheet()) sheet.settle(mine ? "full" : "half");
    const patience = setTimeout(() => replace($("list"), skeleton()), PATIENCE);
    try {
      const [found, me] = await Promise.all([readArea(code), mine ? api.me() : null]);
      if (turn !== asked) return;
      clearTimeout(patience);
      setArea(found, me);
      map.focus(me && me.grids.length ? { ...found, bbox: around(me.grids) } : found, { at, padding: padding() });
      settleFocus();
      announce(t("已打开{name}", { name: me ? t("我的网格") : area.name }));
    } catch (error) {
      clearTimeout(patience);
      if (turn === asked) failed(error, () => openPlace(state.get()));
    }
  }

  /* An area with its households when it is a grid and the reader may list them. */
  async function readArea(code) {
    const wantsHouseholds = code.length === 15 && listsHouseholds;
    const [found, households] = await Promise.all([api.area(code, 1), wantsHouseholds ? api.households(code, 1) : null]);
    return { ...found, households };
  }

  function around(grids) {
    const edge = (i, pick) => pick(...grids.map((grid) => grid.bbox[i]));
    return [edge(0, Math.min), edge(1, Math.min), edge(2, Math.max), edge(3, Math.max)];
  }

  /* The button that was pressed is gone with the old list: go on reading at the new one's head. */
  function settleFocus() {
    const head = $("area-name");
    if (document.activeElement === document.body && document.body.dataset.ready && head) head.focus({ preventScroll: true });
    $("panel-scroll").scrollTop = 0;
  }

  function setArea(found, me) {
    area = found;
    page = 1;
    lastSeen = new Date();
    remember([{ ...found, ...found.totals }, ...found.children]);
    breadcrumb.show(found.path);
    showMode(me);
  }

  function remember(places) {
    for (const place of places) known.set(place.code, { ...known.get(place.code), ...place });
    map.know(known, area.code);
  }

  /* Steps of colour follow from the parts of the place looked at, so that list and map agree. */
  function limitsOf(mode, parts) {
    if (mode.key === "main") return [];
    return breaks(parts.map((part) => measure(mode, part).value).filter((value) => value !== null));
  }

  function showMode(me = null) {
    const { mode, mine } = state.get();
    const limits = limitsOf(mode, area.children);
    map.show(mode, limits);
    legend.show(mode, limits);
    picker.show(mode);
    if (me) myGrids.show(me);
    else if (!mine) showList();
  }

  function showList() {
    const { mode, household } = state.get();
    const placeOfWork = ["village", "town"].includes(role) && ["village", "town"].includes(area.level);
    list.show({
      area,
      mode,
      household,
      more: area.next || (area.households && area.households.next),
      canSeeUnplaced: placeOfWork && area.totals.state === "ok",
      hasGrids: isMember,
    });
  }

  async function showMore() {
    const { code } = area;
    const next = area.households ? api.households(code, page + 1) : api.area(code, page + 1);
    const found = await next.catch(() => null);
    if (!found || area.code !== code) return;
    page += 1;
    if (area.households) area.households = { ...found, results: [...area.households.results, ...found.results] };
    else area = { ...area, next: found.next, children: [...area.children, ...found.children] };
    remember(area.children);
    showList();
  }

  async function showUnplaced() {
    const back = h("button", { type: "button", class: "chip", onclick: showList }, t("返回{name}", area));
    const open = (uuid) => state.go({ household: uuid });
    try {
      const found = await api.households(area.code, 1, { unplaced: true });
      replace(
        $("list"),
        h("div", { class: "area-head" }, h("h2", { tabindex: "-1", id: "area-name" }, t("未落图的家庭")), back),
        h("p", { class: "quiet" }, t("还没有位置，或位置不在任何网格里，共{n}户。", { n: found.count })),
        found.count ? householdRows(found.results, classes, null, open) : emptyState(t("都已落图"), t("这里的每一户都在网格里。")),
        found.next && h("p", { class: "quiet" }, t("先列出前{n}户。", { n: found.results.length })),
      );
      $("area-name").focus();
    } catch (error) {
      failed(error, showUnplaced);
    }
  }

  async function openHousehold(uuid) {
    for (const row of $("list").querySelectorAll("[data-uuid]")) row.setAttribute("aria-current", String(row.dataset.uuid === uuid));
    if (!uuid) {
      map.household(null);
      breadcrumb.household(null);
      drawer.close();
      return;
    }
    drawer.waiting();
    map.household(uuid);
    try {
      const household = await api.household(uuid);
      if (state.get().household !== uuid) return;
      showHousehold(household);
      map.household(uuid, household.point, padding());
    } catch (error) {
      drawer.fail(sentence(error), () => openHousehold(uuid));
    }
  }

  function showHousehold(household) {
    drawer.show(household);
    breadcrumb.household(t("{no} 号家庭", { no: household.household_no }));
  }

  function sentence(error) {
    if (error instanceof Unreachable) return t("连不上服务器。");
    if (error instanceof ApiError) return t(error.message);
    throw error;
  }

  function failed(error, retry) {
    const back = h("button", { type: "button", class: "secondary", onclick: () => state.go({ area: home.code }) }, t("回到我的范围"));
    const again = h("button", { type: "button", onclick: retry }, t("再试一次"));
    replace($("list"), emptyState(t("没有打开"), sentence(error), again, back));
  }

  /* Somebody changed something: ask for the list again and let every tile in view be checked. */
  async function refresh(next) {
    map.refresh(next);
    const { area: code, mine, household } = state.get();
    const turn = asked;
    const [found, me] = await Promise.all([readArea(code), mine ? api.me() : null]).catch(() => []);
    if (!found || turn !== asked) return;
    const top = $("panel-scroll").scrollTop;
    const row = document.activeElement.dataset.code || document.activeElement.dataset.uuid;
    setArea(found, me);
    $("panel-scroll").scrollTop = top;
    if (row) $("list").querySelector(`[data-code="${row}"], [data-uuid="${row}"]`)?.focus({ preventScroll: true });
    if (household) api.household(household).then(showHousehold, () => {});
  }

  const poller = poll(async () => {
    const now = await api.version().catch(() => null);
    if (now === null) return;
    lastSeen = new Date();
    if (version !== null && now !== version) await refresh(now);
    version = now;
  }, POLL_EVERY);

  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => map.zoom(Number(button.dataset.zoom)));
  }
  $("go-home").addEventListener("click", () => state.go({ area: home.code, mine: isMember && sheet.isSheet() }));
  window.addEventListener("resize", () => map.resize());
  window.addEventListener("beforeprint", () => {
    const { mode } = state.get();
    if (!area) return;
    // From what may be printed alone: a limit must not tell what the table hides.
    const limits = limitsOf(mode, area.children.map(forPaper));
    fillPrintSheet($("print"), { area, mode, limits, classes, picture: map.picture(limits), by: boot.me.name, parts: listsHouseholds, invented: boot.invented });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state.get().household) state.go({ household: null });
  });
  // Whoever changes the language comes back to the same place.
  document.querySelector("form.language").addEventListener("submit", (event) => {
    event.target.elements.next.value = `/${location.hash}`;
  });

  picker.show(state.get().mode);
  await openPlace(state.get());
  document.body.dataset.ready = "yes";
  if (state.get().household) openHousehold(state.get().household);
  poller.now();
}

start();
