/* Fills that are told apart by their texture: one per state in which there is no figure. */

import { readTheme } from "./theme.js";

const SIZE = 16; // divides 512, the distance at which the map engine repeats a pattern's origin
const cache = {};

const DRAW = {
  // Nobody lives here: sparse dots.
  empty(g) {
    for (const [x, y] of [[4, 4], [12, 12]]) {
      g.beginPath();
      g.arc(x, y, 1.3, 0, 7);
      g.fill();
    }
  },
  // Not for this role: wide diagonal stripes.
  denied(g) {
    g.lineWidth = 2;
    g.beginPath();
    for (const x of [-16, 0, 16]) {
      g.moveTo(x, SIZE);
      g.lineTo(x + SIZE, 0);
    }
    g.stroke();
  },
  // No grids drawn yet: rows of short dashes.
  ungridded(g) {
    g.lineWidth = 1.2;
    g.beginPath();
    for (const [x, y] of [[1, 4], [9, 12]]) {
      g.moveTo(x, y);
      g.lineTo(x + 6, y);
    }
    g.stroke();
  },
  // Fewer than five: a fine lattice.
  suppressed(g) {
    g.lineWidth = 1;
    g.beginPath();
    for (const v of [4, 12]) {
      g.moveTo(v, 0);
      g.lineTo(v, SIZE);
      g.moveTo(0, v);
      g.lineTo(SIZE, v);
    }
    g.stroke();
  },
};

function pattern(key, ground, draw) {
  if (!cache[key]) {
    const tile = document.createElement("canvas");
    tile.width = SIZE;
    tile.height = SIZE;
    const g = tile.getContext("2d");
    g.fillStyle = ground;
    g.fillRect(0, 0, SIZE, SIZE);
    draw(g);
    cache[key] = g.createPattern(tile, "repeat");
  }
  return cache[key];
}

/** A canvas pattern of a state, or null where the state has none. */
export function patternOf(state) {
  if (!DRAW[state]) return null;
  const { paper, hatch } = readTheme();
  return pattern(state, paper, (g) => {
    g.fillStyle = hatch;
    g.strokeStyle = hatch;
    DRAW[state](g);
  });
}

/** A colour combed with paper: it stands for a part of the area only. */
export function hatched(colour) {
  return pattern(`part ${colour}`, colour, (g) => {
    g.strokeStyle = readTheme().paper;
    g.lineWidth = 2;
    g.beginPath();
    for (const y of [4, 12]) {
      g.moveTo(0, y);
      g.lineTo(SIZE, y);
    }
    g.stroke();
  });
}
