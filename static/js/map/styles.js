/* How areas are drawn: pure lookups with every style made once. */

import { LEVELS, levelOf, liesIn, partsLevel, wider } from "../lib/levels.js";
import { BY_GRID, forPaper, measure } from "../lib/modes.js";
import { fade, mix, shade, step } from "../lib/scale.js";
import { hatched, patternOf } from "./patterns.js";
import { readTheme } from "./theme.js";

const BORDERS = { district: 2.6, town: 1.8, village: 1.1, grid: 0.8 };
const cache = new Map();

function once(key, make) {
  let style = cache.get(key);
  if (!style) {
    style = make();
    cache.set(key, style);
  }
  return style;
}

/**
 * The counts of a tile's feature in the form that lib/modes.js measures.
 *
 * @param {Map<string, object>} places what the list knows of areas, by code
 */
export function countsOf(feature, level, places) {
  const get = (name) => {
    const value = feature.get(name);
    return value === undefined ? null : value;
  };
  return {
    state: get("state"),
    n: get("n"),
    c: [0, 1, 2, 3, 4, 5].map((i) => get(`c${i}`)),
    lapsed: get("lapsed"),
    ...(level === "grid" ? { grids: 1, led: get("led") } : gridsOf(places.get(feature.get("code")))),
  };
}

function gridsOf(place) {
  return place && place.grids !== undefined ? { grids: place.grids, led: place.led } : { grids: null, led: null };
}

/** The level one points at, at this resolution. */
export function partsAt(look, resolution) {
  return partsLevel(look.focusLevel, look.zOf(resolution), BY_GRID[look.mode.key]);
}

/** The level filled with colour: the same, unless this reader is told no colours so far down. */
function filledAt(look, parts) {
  return BY_GRID[look.mode.key] ? parts : wider(parts, look.finest);
}

/** The colour or pattern of what was measured. */
export function paintOf({ state, value }, mode, limits) {
  const { fills, ramp, paper } = readTheme();
  if (state === "zero") return paper;
  if (state !== "ok") return patternOf(state) || paper;
  if (mode.key === "main") return mix(paper, fills[value], 0.62);
  const to = mode.key === "share" ? fills[mode.slot] : ramp[1];
  const from = mode.key === "share" ? mix(paper, to, 0.06) : ramp[0];
  return mix(from, to, shade(step(value, limits), limits));
}

function paintKey({ state, value }, mode, limits) {
  if (state !== "ok") return state;
  return mode.key === "main" ? `m${value}` : `${mode.key}${mode.slot}.${step(value, limits)}/${limits.length}`;
}

// Nothing to see, but something to point at.
function unfilled(level) {
  return once(`u${level}`, () => {
    const { line, paper } = readTheme();
    return new ol.style.Style({
      fill: new ol.style.Fill({ color: fade(paper, 0) }),
      stroke: new ol.style.Stroke({ color: line, width: BORDERS[level] }),
      zIndex: 1,
    });
  });
}

function outline(level) {
  return once(`o${level}`, () => {
    const { border } = readTheme();
    return new ol.style.Style({
      stroke: new ol.style.Stroke({ color: border, width: BORDERS[level] }),
      zIndex: 5 - LEVELS.indexOf(level),
    });
  });
}

/**
 * @param {object} look what to show, changed in place by the engine:
 *   {focus, focusLevel, mode, limits, places, finest, printing, zOf: resolution → tile zoom}
 */
export function areaStyle(look) {
  const { line } = readTheme();
  return (feature, resolution) => {
    const code = feature.get("code");
    const level = feature.get("level") || levelOf(code);
    const parts = partsAt(look, resolution);
    const filled = filledAt(look, parts);
    if (level !== filled) {
      if (level === parts) return unfilled(level);
      return LEVELS.indexOf(level) < LEVELS.indexOf(parts) ? outline(level) : null;
    }
    const counts = countsOf(feature, level, look.places);
    const measured = measure(look.mode, look.printing ? forPaper(counts) : counts);
    if (measured.state === "unknown") return unfilled(level);
    // One's own part of an area looks as if it were drawn through a comb.
    const partly = counts.state === "part" && measured.state === "ok" && !BY_GRID[look.mode.key];
    const near = liesIn(code, look.focus);
    // Where single households are drawn, the ground steps back.
    const close = look.zOf(resolution) >= 15;
    const key = `${paintKey(measured, look.mode, look.limits)}.${near}.${close}.${level}.${partly}`;
    return once(key, () => {
      const paint = paintOf(measured, look.mode, look.limits);
      const thin = close ? 0.2 : near ? 1 : 0.28;
      const colour = typeof paint !== "string" ? paint : partly ? hatched(paint) : fade(paint, thin);
      return new ol.style.Style({
        fill: new ol.style.Fill({ color: colour }),
        stroke: new ol.style.Stroke({ color: line, width: BORDERS[level] }),
        zIndex: 0,
      });
    });
  };
}

/** Forget fills whose key says too little once the legend's steps have changed. */
export function forgetFills() {
  cache.clear();
}

/** The outline of the area looked at, and of the one pointed at. */
export function highlightStyle(look) {
  const { focus, paper } = readTheme();
  const strong = [
    new ol.style.Style({ stroke: new ol.style.Stroke({ color: paper, width: 6 }) }),
    new ol.style.Style({ stroke: new ol.style.Stroke({ color: focus, width: 3 }) }),
  ];
  const light = new ol.style.Style({
    stroke: new ol.style.Stroke({ color: focus, width: 2 }),
    fill: new ol.style.Fill({ color: fade(focus, 0.1) }),
  });
  return (feature) => {
    const code = feature.get("code");
    if (code === look.pointed) return light;
    return code === look.focus && look.focusLevel !== "district" ? strong : null;
  };
}
