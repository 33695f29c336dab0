/* The five levels and what may be drawn of them. A code's length tells its level. */

export const LEVELS = ["district", "town", "village", "grid"];
export const LEVEL_NAMES = { district: "区县", town: "乡镇街道", village: "村（社区）", grid: "网格", household: "家庭" };
const LEVEL_OF_LENGTH = { 6: "district", 9: "town", 12: "village", 15: "grid" };

// From which tile zoom on the server draws a level (see the tile contract).
const DRAWN_FROM = { town: 7, village: 10, grid: 11 };

export function levelOf(code) {
  return LEVEL_OF_LENGTH[code.length] || null;
}

export function childLevel(level) {
  return LEVELS[LEVELS.indexOf(level) + 1] || null;
}

/** Does `code` lie in `area`, or is it the area itself? */
export function liesIn(code, area) {
  return !area || code.startsWith(area);
}

/** A grid's name without its village's, where the village is named beside it: 第1网格. */
export function shortName({ name, code }, parent) {
  const isGrid = levelOf(code) === "grid";
  return isGrid && parent && name.startsWith(parent.name) && name !== parent.name ? name.slice(parent.name.length) : name;
}

/**
 * The level that one points at, at a tile zoom while one looks at an area of `focus` level:
 * the parts of that area, or finer ones once the map is close enough to tell them apart.
 * With `byGrid` villages are passed over where one has not opened their town (see lib/modes.js).
 */
export function partsLevel(focus, z, byGrid = false) {
  const close = z >= 11;
  const near = z >= 13 || (byGrid && close) ? "grid" : close ? "village" : "town";
  const wanted = childLevel(focus) || "grid";
  let index = Math.max(LEVELS.indexOf(near), LEVELS.indexOf(wanted));
  while (index > 1 && z < DRAWN_FROM[LEVELS[index]]) index -= 1;
  return LEVELS[index];
}

/** Of two levels the one nearer to the district. */
export function wider(a, b) {
  return LEVELS[Math.min(LEVELS.indexOf(a), LEVELS.indexOf(b))];
}
