/* Small pictures drawn once and stamped many times: households, and cells of gathered ones. */

import { letterY, shapePath } from "../lib/shapes.js";
import { readTheme } from "./theme.js";

const RATIO = Math.min(3, Math.ceil(window.devicePixelRatio || 1));
const KEPT = 1500;
const styles = new Map();

/** The style for `key`, made at its first use. Forgets all when too many have gathered. */
function once(key, make) {
  let style = styles.get(key);
  if (!style) {
    if (styles.size > KEPT) styles.clear();
    style = make();
    styles.set(key, style);
  }
  return style;
}

function stamp(size, draw) {
  const canvas = document.createElement("canvas");
  canvas.width = size * RATIO;
  canvas.height = size * RATIO;
  const g = canvas.getContext("2d");
  g.scale(RATIO, RATIO);
  draw(g);
  return new ol.style.Icon({ img: canvas, width: size, height: size });
}

function letter(g, text, x, y, px, colour) {
  g.fillStyle = colour;
  g.font = `700 ${px}px ${readTheme().font}`;
  g.textAlign = "center";
  g.textBaseline = "middle";
  g.fillText(text, x, y);
}

/** Metres per pixel → how large a household is drawn; letters only where they can be read. */
function sizeAt(resolution) {
  if (resolution > 0.95) return 13;
  return resolution > 0.5 ? 18 : 26;
}

/**
 * A household: the shape, colour and letter of its class. Not assessed: an empty ring.
 *
 * @param {Object<number, {shape: string, letter: string}>} classes by slot
 */
export function householdStyle({ slot, lapsed, proposed, chosen }, resolution, classes) {
  const size = sizeAt(resolution);
  const known = classes[slot];
  return once(`h${slot}.${lapsed}.${proposed}.${chosen}.${size}.${known && known.letter}`, () => {
    const { fills, inks, edges, focus, card } = readTheme();
    const box = size + 10;
    const image = stamp(box, (g) => {
      g.translate(5, 5);
      g.scale(size / 24, size / 24);
      const path = new Path2D(shapePath(known ? known.shape : "circle"));
      if (chosen) {
        g.lineWidth = 9;
        g.strokeStyle = focus;
        g.stroke(path);
      }
      g.lineWidth = known ? 2.2 : 3;
      g.fillStyle = known ? fills[slot] : card;
      g.strokeStyle = known ? edges[slot] : edges[0];
      g.fill(path);
      if (lapsed) g.setLineDash([5, 4]); // a colour that has run out: a broken ring
      g.stroke(path);
      g.setLineDash([]);
      if (size > 20) {
        letter(g, known ? known.letter : "?", 12, known ? letterY(known.shape) : 12.4, 12, known ? inks[slot] : edges[0]);
      }
      if (proposed) {
        g.beginPath();
        g.arc(21, 4, 4.5, 0, 7);
        g.fillStyle = focus;
        g.fill();
        g.lineWidth = 1.5;
        g.strokeStyle = card;
        g.stroke();
      }
    });
    return new ol.style.Style({ image, zIndex: chosen ? 3 : known ? 2 : 1 });
  });
}

/** Eighths of a ring by class, so that few different pictures are needed. */
export function eighths(c) {
  const assessed = c.slice(1).reduce((a, b) => a + Math.max(0, b), 0);
  if (!assessed) return [];
  const parts = [];
  for (let slot = 1; slot < c.length; slot += 1) {
    if (c[slot] > 0) parts.push([slot, Math.max(1, Math.round((8 * c[slot]) / assessed))]);
  }
  return parts;
}

/** Households gathered in one cell: their number in a ring of the classes present. */
export function cellStyle(n, c) {
  const parts = eighths(c);
  const label = n > 999 ? "…" : String(n);
  const size = n >= 100 ? 30 : n >= 10 ? 26 : 22;
  return once(`c${label}.${parts.join(";")}`, () => {
    const { fills, edges, ink, card } = readTheme();
    const image = stamp(size, (g) => {
      const middle = size / 2;
      const total = parts.reduce((sum, part) => sum + part[1], 0);
      g.beginPath();
      g.arc(middle, middle, middle - 0.8, 0, 7);
      g.fillStyle = card;
      g.fill();
      let from = -Math.PI / 2;
      for (const [slot, share] of parts) {
        const to = from + (2 * Math.PI * share) / total;
        g.beginPath();
        g.arc(middle, middle, middle - 2.8, from, to);
        g.lineWidth = 4;
        g.strokeStyle = fills[slot];
        g.stroke();
        from = to;
      }
      g.beginPath();
      g.arc(middle, middle, middle - 0.6, 0, 7);
      g.lineWidth = 0.9;
      g.strokeStyle = edges[0];
      g.stroke();
      letter(g, label, middle, middle + 0.5, n >= 100 ? 10 : 11, ink);
    });
    return new ol.style.Style({ image });
  });
}
