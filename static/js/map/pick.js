/* What lies under a pixel. */

import { filledLevel, levelOf } from "../lib/levels.js";
import { countsOf } from "./styles.js";

/**
 * @returns {null | {kind: "household", uuid: string} | {kind: "cell", n: number, c: number[], at: number[]}
 *   | {kind: "area", code: string, name: string, level: string, counts: object}}
 */
export function pick(map, layers, look, pixel, tolerance) {
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

/** The area of the level now filled that lies under a pixel, or null. */
export function pickArea(map, layers, look, pixel) {
  const filled = filledLevel(look.focusLevel, look.zOf(map.getView().getResolution()));
  let found = null;
  map.forEachFeatureAtPixel(
    pixel,
    (feature) => {
      const code = feature.get("code");
      const level = feature.get("level") || levelOf(code);
      if (level !== filled) return false;
      found = { kind: "area", code, name: feature.get("name"), level, counts: countsOf(feature, level) };
      return true;
    },
    { layerFilter: (layer) => layer === layers.grids || layer === layers.divisions },
  );
  return found;
}
