/* Names of areas. They come from the list, not from the tiles: a name cut by a tile's edge would
   be written twice. */

import { shortName } from "../lib/levels.js";
import { readTheme } from "./theme.js";

const SIZES = { town: 13, village: 13, grid: 12 };
// Metres per pixel above which a level's names would only cover each other.
const LEGIBLE = { town: 170, village: 50, grid: 6 };
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
          }),
        }),
      );
    }
    return styles.get(name + level);
  }

  const layer = new ol.layer.Vector({ source, style: styleOf, declutter: true, zIndex: 25 });

  return {
    layer,
    /**
     * Show the names of these areas, save those one stands in.
     *
     * @param {Map<string, object>} places by code: {code, level, name, anchor: [lon, lat]}
     */
    show(places, here) {
      source.clear(true);
      source.addFeatures(
        [...places.values()]
          .filter((place) => place.anchor && !here.startsWith(place.code))
          .map((place) => {
            const geometry = new ol.geom.Point(ol.proj.fromLonLat(place.anchor));
            const village = places.get(place.code.slice(0, 12));
            return new ol.Feature({ geometry, name: shortName(place, village), level: place.level });
          }),
      );
    },
  };
}
