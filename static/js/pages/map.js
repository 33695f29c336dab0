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
import { levelOf } from "../lib/levels.js";
import { measure } from "../lib/modes.js";
import { poll } from "../lib/poll.js";
import { breaks } from "../lib/scale.js";
import { createState, parseHash } from "../lib/state.js";
import { createMap } from "../map/engine.js";

const POLL_EVERY = 5000;
const $ = (id) => document.getElementById(id);

async function start() {
  await loadLanguage();
  const boot = readJson("boot");
  const { classes } = boot.scheme;
  let area = null; // what /api/areas/ last said of the place looked at
  let more = null; // the number of its next page
  let limits = [];
  let lastSeen = new Date();
  let version = null;
  let asked = 0; // answers to older questions are dropped
  const known = new Map(); // areas with their boxes, for names on the map

  const banner = createBanner($("banner"), () => poller.now());
  const api = createApi({
    onSignedOut: () => location.assign(`/accounts/sign-in/?next=${encodeURIComponent(`/${location.hash}`)}`),
    onReach(reachable) {
      if (banner.reach(reachable, lastSeen)) refresh(String(Date.now()));
    },
  });

  const map = createMap({
    target: $("map"),
    api,
    home: boot.district_bbox || boot.area.bbox,
    classes,
    basemaps: boot.basemaps,
    onPick: picked,
    onPoint: (found, pixel) => tooltip.show(found, pixel, state.get().mode),
    onMove: (at) => state.note({ at }),
    onBusy: (busy) => $("busy").classList.toggle("is-busy", busy),
  });
  const tooltip = createTooltip($("tooltip"), classes);
  const sheet = createSheet($("panel"), $("handle"), () => map.resize());
  const breadcrumb = createBreadcrumb($("breadcrumb"), (code) => state.go({ area: code }));
  const legend = createLegend($("legend"), classes);
  const picker = createModePicker($("mode-picker"), classes, (mode) => state.go({ mode }));
  const drawer = createDrawer($("drawer"), () => state.go({ household: null }));
  const list = createAreaList($("list"), classes, {
    open: (child) => state.go({ area: child.code }),
    point: (code) => map.point(code),
    household: (uuid) => state.go({ household: uuid }),
    more: showMore,
    unplaced: showUnplaced,
    print: () => window.print(),
  });
  const myGrids = createMyGrids($("list"), classes, {
    open(grid) {
      sheet.settle("half");
      state.go({ area: grid.code });
    },
    all: () => state.go({ area: boot.area.code }),
  });
  createSearch($("searchbox"), api.search, (result) => {
    if (result.kind === "household") state.go({ household: result.uuid });
    else state.go({ area: result.code });
  });

  const phone = sheet.isSheet();
  const state = createState(
    { area: boot.area.code, mine: boot.role === "member" && phone && !parseHash(location.hash).area },
    changed,
  );

  /* What lies over the map: top, right, bottom, left, in pixels. */
  function padding() {
    const stage = $("map").clientHeight;
    if (sheet.isSheet()) return [56, 0, state.get().household ? Math.round(stage * 0.6) : Math.round(stage * 0.46), 0];
    const right = state.get().household ? $("drawer").offsetWidth : $("legend").open ? $("legend").offsetWidth : 0;
    return [48, right, 32, 0];
  }

  /* A cell is opened by opening the grid it lies in; inside that grid, by coming closer. */
  function picked(found, { cell, at }) {
    if (!found) return;
    if (found.kind === "household") state.go({ household: found.uuid });
    else if (found.kind === "area" && found.code !== state.get().area) state.go({ area: found.code });
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
    replace($("list"), skeleton());
    try {
      const found = await api.area(code, 1);
      if (turn !== asked) return;
      setArea(found);
      map.focus(found, { at, padding: padding() });
      if (mine) await openMine();
      else showList();
      announce(area.name);
    } catch (error) {
      if (turn === asked) failed(error, () => openPlace(state.get()));
    }
  }

  function setArea(found) {
    area = found;
    lastSeen = new Date();
    more = found.children_next || (found.households && found.households.next) ? 2 : null;
    for (const place of [found, ...(found.children || [])]) known.set(place.code, place);
    map.label([...known.values()]);
    breadcrumb.show(found.path);
    showMode();
  }

  /* Steps of colour follow from the parts of the place looked at, so that list and map agree. */
  function showMode() {
    const { mode } = state.get();
    const values = (area.children || []).map((child) => measure(mode, withGrids(child)).value);
    limits = mode.key === "main" ? [] : breaks(values.filter((v) => v !== null));
    map.show(mode, limits);
    legend.show(mode, limits);
    picker.show(mode);
    if (!state.get().mine) showList();
  }

  function withGrids(child) {
    return child.level === "grid" ? { ...child, grids: 1, led: child.led ? 1 : 0 } : child;
  }

  function showList() {
    const { mode, household } = state.get();
    const canSeeUnplaced = ["village", "town"].includes(boot.role) && ["village", "town"].includes(area.level) && area.totals.state !== "denied";
    list.show({ area, mode, household, more, canSeeUnplaced });
  }

  async function openMine() {
    const villages = [...new Set(boot.grids.map((grid) => grid.code.slice(0, 12)))];
    const areas = await Promise.all(villages.map((code) => (code === area.code ? area : api.area(code, 1))));
    const children = new Map(areas.flatMap((found) => found.children).map((child) => [child.code, child]));
    const grids = boot.grids.map((grid) => ({ ...grid, counts: children.get(grid.code) }));
    myGrids.show({ name: boot.name, grids });
  }

  async function showMore() {
    const next = await api.area(area.code, more).catch(() => null);
    if (!next || next.code !== area.code) return;
    const rest = next.households && next.households.next;
    area = {
      ...area,
      children: [...(area.children || []), ...(area.level === "grid" ? [] : next.children)],
      households: area.households && { ...next.households, results: [...area.households.results, ...next.households.results] },
    };
    for (const place of area.children) known.set(place.code, place);
    more = rest || next.children_next ? more + 1 : null;
    map.label([...known.values()]);
    showList();
  }

  async function showUnplaced() {
    const back = h("button", { type: "button", class: "chip", onclick: showList }, t("返回{name}", area));
    try {
      const page = await api.households(area.code, 1, true);
      replace(
        $("list"),
        h("div", { class: "area-head" }, h("h2", { tabindex: "-1", id: "area-name" }, t("未落图的家庭")), back),
        h("p", { class: "quiet" }, t("还没有位置,或位置不在任何网格里,共{n}户。", { n: page.count })),
        page.count ? householdRows(page.results, classes, null, (uuid) => state.go({ household: uuid })) : emptyState(t("都已落图"), t("这里的每一户都在网格里。")),
      );
      $("area-name").focus();
    } catch (error) {
      failed(error, showUnplaced);
    }
  }

  async function openHousehold(uuid) {
    if (!uuid) {
      map.household(null);
      drawer.close();
      return;
    }
    drawer.waiting();
    map.household(uuid);
    try {
      const household = await api.household(uuid);
      if (state.get().household !== uuid) return;
      drawer.show(household);
      map.household(uuid, household.point, padding());
    } catch (error) {
      drawer.fail(sentence(error), () => openHousehold(uuid));
    }
  }

  function sentence(error) {
    if (error instanceof Unreachable) return t("连不上服务器。");
    if (error instanceof ApiError) return error.message;
    throw error;
  }

  function failed(error, retry) {
    const home = h("button", { type: "button", class: "secondary", onclick: () => state.go({ area: boot.area.code }) }, t("回到我的范围"));
    const again = h("button", { type: "button", onclick: retry }, t("再试一次"));
    replace($("list"), emptyState(t("没有打开"), sentence(error), again, home));
  }

  /* Somebody changed something: ask for the list again and let every tile in view be checked. */
  async function refresh(next) {
    map.refresh(next);
    const { area: code, mine, household } = state.get();
    const turn = asked;
    const found = await api.area(code, 1).catch(() => null);
    if (!found || turn !== asked) return;
    const top = $("panel-scroll").scrollTop;
    setArea(found);
    if (mine) await openMine();
    $("panel-scroll").scrollTop = top;
    if (household) api.household(household).then(drawer.show, () => {});
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
  $("go-home").addEventListener("click", () => state.go({ area: boot.area.code, mine: boot.role === "member" && sheet.isSheet() }));
  window.addEventListener("resize", () => map.resize());
  window.addEventListener("beforeprint", () => {
    const { mode } = state.get();
    fillPrintSheet($("print"), { area, mode, limits, classes, picture: map.picture(), by: boot.name });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state.get().household) state.go({ household: null });
  });

  picker.show(state.get().mode);
  await openPlace(state.get());
  if (state.get().household) openHousehold(state.get().household);
  poller.now();
  document.body.dataset.ready = levelOf(state.get().area);
}

start();
