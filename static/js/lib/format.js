/* How numbers and days are written. */

import { isChinese, t } from "./i18n.js";

/** The value that stands for "fewer than five, therefore not told". */
export const SUPPRESSED = -1;

export function count(value) {
  if (value === null || value === undefined) return "—";
  if (value === SUPPRESSED) return t("少于5");
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A share of one as a percentage: no false precision, and never "0%" for something. */
export function percent(share) {
  if (share === null || share === undefined || Number.isNaN(share)) return "—";
  const p = share * 100;
  if (p === 0) return "0%";
  if (p < 0.1) return "<0.1%";
  if (p < 10) return `${Number(p.toFixed(1))}%`;
  return `${Math.round(p)}%`;
}

/** A number of at most one decimal: 12, 12.5. */
export function decimal(value) {
  return value === null || value === undefined ? "—" : String(Number(value.toFixed(1)));
}

/** 2026-11-24 → 2026年11月24日, or as it is for English. */
export function day(iso) {
  if (!iso) return "—";
  const [y, m, d] = iso.slice(0, 10).split("-").map(Number);
  return isChinese() ? `${y}年${m}月${d}日` : iso.slice(0, 10);
}

export function clock(date) {
  return [date.getHours(), date.getMinutes()].map((n) => String(n).padStart(2, "0")).join(":");
}
