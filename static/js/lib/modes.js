/* What the map can show of an area, as pure functions of its counts.

   `counts` is what a tile or the API says of an area:
   {state, n, c: [c0..c5], lapsed, grids, led}; state "part": of one's own grids only;
   -1 stands for "fewer than five". */

import { SUPPRESSED } from "./format.js";

export const MODES = ["main", "share", "unassessed", "overdue", "size", "unassigned"];

export const MODE_NAMES = {
  main: "主要服务方式",
  share: "某类服务的占比",
  unassessed: "未评估的占比",
  overdue: "到期未复核的占比",
  size: "每个网格的户数",
  unassigned: "没有主责人的网格",
};

// Every figure says what it is a part of.
export const MODE_MEANINGS = {
  main: "已评估家庭中，户数最多的一类服务。",
  share: "该类家庭 ÷ 全部家庭。",
  unassessed: "还没有评估的家庭 ÷ 全部家庭。",
  overdue: "到了复核日期还没有复核的家庭 ÷ 全部家庭。",
  size: "全部家庭 ÷ 网格数。",
  unassigned: "没有主责人的网格 ÷ 全部网格。",
};

export const IS_RATIO = { share: true, unassessed: true, overdue: true, unassigned: true };

// How many grids a division has is told by the list, not by the tiles.
export const BY_GRID = { size: true, unassigned: true };

const SMALL = 5;

function part(some, whole) {
  if (some === SUPPRESSED) return { state: "suppressed", value: null };
  if (!whole) return { state: "empty", value: null };
  return { state: some === 0 ? "zero" : "ok", value: some / whole };
}

/**
 * The class with most households among those assessed; of equals the one that needs us more.
 *
 * @returns {number} slot 1–5, 0 when none is assessed, -1 when all of them are too few to tell
 */
export function mainSlot(c) {
  let best = 0;
  let hidden = false;
  for (let slot = 1; slot < c.length; slot += 1) {
    if (c[slot] === SUPPRESSED) hidden = true;
    else if (c[slot] > (best ? c[best] : 0)) best = slot;
  }
  return best || (hidden ? SUPPRESSED : 0);
}

/**
 * What a mode says of an area.
 *
 * @param {{key: string, slot: number}} mode
 * @returns {{state: string, value: number|null}} state: ok, zero, empty, ungridded, denied,
 *   suppressed or unknown; value: a share of one, households per grid, or (mode main) a slot
 */
export function measure(mode, counts) {
  if (BY_GRID[mode.key]) return measureGrids(mode, counts);
  if (!isTold(counts)) return { state: counts.state || "denied", value: null };
  if (counts.n === SUPPRESSED) return { state: "suppressed", value: null };
  switch (mode.key) {
    case "main": {
      if (!counts.n) return { state: "empty", value: null };
      const slot = mainSlot(counts.c);
      if (slot === SUPPRESSED) return { state: "suppressed", value: null };
      return { state: slot ? "ok" : "zero", value: slot };
    }
    case "share":
      return part(counts.c[mode.slot], counts.n);
    case "unassessed":
      return part(counts.c[0], counts.n);
    default:
      return part(counts.lapsed, counts.n);
  }
}

function measureGrids({ key }, { state, n, grids, led }) {
  if (grids === null || grids === undefined) return { state: "unknown", value: null };
  if (!grids) return { state: "ungridded", value: null };
  if (key === "unassigned") return part(grids - led, grids);
  if (state === "empty") return { state, value: null };
  // One's own part of the households over all of the grids would be no figure of anything.
  if (state === "part" || n === null || n === undefined) return { state: "denied", value: null };
  return part(n, grids);
}

/** Are the colours of this area known, wholly or for one's own part of it? */
export function isTold(counts) {
  return counts.state === "ok" || counts.state === "part";
}

/** The same counts for paper, where a number of one to four could point at a family. */
export function forPaper(counts) {
  const hide = (value) => (value > 0 && value < SMALL ? SUPPRESSED : value);
  return { ...counts, n: hide(counts.n), c: counts.c && counts.c.map(hide), lapsed: hide(counts.lapsed) };
}

/** "share-3" ↔ {key: "share", slot: 3}; null for anything else. */
export function parseMode(text) {
  const [key, slot] = (text || "").split("-");
  return MODES.includes(key) ? { key, slot: Number(slot) || 1 } : null;
}

export function modeText(mode) {
  return mode.key === "share" ? `share-${mode.slot}` : mode.key;
}
