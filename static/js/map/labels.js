/* Names of areas. They come from the list, not from the tiles: a name cut by a tile's edge would
   be written twice. */

import { readTheme } from "./theme.js";

const SIZES = { town: 14, village: 13, grid: 12 };
// Metres per pixel above which a level's names would only cover each other.
const LEGIBLE = { town: 170, village: 34, grid: 6 };
// Below it single households are drawn, which a name would cover.
const CLOSE = 1.3;

export function createLabels() {
  const source = new ol.source.Vector();
  const styles = new Map();

  function styleOf(feature, resolution) {
    const level = feature.get("level");
    if (resolution > LEGIBLE[level] || resolution < CLOSE) return null;
    const name = feature.get("name");
    if (!styles.has(name + level)) {
      const { ink, font, veil } = readTheme();
      styles.set(
        name + level,
        new ol.style.Style({
          text: new ol.style.Text({
            text: name,
            font: `600 ${SIZES[level]}px ${font}`,
            fill: new ol.style.Fill({ color: ink }),
            stroke: new ol.style.Stroke({ color: veil, width: 3.5 }),
            overflow: true,
            padding: [2, 4, 2, 4],
          }),
        }),
      );
    }
    return styles.get(name + level);
  }

  const layer = new ol.layer.Vector({ source, style: styleOf, declutter: true, zIndex: 40 });

  return {
    layer,
    /** Show the names of these areas, [{code, level, name, bbox}], save those one stands in. */
    show(areas, here) {
      source.clear(true);
      source.addFeatures(
        areas
          .filter((area) => area.bbox && SIZES[area.level] && !here.startsWith(area.code))
          .map((area) => {
            const [w, s, e, n] = area.bbox;
            const point = new ol.geom.Point(ol.proj.fromLonLat([(w + e) / 2, (s + n) / 2]));
            return new ol.Feature({ geometry: point, name: area.name, level: area.level });
          }),
      );
    },
  };
}
