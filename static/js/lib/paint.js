/* Which look a grid has, by what the map of the assign page is to tell. Pure. */

import { shade, step } from "./scale.js";
import { worst } from "./territory.js";

export const COLOUR_NAMES = { lead: "按主责人", load: "按工作量", gauge: "按三把尺子", unassigned: "看未分工" };
export const GAUGE_NAMES = { ok: "合适", warn: "留意", bad: "不合适" };

/** @returns {{kind: string, value: any}} */
export function paintOf(colour, row, limits) {
  if (colour === "lead") return row.tint === null ? { kind: "denied" } : { kind: "lead", value: row.tint };
  if (colour === "unassigned") return { kind: row.lead === null ? "missing" : "none" };
  if (colour === "gauge") return { kind: "gauge", value: worst(row.gauges) };
  if (row.load_h === null) return { kind: "denied" };
  return row.load_h === 0 ? { kind: "empty" } : { kind: "ramp", value: shade(step(row.load_h, limits), limits) };
}
