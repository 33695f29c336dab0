import assert from "node:assert/strict";
import test from "node:test";

import { clock, count, day, decimal, percent } from "../../static/js/lib/format.js";
import { loadLanguage } from "../../static/js/lib/i18n.js";
import { childLevel, levelOf, liesIn, partsLevel, shortName, wider } from "../../static/js/lib/levels.js";
import { breaks, mix, shade, step, tidy } from "../../static/js/lib/scale.js";
import { SHAPES, shapePath } from "../../static/js/lib/shapes.js";
import { hashOf, parseHash } from "../../static/js/lib/state.js";
import { nearestStop } from "../../static/js/components/sheet.js";

test("numbers are grouped, and a hidden one is said in words", () => {
  assert.equal(count(250000), "250,000");
  assert.equal(count(999), "999");
  assert.equal(count(-1), "少于5");
  assert.equal(count(null), "—");
});

test("a share is never rounded to nothing", () => {
  assert.equal(percent(0), "0%");
  assert.equal(percent(0.0004), "<0.1%");
  assert.equal(percent(0.0123), "1.2%");
  assert.equal(percent(0.456), "46%");
  assert.equal(percent(null), "—");
  assert.equal(decimal(12.04), "12");
});

test("days are written as each language does", async () => {
  assert.equal(day("2026-03-05"), "2026年3月5日");
  await loadLanguage("en");
  assert.equal(day("2026-03-05"), "2026-03-05");
  await loadLanguage("zh-hans");
  assert.equal(clock(new Date(2026, 0, 1, 7, 5)), "07:05");
});

test("a code's length tells its level", () => {
  assert.deepEqual(["411003", "411003104", "411003104201", "411003104201001", "41"].map(levelOf), ["district", "town", "village", "grid", null]);
  assert.equal(childLevel("grid"), null);
  assert.ok(liesIn("411003104201", "411003104"));
  assert.ok(!liesIn("411003105201", "411003104"));
});

test("coming closer shows finer parts, and never one that the server does not draw yet", () => {
  assert.deepEqual([8, 10, 11, 12, 13].map((z) => partsLevel("district", z)), ["town", "town", "village", "village", "grid"]);
  assert.equal(partsLevel("town", 9), "town");
  assert.equal(partsLevel("town", 10), "village");
  assert.equal(partsLevel("village", 10), "village");
  assert.equal(partsLevel("village", 11), "grid");
  assert.equal(partsLevel("grid", 16), "grid");
});

test("where only the list knows how many grids there are, villages are passed over", () => {
  assert.deepEqual([10, 11].map((z) => partsLevel("district", z, true)), ["town", "grid"]);
});

test("a grid is called by its number where its village is named beside it", () => {
  const village = { name: "柳村" };
  const grid = (name) => ({ name, code: "411003104201001" });
  assert.equal(shortName(grid("柳村第1网格"), village), "第1网格");
  assert.equal(shortName(grid("河东网格"), village), "河东网格");
  assert.equal(shortName({ name: "柳村社区", code: "411003104201" }, village), "柳村社区");
});

test("of two levels the wider one is nearer to the district", () => {
  assert.equal(wider("grid", "town"), "town");
  assert.equal(wider("district", "town"), "district");
});

test("legend limits rise, are tidy, and leave out the highest value", () => {
  const limits = breaks([0.117, 0.02, 0.31, 0.22, 0.08, 0.5, 0, 0.41]);
  assert.ok(limits.length > 1 && limits.length < 5);
  assert.deepEqual([...limits].sort((a, b) => a - b), limits);
  assert.ok(limits.every((limit) => limit === tidy(limit) && limit < 0.5));
  assert.deepEqual(breaks([]), []);
  assert.deepEqual(breaks([7, 7, 7]), []);
  assert.deepEqual(breaks([1 / 12, 1 / 12]), []);
});

test("a value on a limit belongs below it, and the last step is the fullest", () => {
  assert.deepEqual([0.1, 0.2, 0.3].map((v) => step(v, [0.1, 0.2])), [0, 1, 2]);
  assert.equal(shade(2, [0.1, 0.2]), 1);
  assert.equal(mix("#000000", "#ffffff", 0.5), "#808080");
});

test("every shape of the five colours is drawn, and an unknown one is a circle", () => {
  for (const name of ["diamond", "triangle", "square", "hexagon", "circle"]) assert.ok(SHAPES[name], name);
  assert.equal(shapePath("unheard-of"), SHAPES.circle);
});

const USUAL = { key: "main", slot: 1 };
const UUID = "0f8fad5b-d9cb-469f-a165-70867728950e";

test("where one is survives the address", () => {
  const text = `#/411003104?m=share-3&h=${UUID}&at=113.83,34.02,12.5`;
  const state = parseHash(text);
  assert.deepEqual(state, {
    area: "411003104", mine: false, household: UUID, mode: { key: "share", slot: 3 }, at: [113.83, 34.02, 12.5],
  });
  assert.equal(hashOf(state, USUAL), text);
  assert.equal(hashOf({ ...state, mode: USUAL, household: null, at: null }, USUAL), "#/411003104");
  assert.equal(hashOf({ ...state, mine: true, mode: USUAL, household: null, at: null }, USUAL), "#/mine");
});

test("an address that makes no sense is as good as none", () => {
  for (const text of ["", "#/41100", "#/<script>", "#/411003?h=1&at=x,y&m=rank"]) {
    const { household, at, mode } = parseHash(text);
    assert.deepEqual([household, at, mode], [null, null, null], text);
  }
});

test("a sheet let go of comes to rest at the nearest stop", () => {
  assert.deepEqual([0.1, 0.5, 0.9].map(nearestStop), ["full", "half", "low"]);
});
