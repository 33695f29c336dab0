/* The map of the assign page: outlines of grids as a draft has them, and tools to choose and draw. */

import { basemapLayer } from "./basemap.js";
import { createLayers } from "./layers.js";
import { hatched, patternOf } from "./patterns.js";
import { allowPlainText } from "./plain-text.js";
import { createSources } from "./sources.js";
import { readTheme } from "./theme.js";
import { createTools } from "./tools.js";
import { fade, mix } from "../lib/scale.js";

const MAX_ZOOM = 20;
const ANYWHERE = [73, 18, 136, 54];
// Metres per pixel above which names would only cover each other, and below which houses are drawn.
const LEGIBLE = 14;
const HOUSES = 2;
const NEAR_FROM = 15.4;
const HOUSES_FROM = 13.5;
const CALM = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

function toExtent(bbox) {
  return ol.proj.transformExtent(bbox, "EPSG:4326", "EPSG:3857");
}

/**
 * @param {object} options
 *   target, api, classes, basemaps, home: bbox of the district or null;
 *   lookOf(key) → {paint, label, note, chosen, changed} where paint is {kind, value} (see fillOf);
 *   on: {pick(key, {add, touch}), hover(key, pixel), brush(key), drawn(shape), corner(), move([lon, lat, zoom]), busy(boolean)}
 */
export function createTerritoryMap({ target, api, classes, basemaps, home, lookOf, on }) {
  allowPlainText();
  const bounds = toExtent(home || ANYWHERE);
  const format = new ol.format.GeoJSON({ featureProjection: "EPSG:3857" });
  const outlines = new ol.source.Vector();
  const ghosts = new ol.source.Vector();
  let loading = 0;
  const sources = createSources(api, bounds, (change) => {
    loading += change;
    on.busy(loading > 0);
  });
  const bySlot = Object.fromEntries(classes.map((c) => [c.slot, c]));
  const { households } = createLayers(sources, { classes: bySlot, household: null, zOf: () => 0 });
  households.setMinZoom(NEAR_FROM);
  let tool = "click";
  let past = null;

  const layers = {
    grids: new ol.layer.Vector({ source: outlines, style: gridStyle(lookOf), zIndex: 10 }),
    borders: new ol.layer.VectorTile({ source: sources.divisions, style: borderStyle(), zIndex: 12, renderMode: "vector" }),
    chosen: new ol.layer.Vector({ source: outlines, style: chosenStyle(lookOf), zIndex: 14 }),
    ghosts: new ol.layer.Vector({ source: ghosts, style: ghostStyle(), zIndex: 16 }),
    names: new ol.layer.Vector({ source: outlines, style: nameStyle(lookOf), declutter: true, zIndex: 25 }),
    ghostNames: new ol.layer.Vector({ source: ghosts, style: ghostNameStyle(), declutter: true, zIndex: 26 }),
  };

  const map = new ol.Map({
    target,
    controls: [new ol.control.ScaleLine({ minWidth: 64 }), new ol.control.Attribution({ collapsible: false })],
    // Two grids touched one after the other are chosen; a double click would zoom away from them.
    interactions: ol.interaction.defaults.defaults({ altShiftDragRotate: false, pinchRotate: false, shiftDragZoom: false, doubleClickZoom: false }),
    layers: [...basemaps.map(basemapLayer).filter(Boolean), ...Object.values(layers), households],
    view: new ol.View({ maxZoom: MAX_ZOOM, enableRotation: false }),
  });
  const view = map.getView();
  map.updateSize();
  view.fit(bounds, { padding: [16, 16, 16, 16] });

  const tools = createTools(map, outlines, { onBrush: on.brush, onDrawn: on.drawn, onCorner: on.corner });
  const keyAt = (pixel) => {
    const [found] = (past ? ghosts : outlines).getFeaturesAtCoordinate(map.getCoordinateFromPixel(pixel));
    return found ? found.getId() : null;
  };

  // Not "singleclick", which waits for a second one.
  map.on("click", (event) => {
    if (tool !== "click") return;
    const { ctrlKey, metaKey, shiftKey, pointerType } = event.originalEvent;
    on.pick(keyAt(event.pixel), { add: ctrlKey || metaKey || shiftKey, touch: pointerType === "touch" });
  });
  let waiting = null;
  map.on("pointermove", (event) => {
    if (event.dragging || event.originalEvent.pointerType === "touch") return;
    if (waiting === null) {
      requestAnimationFrame(() => {
        const pixel = waiting;
        waiting = null;
        on.hover(keyAt(pixel), pixel);
      });
    }
    waiting = event.pixel;
  });
  map.getViewport().addEventListener("pointerleave", () => on.hover(null, null));
  map.on("moveend", () => {
    const [lon, lat] = ol.proj.toLonLat(view.getCenter());
    on.move([Number(lon.toFixed(5)), Number(lat.toFixed(5)), Number(view.getZoom().toFixed(2))]);
  });

  function fit(extent, most = 17) {
    if (ol.extent.isEmpty(extent)) return;
    const duration = CALM() || !document.body.dataset.ready ? 0 : 350;
    const small = map.getSize()[1] < 400;
    view.cancelAnimations();
    view.fit(extent, { padding: small ? [24, 16, 24, 16] : [70, 48, 120, 48], maxZoom: most, duration });
  }

  function extentOf(keys) {
    const extent = ol.extent.createEmpty();
    for (const key of keys) {
      const feature = outlines.getFeatureById(key);
      if (feature) ol.extent.extend(extent, feature.getGeometry().getExtent());
    }
    return extent;
  }

  return {
    /** Take these outlines; those in `gone` stand no more. Without `gone`: these are all. */
    outlines(collection, gone = null) {
      const features = format.readFeatures(collection);
      if (gone === null) outlines.clear(true);
      for (const key of [...(gone || []), ...features.map((f) => f.getId())]) {
        const old = outlines.getFeatureById(key);
        if (old) outlines.removeFeature(old);
      }
      outlines.addFeatures(features);
    },
    /** Colours, names or the selection have changed. */
    repaint() {
      layers.grids.changed();
      layers.chosen.changed();
      layers.names.changed();
    },
    zoomTo: (keys) => fit(extentOf(keys)),
    /** The same, but only when they are out of view or too small to see. */
    reveal(keys) {
      const extent = extentOf(keys);
      const seen = view.calculateExtent();
      const small = ol.extent.getWidth(extent) + ol.extent.getHeight(extent) < 0.15 * (ol.extent.getWidth(seen) + ol.extent.getHeight(seen));
      if (small || !ol.extent.containsExtent(seen, extent)) fit(extent);
    },
    all: () => fit(outlines.getExtent()),
    go([lon, lat, zoom]) {
      view.setCenter(ol.proj.fromLonLat([lon, lat]));
      view.setZoom(zoom);
    },
    zoom(by) {
      view.cancelAnimations();
      view.animate({ zoom: view.getZoom() + by, duration: CALM() ? 0 : 250 });
    },
    resize: () => map.updateSize(),
    refresh: (version) => sources.refresh(version),
    use(name) {
      tool = name;
      // Whoever draws a border must see the houses.
      households.setMinZoom(["line", "ring"].includes(name) ? HOUSES_FROM : NEAR_FROM);
      tools.use(name);
    },
    finish: tools.finish,
    undoCorner: tools.undoCorner,
    /** Shapes to compare with, over the grids; with `instead` the grids step back. Null takes them away. */
    ghosts(collection, { instead = false } = {}) {
      ghosts.clear(true);
      past = instead && collection ? true : null;
      if (collection) ghosts.addFeatures(format.readFeatures(collection));
      for (const name of ["grids", "chosen"]) layers[name].setVisible(!past);
      layers.names.setVisible(!collection);
    },
    /** One of them, by its id, is spoken of; null: none. */
    markGhost(key) {
      for (const feature of ghosts.getFeatures()) feature.set("marked", feature.getId() === key);
    },
  };
}

/* Fills. */

function fillOf({ kind, value }) {
  const { paper, leads, gauges, ramp, focus } = readTheme();
  if (kind === "lead") return leads[value];
  if (kind === "gauge") return value === "bad" ? hatched(gauges.bad) : gauges[value];
  if (kind === "ramp") return mix(ramp[0], ramp[1], value);
  if (kind === "missing") return fade(focus, 0.55);
  return patternOf(kind) || paper;
}

function remembered(make) {
  const cache = new Map();
  return (key, ...more) => {
    if (!cache.has(key)) cache.set(key, make(...more));
    return cache.get(key);
  };
}

function gridStyle(lookOf) {
  const styles = remembered((paint) => {
    const colour = fillOf(paint);
    return new ol.style.Style({
      fill: new ol.style.Fill({ color: colour }),
      stroke: new ol.style.Stroke({ color: readTheme().border, width: 0.8 }),
    });
  });
  return (feature) => {
    const { paint } = lookOf(feature.getId());
    return styles(`${paint.kind}.${paint.value}`, paint);
  };
}

function borderStyle() {
  const styles = remembered((width) => new ol.style.Style({ stroke: new ol.style.Stroke({ color: readTheme().border, width }) }));
  return (feature) => {
    const width = { town: 2.6, village: 1.9 }[feature.get("level")];
    return width ? styles(width, width) : null;
  };
}

function chosenStyle(lookOf) {
  const styles = remembered(() => {
    const { focus, card, lasso } = readTheme();
    return [
      new ol.style.Style({ stroke: new ol.style.Stroke({ color: card, width: 6 }), fill: new ol.style.Fill({ color: lasso }) }),
      new ol.style.Style({ stroke: new ol.style.Stroke({ color: focus, width: 3 }) }),
    ];
  });
  return (feature) => (lookOf(feature.getId()).chosen ? styles("chosen") : null);
}

function text(lines, bold) {
  const { ink, font, veil } = readTheme();
  return new ol.style.Text({
    text: lines,
    font: `${bold ? 600 : 400} 12.5px ${font}`,
    fill: new ol.style.Fill({ color: ink }),
    stroke: new ol.style.Stroke({ color: veil, width: 3.5 }),
    overflow: true,
  });
}

function inside(feature) {
  const shape = feature.getGeometry();
  if (shape.getType() === "Polygon") return shape.getInteriorPoint();
  const largest = shape.getPolygons().reduce((a, b) => (a.getArea() > b.getArea() ? a : b));
  return largest.getInteriorPoint();
}

function nameStyle(lookOf) {
  const styles = remembered((label, note, chosen) => new ol.style.Style({ geometry: inside, text: text(note ? `${label}\n${note}` : label, chosen) }));
  return (feature, resolution) => {
    if (resolution > LEGIBLE) return null;
    const { label, note, chosen } = lookOf(feature.getId());
    // Where houses are drawn the name alone leaves them room.
    return styles(`${label}.${resolution > HOUSES && note}.${chosen}`, label, resolution > HOUSES && note, chosen);
  };
}

function ghostStyle() {
  const styles = remembered((tint, marked) => {
    const { leads, focus } = readTheme();
    return new ol.style.Style({
      fill: new ol.style.Fill({ color: tint === null ? patternOf("denied") : leads[tint] }),
      stroke: new ol.style.Stroke({ color: focus, width: marked ? 5 : 1.5 }),
      zIndex: marked ? 1 : 0,
    });
  });
  return (feature) => {
    const [tint, marked] = [feature.get("tint"), feature.get("marked") || false];
    return styles(`${tint}.${marked}`, tint, marked);
  };
}

function ghostNameStyle() {
  const styles = remembered((label) => new ol.style.Style({ geometry: inside, text: text(label, true) }));
  return (feature, resolution) => (feature.get("label") && resolution < LEGIBLE ? styles(feature.get("label"), feature.get("label")) : null);
}
