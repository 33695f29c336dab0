/* The three vector tile sources. A new data version re-asks every tile in view: unchanged ones
   answer 304, and the old picture stands until the new one is drawn. */

const { createXYZ } = ol.tilegrid;
const TILE = 512;

function load(api, report) {
  return (tile, url) => {
    tile.setLoader(async (extent, resolution, projection) => {
      report(1);
      try {
        const bytes = await api.tile(url);
        const features = bytes
          ? tile.getFormat().readFeatures(bytes, { extent, featureProjection: projection })
          : [];
        tile.setFeatures(features);
      } catch {
        tile.onError();
      } finally {
        report(-1);
      }
    });
  };
}

/**
 * @param {object} api lib/api.js
 * @param {number[]} extent EPSG:3857; nothing is asked for outside of it
 * @param {(change: number) => void} report +1 when a tile is asked for, -1 when it has come
 */
export function createSources(api, extent, report) {
  const make = (name, minZoom, maxZoom, zDirection) =>
    new ol.source.VectorTile({
      format: new ol.format.MVT({ idProperty: undefined }),
      tileGrid: createXYZ({ tileSize: TILE, minZoom, maxZoom }),
      tileLoadFunction: load(api, report),
      url: `/tiles/${name}/{z}/{x}/{y}.mvt`,
      transition: 0,
      wrapX: false,
      zDirection,
    });
  const sources = {
    divisions: make("divisions", 0, 14, 1),
    grids: make("grids", 11, 15, 1),
    // The nearest zoom rather than the next lower one: cells keep 22–45 px between them.
    households: make("households", 13, 16, 0),
  };

  const urlOf = (name, version) => (coordinate) => {
    const [z, x, y] = coordinate;
    const box = ol.extent;
    if (!box.intersects(extent, sources[name].getTileGrid().getTileCoordExtent(coordinate))) return undefined;
    // The part behind # never leaves the browser: it only tells the engine that this is another tile.
    return `/tiles/${name}/${z}/${x}/${y}.mvt#${version}`;
  };

  function refresh(version) {
    for (const name of Object.keys(sources)) sources[name].setTileUrlFunction(urlOf(name, version), `${name}@${version}`);
  }
  refresh("0");
  return { ...sources, refresh };
}
