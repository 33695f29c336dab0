/* From values to a few steps of colour. */

/** Round to two significant digits, so that a legend reads "12%" and not "11.74%". */
export function tidy(value) {
  if (value === 0) return 0;
  const digits = 1 - Math.floor(Math.log10(Math.abs(value)));
  return digits > 0 ? Number(value.toFixed(digits)) : Math.round(value / 10 ** -digits) * 10 ** -digits;
}

/**
 * Upper limits of all steps but the last: quantiles of the positive values, tidied.
 *
 * @param {number[]} values zeros are left out: they have a look of their own
 * @param {number} steps at most so many
 * @returns {number[]} strictly rising, fewer than `steps`; empty when all values are one
 */
export function breaks(values, steps = 5) {
  const sorted = values.filter((v) => v > 0).sort((a, b) => a - b);
  if (!sorted.length) return [];
  const highest = tidy(sorted[sorted.length - 1]);
  const limits = [];
  for (let i = 1; i < steps; i += 1) {
    const limit = tidy(sorted[Math.min(sorted.length - 1, Math.floor((i * sorted.length) / steps))]);
    const last = limits.length ? limits[limits.length - 1] : 0;
    if (limit > last && limit < highest) limits.push(limit);
  }
  return limits;
}

/** The step a value falls into: 0 … limits.length. A value on a limit belongs below it. */
export function step(value, limits) {
  let i = 0;
  while (i < limits.length && value > limits[i]) i += 1;
  return i;
}

/** Where on the ramp (0 light … 1 full) a step of so many stands. */
export function shade(index, limits) {
  return limits.length ? 0.16 + (0.84 * index) / limits.length : 0.58;
}

/** Mix two "#rrggbb" colours; t = 0 gives the first. */
export function mix(from, to, t) {
  const channel = (hex, i) => parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16);
  return `#${[0, 1, 2]
    .map((i) => Math.round(channel(from, i) + (channel(to, i) - channel(from, i)) * t))
    .map((v) => v.toString(16).padStart(2, "0"))
    .join("")}`;
}

/** "#rrggbb" with an opacity, for the canvas. */
export function fade(hex, alpha) {
  const channels = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
  return `rgba(${channels.join(",")},${alpha})`;
}
