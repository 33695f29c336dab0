/* The map: everything else in the page talks to this object and not to the engine beneath. */

import { basemapLayer } from "./basemap.js";
import { createLabels } from "./labels.js";
import { createLayers } from "./layers.js";
import { pick, pickArea } from "./pick.js";
import { allowPlainText } from "./plain-text.js";
import { pictureOf } from "./print.js";
import { createSources } from "./sources.js";
import { forgetFills } from "./styles.js";

// From which zoom an area of a level shows what it is opened for: its parts, or its households.
const OPENED_AT = { district: 0, town: 11, village: 12.05, grid: 16.6, household: 17.8 };
const MAX_ZOOM = 20;
// Where no outline is known yet: the country.
const ANYWHERE = [73, 18, 136, 54];
const CALM = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

function toExtent(bbox) {
  return ol.proj.transformExtent(bbox, "EPSG:4326", "EPSG:3857");
}

/**
 * @param {object} options
 *   target: element; api: lib/api.js; home: bbox of the district [w, s, e, n], or null;
 *   classes: the scheme's classes; finest: the lowest level whose colours this reader is told; basemaps: settings;
 *   onPick(found, {area, cell, at}), onPoint(found, pixel), onMove([lon, lat, zoom]), onBusy(boolean)
 */
export function createMap({ target, api, home, classes, finest, basemaps, onPick, onPoint, onMove, onBusy }) {
  allowPlainText();
  const bounds = toExtent(home || ANYWHERE);
  const room = ol.extent.buffer(bounds, 0.2 * ol.extent.getWidth(bounds));

  let loading = 0;
  const sources = createSources(api, bounds, (change) => {
    loading += change;
    onBusy(loading > 0);
  });

  // Which level is filled is decided by the zoom that tiles of 512 px have here.
  const zooms = ol.tilegrid.createXYZ({ tileSize: 512, maxZoom: MAX_ZOOM });
  const look = {
    focus: null,
    focusLevel: "district",
    mode: { key: "main", slot: 1 },
    limits: [],
    finest,
    places: new Map(),
    pointed: null,
    household: null,
    printing: false,
    classes: Object.fromEntries(classes.map((c) => [c.slot, c])),
    zOf: (resolution) => zooms.getZForResolution(resolution, 1),
  };
  const layers = createLayers(sources, look);
  const labels = createLabels();
  const bases = basemaps.map(basemapLayer).filter(Boolean);

  const map = new ol.Map({
    target,
    controls: [new ol.control.ScaleLine({ minWidth: 64 }), new ol.control.Attribution({ collapsible: false })],
    interactions: ol.interaction.defaults.defaults({ altShiftDragRotate: false, pinchRotate: false }),
    layers: [...bases, ...Object.values(layers), labels.layer],
    view: new ol.View({ maxZoom: MAX_ZOOM, enableRotation: false, extent: room, constrainOnlyCenter: true, smoothExtentConstraint: false }),
    maxTilesLoading: 12,
  });
  const view = map.getView();
  map.updateSize();
  view.fit(bounds, { padding: [16, 16, 16, 16] });

  function repaintAreas() {
    layers.grids.changed();
    layers.divisions.changed();
  }

  function repaintHighlight() {
    layers.gridHighlight.changed();
    layers.divisionHighlight.changed();
  }

  map.on("singleclick", (event) => {
    const touch = event.originalEvent.pointerType === "touch";
    const near = pick(map, layers.households, event.pixel, touch ? 12 : 2);
    const area = pickArea(map, layers, look, event.pixel);
    const at = ol.proj.toLonLat(event.coordinate);
    onPick(near && near.kind === "household" ? near : area || near, { area, cell: near, at });
  });

  // Pointing is for a mouse; it waits for the next frame and rests while the map moves.
  let waiting = null;
  map.on("pointermove", (event) => {
    if (event.dragging || event.originalEvent.pointerType === "touch") return;
    if (waiting === null) {
      requestAnimationFrame(() => {
        const pixel = waiting;
        waiting = null;
        if (view.getAnimating() || view.getInteracting()) return;
        const found = pick(map, layers.households, pixel, 0) || pickArea(map, layers, look, pixel);
        map.getTargetElement().style.cursor = found ? "pointer" : "";
        point(found && found.kind === "area" ? found.code : null);
        onPoint(found, pixel);
      });
    }
    waiting = event.pixel;
  });
  map.getViewport().addEventListener("pointerleave", () => {
    point(null);
    onPoint(null, null);
  });

  function point(code) {
    if (look.pointed === code) return;
    look.pointed = code;
    repaintHighlight();
  }

  map.on("moveend", () => {
    const [lon, lat] = ol.proj.toLonLat(view.getCenter());
    onMove([Number(lon.toFixed(5)), Number(lat.toFixed(5)), Number(view.getZoom().toFixed(2))]);
  });

  function glide(to, duration = 350) {
    view.cancelAnimations();
    view.animate({ ...to, duration: CALM() ? 0 : duration });
  }

  /* The centre that shows `place` in the middle of what no panel covers. */
  function uncover([x, y], [top, right, bottom, left], zoom) {
    const shift = view.getResolutionForZoom(zoom) / 2;
    return [x + (right - left) * shift, y + (top - bottom) * shift];
  }

  return {
    engine: map,
    /** Look at an area: fill its parts, outline it, and bring it into view unless told where to stay. */
    focus({ code, level, bbox }, { at, padding } = {}) {
      const same = look.focus === code;
      const first = look.focus === null;
      look.focus = code;
      look.focusLevel = level;
      if (!same) {
        repaintAreas();
        repaintHighlight();
      }
      if (at) {
        view.setCenter(ol.proj.fromLonLat([at[0], at[1]]));
        view.setZoom(at[2]);
      } else if (bbox) {
        const box = toExtent(bbox);
        const all = (padding || [0, 0, 0, 0]).map((p) => p + 20);
        const size = map.getSize() || [800, 600];
        const inner = [Math.max(80, size[0] - all[1] - all[3]), Math.max(80, size[1] - all[0] - all[2])];
        const fitting = view.getZoomForResolution(view.getResolutionForExtent(box, inner));
        const zoom = Math.min(MAX_ZOOM, Math.max(fitting, OPENED_AT[level] || 0));
        glide({ center: uncover(ol.extent.getCenter(box), all, zoom), zoom }, first ? 0 : 350);
      }
    },
    point,
    /** Mark a household, and bring it into view when it stands out of it. */
    household(uuid, point, padding = [0, 0, 0, 0]) {
      look.household = uuid;
      layers.households.changed();
      if (!uuid || !point) return;
      const place = ol.proj.fromLonLat([point.lon, point.lat]);
      const [x, y] = map.getPixelFromCoordinate(place) || [-1, -1];
      const [top, right, bottom, left] = padding;
      const [width, height] = map.getSize();
      const seen = x > left + 20 && x < width - right - 20 && y > top + 20 && y < height - bottom - 20;
      if (seen && view.getZoom() >= OPENED_AT.grid) return;
      const zoom = Math.max(view.getZoom(), OPENED_AT.household);
      glide({ center: uncover(place, padding, zoom), zoom });
    },
    show(mode, limits) {
      look.mode = mode;
      look.limits = limits;
      forgetFills();
      repaintAreas();
    },
    /** What the list knows of areas: names to write, save of where one is, and how many grids they have. */
    know(places, here) {
      look.places = places;
      labels.show(places, here);
    },
    refresh: (version) => sources.refresh(version),
    zoom: (by) => glide({ zoom: view.getZoom() + by }),
    closer: (at, by) => glide({ center: ol.proj.fromLonLat(at), zoom: view.getZoom() + by }),
    resize: () => map.updateSize(),
    /** A canvas for paper: areas only, households never. */
    picture(limits) {
      const onScreen = look.limits;
      look.limits = limits;
      look.printing = true;
      layers.households.setVisible(false);
      forgetFills();
      repaintAreas();
      const canvas = pictureOf(map);
      look.printing = false;
      look.limits = onScreen;
      layers.households.setVisible(true);
      forgetFills();
      repaintAreas();
      return canvas;
    },
    basemap(index) {
      bases.forEach((layer, i) => layer.setVisible(i === index));
    },
  };
}
