/* The colours of tokens.css, read once for the canvas, which knows no custom properties. */

let theme = null;

export function readTheme() {
  if (theme) return theme;
  const css = getComputedStyle(document.documentElement);
  const token = (name) => css.getPropertyValue(`--${name}`).trim();
  const slots = [0, 1, 2, 3, 4, 5];
  theme = {
    fills: slots.map((i) => token(`class-${i}`)),
    inks: slots.map((i) => token(`class-${i}-ink`)),
    edges: slots.map((i) => token(`class-${i}-edge`)),
    leads: [0, 1, 2, 3, 4, 5, 6, 7].map((i) => token(`lead-${i}`)),
    gauges: { ok: token("gauge-ok"), warn: token("gauge-warn"), bad: token("gauge-bad") },
    ramp: [token("ramp-from"), token("ramp-to")],
    paper: token("map-zero"),
    line: token("map-line"),
    border: token("map-border"),
    focus: token("brand"),
    hatch: token("map-hatch"),
    lasso: token("map-lasso"),
    ink: token("ink"),
    card: token("card"),
    veil: token("veil"),
    font: css.getPropertyValue("font-family") || "sans-serif",
  };
  return theme;
}
