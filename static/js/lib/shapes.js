/* The shapes of the classes, in a box of 24 × 24, for SVG and for the canvas alike. */

export const SHAPES = {
  circle: "M12 1.5a10.5 10.5 0 1 0 0 21a10.5 10.5 0 1 0 0-21z",
  square: "M4.5 2.5h15a2 2 0 0 1 2 2v15a2 2 0 0 1-2 2h-15a2 2 0 0 1-2-2v-15a2 2 0 0 1 2-2z",
  triangle: "M12 1.2 23.6 21.8H.4z",
  diamond: "M12 .6 23.4 12 12 23.4.6 12z",
  hexagon: "M6.6 2h10.8L23.2 12 17.4 22H6.6L.8 12z",
  pentagon: "M12 .8 23.4 9.2 19 22.6H5L.6 9.2z",
  star: "M12 .6l3.3 7.6 8.1.8-6.1 5.4 1.8 8.1L12 18.2l-7.1 4.3 1.8-8.1L.6 9l8.1-.8z",
  drop: "M12 .8C16 6 20.5 10 20.5 15a8.5 8.5 0 0 1-17 0C3.500 10 8 6 12 .8z",
};

// A triangle's middle, where a letter fits, lies lower than its box's.
export const LETTER_Y = { triangle: 14.6, star: 12.6, drop: 14.6, pentagon: 13 };

export function shapePath(name) {
  return SHAPES[name] || SHAPES.circle;
}

export function letterY(name) {
  return LETTER_Y[name] || 12;
}
