/* The territory as the assign page holds it: grids, members and what follows from both. Pure. */

import { t } from "./i18n.js";
import { shortName } from "./levels.js";

export const TINTS = 8;

/** Grids by key, with colours that last: a lead keeps hers while the page is open. */
export function rowsOf(grids) {
  return new Map(grids.map((row) => [row.key, row]));
}

/** After a step: `touched` in, `removed` out. */
export function withStep(rows, { touched, removed }) {
  const next = new Map(rows);
  for (const key of removed) next.delete(key);
  for (const row of touched) next.set(row.key, row);
  return next;
}

/**
 * Which tint each lead has. The server tells neighbours apart when it sees the whole place; a lead that came since
 * takes a tint that nobody else has in the villages she works in.
 *
 * @param {Map<number, number>} known tints given before
 */
export function tintsOf(rows, known = new Map()) {
  const tints = new Map();
  const newcomers = new Set();
  for (const { lead, colour_index: index } of rows.values()) {
    if (lead === null || tints.has(lead)) continue;
    if (known.has(lead)) tints.set(lead, known.get(lead));
    else if (!known.size) tints.set(lead, index % TINTS);
    else newcomers.add(lead);
  }
  for (const lead of newcomers) {
    const villages = new Set([...rows.values()].filter((row) => row.lead === lead).map((row) => row.village));
    const taken = new Set([...rows.values()].filter((row) => villages.has(row.village)).map((row) => tints.get(row.lead)));
    tints.set(lead, [...Array(TINTS).keys()].find((tint) => !taken.has(tint)) ?? lead % TINTS);
  }
  return tints;
}

/** Households, by class, and hours a month of some grids together; `known`: of how many grids they may be told. */
export function sumOf(rows) {
  const sum = { grids: 0, known: 0, n: 0, c: [0, 0, 0, 0, 0, 0], load: 0, visits: 0, walk: 0 };
  for (const row of rows) {
    sum.grids += 1;
    sum.n += Math.max(0, row.n || 0);
    sum.known += row.load_h === null ? 0 : 1;
    sum.load += row.load_h || 0;
    sum.visits += row.visits_h || 0;
    sum.walk += row.walk_h || 0;
    if (row.c) row.c.forEach((n, slot) => (sum.c[slot] += n));
  }
  return sum;
}

/** What a member has now. */
export function cardOf(id, rows) {
  const all = [...rows.values()];
  return { ...sumOf(all.filter((row) => row.lead === id)), supports: all.filter((row) => row.supports.includes(id)).length, covers: all.filter((row) => row.cover === id).length };
}

/** What she would have if the chosen grids were hers; null when they are already. */
export function ifHers(id, rows, chosen) {
  const all = [...rows.values()];
  if (![...chosen].some((key) => rows.has(key) && rows.get(key).lead !== id)) return null;
  return sumOf(all.filter((row) => row.lead === id || chosen.has(row.key)));
}

/** Hours a month that are fair: an even share of her village's, 20 % either way. Null where nothing is known. */
export function bandOf(village, rows, members) {
  const people = members.filter((m) => m.village === village && m.role === "member").length;
  const load = sumOf([...rows.values()].filter((row) => row.village === village)).load;
  if (!people || !load) return null;
  return [(0.8 * load) / people, (1.2 * load) / people];
}

/** Of a load against a band. */
export function bearing(load, band) {
  if (!band) return "unknown";
  if (load > band[1]) return "more";
  return load < band[0] ? "less" : "fair";
}

const WORST = ["ok", "warn", "bad"];

/** The worst of a grid's three gauges. */
export function worst({ area, whole, load }) {
  return WORST[Math.max(...[area, whole, load].map((g) => Math.max(0, WORST.indexOf(g))))];
}

/** Rows by village in the order of codes; new grids, which have no code yet, last in theirs. */
export function byVillage(rows) {
  const villages = new Map();
  const order = (row) => row.code || `${row.village}~${row.key.padStart(8, "0")}`;
  for (const row of [...rows.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1))) {
    if (!villages.has(row.village)) villages.set(row.village, []);
    villages.get(row.village).push(row);
  }
  return villages;
}

/** New grids without a name are counted within their village, so that one can speak of them. */
function numbered(rows) {
  const numbers = new Map();
  for (const inVillage of byVillage(rows).values()) {
    const fresh = inVillage.filter((row) => !row.code && row.name === "新网格");
    fresh.forEach((row, i) => numbers.set(row.key, i + 1));
  }
  return numbers;
}

/**
 * Rows with what the page says of them: `title` as a whole, `short` beside its village, the lead's name and tint.
 *
 * @param {{tints: Map, villages: Map<string, string>, person: (id: number) => string}} known
 */
export function dressed(rows, { tints, villages, person }) {
  const numbers = numbered(rows);
  const dress = (row) => {
    const title = numbers.has(row.key) ? `${t("新网格")} ${numbers.get(row.key)}` : row.name;
    const short = row.code ? shortName(row, { name: villages.get(row.village) || "" }) : title;
    const hers = row.lead === null ? { leadName: null, tint: null } : { leadName: person(row.lead), tint: tints.get(row.lead) };
    const coverName = row.cover ? person(row.cover) : row.coverName || null;
    return { ...row, title, short, coverName, ...hers };
  };
  return new Map([...rows].map(([key, row]) => [key, dress(row)]));
}

/** Whoever may answer for the chosen grids: those of the same villages first, and members before chairs. */
export function nearFirst(members, villages) {
  const rank = (m) => (villages.has(m.village) ? 0 : 2) + (m.role === "member" ? 0 : 1);
  return [...members].sort((a, b) => rank(a) - rank(b));
}

/** How many grids to propose: one a member, never fewer than two. */
export function usualParts(village, members) {
  return Math.max(2, members.filter((m) => m.village === village && m.role === "member").length);
}
