/* What lies under a pixel. */

import { levelOf } from "../lib/levels.js";
import { countsOf, partsAt } from "./styles.js";

/**
 * The household or the cell of gathered ones under a pixel.
 *
 * @returns {null | {kind: "household", uuid: string} | {kind: "cell", n: number, c: number[]}}
 */
export function pick(map, layers, pixel, tolerance) {
  let found = null;
  map.forEachFeatureAtPixel(
    pixel,
    (feature) => {
      const uuid = feature.get("uuid");
      found = uuid
        ? { kind: "household", uuid }
        : {
            kind: "cell",
            n: feature.get("n"),
            c: [0, 1, 2, 3, 4, 5].map((i) => feature.get(`c${i}`) || 0),
            lapsed: feature.get("lapsed") || 0,
          };
      return true;
    },
    { hitTolerance: tolerance, layerFilter: (layer) => layer === layers.households },
  );
  return found;
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
