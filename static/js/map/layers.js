/* Which layers there are, from bottom to top. */

import { cellStyle, householdStyle } from "./marks.js";
import { areaStyle, highlightStyle } from "./styles.js";

// View zooms from which a layer has something to show, given tiles of 512 px.
const GRIDS_FROM = 11.999;
const HOUSEHOLDS_FROM = 13.5;

function tiles(source, options) {
  return new ol.layer.VectorTile({ source, renderBuffer: 24, ...options });
}

/**
 * @param {object} sources map/sources.js
 * @param {object} look what to show (see styles.js), with `classes` by slot and `household`, a uuid
 */
export function createLayers(sources, look) {
  const style = areaStyle(look);
  const highlight = highlightStyle(look);

  function householdLook(feature, resolution) {
    const uuid = feature.get("uuid");
    if (uuid === undefined) {
      return cellStyle(feature.get("n"), [0, 1, 2, 3, 4, 5].map((i) => feature.get(`c${i}`) || 0));
    }
    return householdStyle(
      {
        slot: feature.get("slot"),
        lapsed: feature.get("lapsed") || 0,
        proposed: feature.get("proposed") || 0,
        chosen: uuid === look.household,
      },
      resolution,
      look.classes,
    );
  }

  return {
    // Names and outlines of divisions lie above the fill of grids.
    grids: tiles(sources.grids, { style, zIndex: 10, minZoom: GRIDS_FROM }),
    divisions: tiles(sources.divisions, { style, zIndex: 11 }),
    gridHighlight: tiles(sources.grids, { style: highlight, zIndex: 20, minZoom: GRIDS_FROM, renderMode: "vector" }),
    divisionHighlight: tiles(sources.divisions, { style: highlight, zIndex: 21, renderMode: "vector" }),
    households: tiles(sources.households, { style: householdLook, zIndex: 30, minZoom: HOUSEHOLDS_FROM }),
  };
}
