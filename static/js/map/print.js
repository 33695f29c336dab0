/* The map as one canvas, for paper. */

/** Draw what the map shows now onto a canvas of the same size. */
export function pictureOf(map) {
  map.renderSync();
  const [width, height] = map.getSize();
  const ratio = window.devicePixelRatio || 1;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const g = canvas.getContext("2d");
  for (const layer of map.getViewport().querySelectorAll(".ol-layer canvas, canvas.ol-layer")) {
    if (!layer.width) continue;
    const { opacity } = layer.parentNode.style;
    g.globalAlpha = opacity === "" ? 1 : Number(opacity);
    const matrix = layer.style.transform.match(/^matrix\(([^)]*)\)$/);
    const [a, b, c, d, e, f] = matrix ? matrix[1].split(",").map(Number) : [1 / ratio, 0, 0, 1 / ratio, 0, 0];
    g.setTransform(a * ratio, b * ratio, c * ratio, d * ratio, e * ratio, f * ratio);
    g.drawImage(layer, 0, 0);
  }
  return canvas;
}
