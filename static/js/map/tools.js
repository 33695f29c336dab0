/* Ways to choose grids and to draw, each an interaction of the engine. All work with mouse, pen and finger. */

import { readTheme } from "./theme.js";

function sketch() {
  const { focus, card, lasso } = readTheme();
  return [
    new ol.style.Style({ stroke: new ol.style.Stroke({ color: card, width: 5 }), fill: new ol.style.Fill({ color: lasso }) }),
    new ol.style.Style({
      stroke: new ol.style.Stroke({ color: focus, width: 2.5, lineDash: [7, 5] }),
      image: new ol.style.Circle({ radius: 5, fill: new ol.style.Fill({ color: focus }), stroke: new ol.style.Stroke({ color: card, width: 2 }) }),
    }),
  ];
}

const degrees = (coordinates) => coordinates.map((at) => ol.proj.toLonLat(at).map((v) => Number(v.toFixed(7))));

/** Paint over grids: every one the pointer passes is told once. */
function brush(source, { onBrush }) {
  let last = null;
  const pass = (map, pixel) => {
    const steps = last ? Math.max(1, Math.ceil(Math.hypot(pixel[0] - last[0], pixel[1] - last[1]) / 4)) : 1;
    for (let i = 1; i <= steps; i += 1) {
      const part = i / steps;
      const at = last ? [last[0] + (pixel[0] - last[0]) * part, last[1] + (pixel[1] - last[1]) * part] : pixel;
      const [found] = source.getFeaturesAtCoordinate(map.getCoordinateFromPixel(at));
      if (found) onBrush(found.getId());
    }
    last = pixel;
  };
  return new ol.interaction.Pointer({
    handleDownEvent(event) {
      last = null;
      pass(event.map, event.pixel);
      return true;
    },
    handleDragEvent: (event) => pass(event.map, event.pixel),
    handleUpEvent: () => false,
  });
}

function box({ onDrawn }) {
  const drag = new ol.interaction.DragBox({ condition: ol.events.condition.always, className: "select-box" });
  drag.on("boxend", () => {
    const [west, south, east, north] = ol.proj.transformExtent(drag.getGeometry().getExtent(), "EPSG:3857", "EPSG:4326");
    onDrawn({ box: [west, south, east, north] });
  });
  return drag;
}

function draw(type, freehand, onDrawn, onCorner) {
  const drawing = new ol.interaction.Draw({ type, freehand, style: sketch(), stopClick: true, minPoints: 2, condition: ol.events.condition.always });
  drawing.on("drawstart", (event) => event.feature.getGeometry().on("change", () => onCorner()));
  drawing.on("drawend", (event) => {
    const coordinates = event.feature.getGeometry().getCoordinates();
    onDrawn(type === "Polygon" ? { polygon: degrees(coordinates[0]) } : { line: degrees(coordinates) });
  });
  return drawing;
}

/**
 * @param {object} on {onBrush(key), onDrawn(shape), onCorner()}
 * @returns {{use: (name: string) => void, finish: () => void, undoCorner: () => void}}
 */
export function createTools(map, source, on) {
  let active = [];

  function make(name) {
    if (name === "brush") return [brush(source, on)];
    if (name === "box") return [box(on)];
    if (name === "lasso" || name === "ring") return [draw("Polygon", true, on.onDrawn, on.onCorner)];
    if (name === "line") {
      // Corners of grids attract the line, as the server will let them.
      const snap = new ol.interaction.Snap({ source, edge: false, pixelTolerance: 10 });
      return [draw("LineString", false, on.onDrawn, on.onCorner), snap];
    }
    return [];
  }

  return {
    use(name) {
      for (const interaction of active) map.removeInteraction(interaction);
      active = make(name);
      for (const interaction of active) map.addInteraction(interaction);
      map.getTargetElement().classList.toggle("is-drawing", active.length > 0);
    },
    /** What is drawn so far is all; for those who cannot double-click. */
    finish: () => active[0] && active[0].finishDrawing && active[0].finishDrawing(),
    undoCorner: () => active[0] && active[0].removeLastPoint && active[0].removeLastPoint(),
  };
}
