/* What lies under a pixel. */

import { levelOf } from "../lib/levels.js";
import { countsOf, partsAt } from "./styles.js";

// Half of what is drawn for a household or a cell, in pixels.
const HALF = 11;

/**
 * The household or the cell of gathered ones nearest to a pixel.
 *
 * By distance and not by the engine's own search, which finds no stamped picture in a vector tile.
 *
 * @returns {null | {kind: "household", uuid: string} | {kind: "cell", n: number, c: number[]}}
 */
export function pick(map, layer, pixel, tolerance) {
  const view = map.getView();
  if (!layer.isVisible(view)) return null;
  const [x, y] = map.getCoordinateFromPixel(pixel);
  let nearest = (HALF + tolerance) * view.getResolution();
  let found = null;
  // Of two pictures of one place the newer comes later.
  for (const feature of layer.getFeaturesInExtent([x - nearest, y - nearest, x + nearest, y + nearest])) {
    const [left, bottom] = feature.getExtent();
    const distance = Math.hypot(left - x, bottom - y);
    if (distance <= nearest) {
      nearest = distance;
      found = feature;
    }
  }
  if (!found) return null;
  const uuid = found.get("uuid");
  if (uuid) return { kind: "household", uuid };
  return { kind: "cell", n: found.get("n"), c: [0, 1, 2, 3, 4, 5].map((i) => found.get(`c${i}`) || 0) };
}

/**
 * The area of the level now drawn as parts that lies under a pixel.
 *
 * @returns {null | {kind: "area", code: string, name: string, level: string, counts: object}}
 */
export function pickArea(map, layers, look, pixel) {
  const parts = partsAt(look, map.getView().getResolution());
  let found = null;
  map.forEachFeatureAtPixel(
    pixel,
    (feature) => {
      const code = feature.get("code");
      const level = feature.get("level") || levelOf(code);
      if (level !== parts) return false;
      found = { kind: "area", code, name: feature.get("name"), level, counts: countsOf(feature, level, look.places) };
      return true;
    },
    { layerFilter: (layer) => layer === layers.grids || layer === layers.divisions },
  );
  return found;
}
