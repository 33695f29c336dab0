/* Base maps as the settings list them: none, xyz or wmts, in matrix w (EPSG:3857) or c (degrees). */

const DEGREES = 360 / 256;

function degreeGrid() {
  return new ol.tilegrid.TileGrid({
    origin: [-180, 90],
    tileSize: 256,
    resolutions: Array.from({ length: 19 }, (_, z) => DEGREES / 2 ** z),
  });
}

/**
 * A layer, or null for "none". Both kinds are addressed by a template with {z}, {x} and {y};
 * for wmts it holds TILEMATRIX={z}&TILEROW={y}&TILECOL={x}.
 */
export function basemapLayer({ type, url, matrix, attribution, approval_no: approval }) {
  if (type === "none") return null;
  const degrees = matrix === "c";
  return new ol.layer.Tile({
    zIndex: -10,
    source: new ol.source.XYZ({
      url,
      maxZoom: 18,
      // EPSG:4490 differs from EPSG:4326 by centimetres.
      projection: degrees ? "EPSG:4326" : "EPSG:3857",
      tileGrid: degrees ? degreeGrid() : undefined,
      attributions: [attribution, approval].filter(Boolean).map(asText),
    }),
  });
}

// The engine reads an attribution as markup.
function asText(text) {
  return text.replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]);
}
